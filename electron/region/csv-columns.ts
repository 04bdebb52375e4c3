/** Recognises the columns of a CSV file: the loyalty API's names, and common names from other programs. */
import type { FieldName } from '../loyalty-api/field-names.ts';
import type { JsonObject } from '../loyalty-api/wire/scalars.ts';
import { isPlaceholder } from './file-values.ts';
import { UnreadableFile } from './unreadable-file.ts';

type Column =
  | { readonly kind: 'value'; readonly key: string }
  | { readonly kind: 'full-name' }
  | { readonly kind: 'custom' | 'extended'; readonly name: string }
  | { readonly kind: 'subscription'; readonly channel: string; readonly priority: string }
  | { readonly kind: 'left-out' };
export type Columns = readonly Column[];

/** How a column was interpreted, to report it. */
export type ColumnReport = {
  readonly column: string;
  /** The field's name in `customer/get`; null: ignored. */
  readonly takenAs: string | null;
  /** `again`: another column gives the same field more clearly. */
  readonly why: 'not-known' | 'again' | null;
};

/**
 * Known names in lower-case letters and digits, clearest first. If a file has several for one field, the clearest
 * counts.
 */
const spellings = {
  user_id: 'userid loyaltyuserid loyaltyid customerid memberid id customernumber recordid',
  firstname: 'firstname customerfirstname givenname forename namefirst',
  lastname: 'lastname customerlastname surname familyname namelast',
  'full-name': 'customername fullname membername contactname name displayname',
  mobile:
    'mobile mobilenumber mobileno mobilephone mobilephonenumber customermobile cellphone cell cellnumber msisdn phone ' +
    'phonenumber phoneno contactnumber telephone tel',
  email: 'email emailaddress emailid mail customeremail primaryemail',
  external_id:
    'externalid cardnumber cardno loyaltycard loyaltycardnumber membershipnumber membershipid externalcustomerid',
  registered_on:
    'registeredon registrationdate registereddate enrolledon enrollmentdate joindate joinedon createdate createdat',
  registered_till: 'registeredtill registeredstore',
  associated_with: 'associatedwith associatedtill',
  type: 'type loyaltytype',
  fraud_status: 'fraudstatus',
  loyalty_points: 'loyaltypoints points currentpoints pointsbalance',
  lifetime_points: 'lifetimepoints',
  lifetime_purchases: 'lifetimepurchases',
  current_slab: 'currentslab slab tier tiername',
  tier_expiry_date: 'tierexpirydate tierexpireson slabexpirydate',
  updated_on: 'updatedon lastmodifieddate lastupdated updatedat',
  source: 'source',
} as const satisfies { readonly [name in FieldName]: string } & { readonly [name: string]: string };

type Spelling = { readonly key: string; readonly rank: number };
const keys: ReadonlyMap<string, Spelling> = new Map(
  Object.entries(spellings).flatMap(([key, names]) =>
    names.split(' ').map((name, rank): [string, Spelling] => [name, { key, rank }]),
  ),
);

const identifiers = ['user_id', 'mobile', 'email', 'external_id'];

