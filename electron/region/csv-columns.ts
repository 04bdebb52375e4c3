/** What the columns of a CSV file mean: the loyalty API's own names and what IT calls them besides. */
import type { JsonObject } from '../loyalty-api/wire/scalars.ts';
import { UnreadableFile } from './unreadable-file.ts';

type Column =
  | { readonly kind: 'value'; readonly key: string }
  | { readonly kind: 'custom' | 'extended'; readonly name: string }
  | { readonly kind: 'subscription'; readonly channel: string; readonly priority: string }
  | { readonly kind: 'unknown' };
export type Columns = readonly Column[];

const names: ReadonlyMap<string, string> = new Map(
  Object.entries({
    user_id: ['user_id', 'userid', 'id', 'customer_id', 'customerid'],
    firstname: ['firstname', 'first_name', 'given_name'],
    lastname: ['lastname', 'last_name', 'surname', 'family_name'],
    mobile: ['mobile', 'mobile_number', 'phone', 'phone_number'],
    email: ['email', 'email_address', 'e_mail'],
    external_id: ['external_id', 'externalid', 'card_number'],
    registered_on: ['registered_on', 'registration_date'],
    registered_till: ['registered_till'],
    associated_with: ['associated_with', 'associated_till'],
    type: ['type', 'loyalty_type'],
    fraud_status: ['fraud_status'],
    loyalty_points: ['loyalty_points', 'points', 'current_points'],
    lifetime_points: ['lifetime_points'],
    lifetime_purchases: ['lifetime_purchases'],
    current_slab: ['current_slab', 'slab', 'tier'],
    tier_expiry_date: ['tier_expiry_date', 'tier_expires_on'],
    updated_on: ['updated_on'],
    source: ['source'],
  }).flatMap(([key, spellings]) => spellings.map((spelling): [string, string] => [spelling, key])),
);

const identifiers = ['user_id', 'mobile', 'email', 'external_id'];

/** @throws UnreadableFile where no column says who a customer is */
export function readHeading(heading: readonly string[]): Columns {
  const columns = heading.map(readName);
  const tellsWho = columns.some((column) => column.kind === 'value' && identifiers.includes(column.key));
  if (!tellsWho) throw new UnreadableFile('no-identifier-column');
  return columns;
}

function readName(heading: string): Column {
  const text = heading.trim();
  const field = /^(custom|extended)(?:_fields?)?[.:](.+)$/i.exec(text);
  if (field?.[1] !== undefined && field[2] !== undefined) {
    return { kind: field[1].toLowerCase() === 'custom' ? 'custom' : 'extended', name: field[2].trim() };
  }
  const subscription = /^subscription[.:](\w+)[.:](\w+)$/i.exec(text);
  if (subscription?.[1] !== undefined && subscription[2] !== undefined) {
    return { kind: 'subscription', channel: subscription[1], priority: subscription[2] };
  }
  const key = names.get(text.toLowerCase().replace(/[\s-]+/g, '_'));
  return key === undefined ? { kind: 'unknown' } : { kind: 'value', key };
}

/** One line's values as the customer that `customer/get` would tell. Nothing in a column says that it is empty. */
export function customerOfValues(columns: Columns, values: readonly string[]): JsonObject {
  const item: { [key: string]: unknown } = {};
  const custom: unknown[] = [];
  const extended: unknown[] = [];
  const subscriptions: unknown[] = [];
  for (const [at, column] of columns.entries()) {
    const value = values[at] ?? '';
    switch (column.kind) {
      case 'value':
        if (value.trim() !== '' || item[column.key] === undefined) item[column.key] = value;
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
      case 'unknown':
        break;
    }
  }
  if (custom.length > 0) item.custom_fields = { field: custom };
  if (extended.length > 0) item.extended_fields = { field: extended };
  if (subscriptions.length > 0) item.subscriptions = { subscription: subscriptions };
  return item;
}