/** @throws UnreadableFile if no column identifies the customer */
export function readHeading(heading: readonly string[]): { columns: Columns; report: readonly ColumnReport[] } {
  const best = new Map<string, number>();
  const spelled = heading.map((text) => keys.get(bare(text)) ?? null);
  for (const [at, found] of spelled.entries()) {
    const before = found === null ? undefined : best.get(found.key);
    if (found !== null && (before === undefined || found.rank < (spelled[before]?.rank ?? 0))) best.set(found.key, at);
  }
  // Separate columns for first and last name are more exact than a full name.
  if (best.has('firstname') || best.has('lastname')) best.delete('full-name');
  const read = heading.map((text, at): { column: Column; report: ColumnReport } => {
    const found = spelled[at] ?? null;
    const named = { column: text.trim() };
    if (found !== null && best.get(found.key) === at) {
      const { key } = found;
      return key === 'full-name'
        ? { column: { kind: key }, report: { ...named, takenAs: 'firstname, lastname', why: null } }
        : { column: { kind: 'value', key }, report: { ...named, takenAs: key, why: null } };
    }
    const column = found === null ? readNamed(text.trim()) : null;
    if (column === null) {
      return {
        column: { kind: 'left-out' },
        report: { ...named, takenAs: null, why: found === null ? 'not-known' : 'again' },
      };
    }
    return { column, report: { ...named, takenAs: text.trim(), why: null } };
  });
  const columns = read.map(({ column }) => column);
  const tellsWho = columns.some((column) => column.kind === 'value' && identifiers.includes(column.key));
  if (!tellsWho) throw new UnreadableFile('no-identifier-column');
  return { columns, report: read.map(({ report }) => report) };
}

function bare(heading: string): string {
  return heading
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function readNamed(text: string): Column | null {
  const field = /^(custom|extended)(?:_fields?)?[.:](.+)$/i.exec(text);
  if (field?.[1] !== undefined && field[2] !== undefined) {
    return { kind: field[1].toLowerCase() === 'custom' ? 'custom' : 'extended', name: field[2].trim() };
  }
  const subscription = /^subscription[.:](\w+)[.:](\w+)$/i.exec(text);
  if (subscription?.[1] === undefined || subscription[2] === undefined) return null;
  return { kind: 'subscription', channel: subscription[1], priority: subscription[2] };
}

/** Indexes of the columns that hold dates. */
export function dateColumns(columns: Columns): readonly number[] {
  return columns.flatMap((column, at) =>
    column.kind === 'value' && ['registered_on', 'updated_on', 'tier_expiry_date'].includes(column.key) ? [at] : [],
  );
}

/**
 * Converts a line to a customer in the format of `customer/get`. Placeholders become empty values.
 * @returns null if the number of values does not match the columns; an extra empty one at the end is allowed
 */
export function customerOfValues(columns: Columns, values: readonly string[]): JsonObject | null {
  const isTrailing = values.length === columns.length + 1 && values.at(-1)?.trim() === '';
  if (values.length !== columns.length && !isTrailing) return null;
  const item: { [key: string]: unknown } = {};
  const custom: unknown[] = [];
  const extended: unknown[] = [];
  const subscriptions: unknown[] = [];
  for (const [at, column] of columns.entries()) {
    if (column.kind === 'left-out') continue;
    const cell = values[at] ?? '';
    const value = isPlaceholder(cell) ? '' : cell;
    switch (column.kind) {
      case 'value':
        item[column.key] = value;
        break;
      case 'full-name':
        Object.assign(item, namesOf(value));
        break;
      case 'custom':
        custom.push({ name: column.name, value });
        break;
      case 'extended':
        extended.push({ name: column.name, value });
        break;
      case 'subscription': {
        const { channel, priority } = column;
        if (value.trim() !== '') subscriptions.push({ channel, priority, scope: 'all', is_subscribed: value });
        break;
      }
    }
  }
  if (custom.length > 0) item.custom_fields = { field: custom };
  if (extended.length > 0) item.extended_fields = { field: extended };
  if (subscriptions.length > 0) item.subscriptions = { subscription: subscriptions };
  return item;
}

/** Splits `James, Rita` or `Rita James`. Even if the split is wrong, both together give the full name. */
function namesOf(whole: string): { readonly firstname: string; readonly lastname: string } {
  const name = whole.trim().replace(/\s+/g, ' ');
  const [last, first, ...more] = name.split(',').map((part) => part.trim());
  if (last !== undefined && first !== undefined && more.length === 0) return { firstname: first, lastname: last };
  const gap = name.lastIndexOf(' ');
  return gap < 0 ? { firstname: name, lastname: '' } : { firstname: name.slice(0, gap), lastname: name.slice(gap + 1) };
}
