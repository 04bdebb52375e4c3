/** The rows of the customer cache: the server's record, and the effective values that are searched and shown. */
import type { Db } from '../db/open.ts';
import { changeRow, sql } from '../db/statements.ts';
import type { CustomerRecord, FieldChanges, FieldValues, Identifier } from '../model/customer.ts';
import { exactKey } from '../model/identifiers.ts';
import { decodeRecord, encodeRecord } from './record-json.ts';
import { copyFromRegion, nextOwnId, searchColumns, shownOfRegion } from './region.ts';
import { nameKeys, reversed } from './search-text.ts';

export type CustomerRow = Pick<SearchRow, 'mobile' | 'email' | 'external_id' | 'first_name' | 'last_name' | 'tier'> & {
  readonly id: number;
  readonly user_id: string | null;
  readonly open_updates: number;
  readonly as_of_ms: number | null;
  readonly served_at_ms: number;
};

const rowColumns = 'id, user_id, mobile, email, external_id, first_name, last_name, tier';
const ownRow = `select ${rowColumns}, open_updates, as_of_ms, served_at_ms from main.customers where id = ?`;
const regionRow = `select ${rowColumns}, 0 as open_updates, null as as_of_ms, 0 as served_at_ms
  from region.customers r where id = ? and ${shownOfRegion}`;

export function customerRow(db: Db, customerId: number): CustomerRow | null {
  return sql<CustomerRow>(db, ownRow).get(customerId) ?? sql<CustomerRow>(db, regionRow).get(customerId) ?? null;
}

type RecordRow = { readonly record: string };
const ownRecord = 'select record from main.customer_records where customer_id = ?';
const regionRecord = `select record from region.customer_records join region.customers r on r.id = customer_id
  where customer_id = ? and ${shownOfRegion}`;

export function readRecord(db: Db, customerId: number): CustomerRecord | null {
  const row = sql<RecordRow>(db, ownRecord).get(customerId) ?? sql<RecordRow>(db, regionRecord).get(customerId);
  return row === undefined ? null : decodeRecord(row.record);
}

/** The unique or indexed column of each identifier. */
export const lookupColumn = {
  userId: 'user_id',
  mobile: 'mobile',
  email: 'email_key',
  externalId: 'external_key',
} as const;

/**
 * The customer with this identifier by the effective values; the lowest id if there are several.
 * @param exceptId a customer to ignore
 */
export function findByIdentifier(db: Db, { type, value }: Identifier, exceptId: number | null = null): number | null {
  const key = keyOf(type, value);
  const row = sql<{ id: number | null }>(db, `select min(id) as id from (${holdersBy(type)})`).get(
    key,
    exceptId,
    key,
    exceptId,
  );
  return row?.id ?? null;
}

/** The customer with this server id. */
export function findByUserId(db: Db, userId: string): number | null {
  return findByIdentifier(db, { type: 'userId', value: userId });
}

/**
 * The customer with this identifier according to the server, or to the first look-up here. An identifier that is only
 * pending on a customer does not count: matching it would send one person's updates to another.
 */
export function findByConfirmedIdentifier(db: Db, identifier: Identifier): number | null {
  const { type, value } = identifier;
  if (type === 'userId') return findByIdentifier(db, identifier);
  const key = keyOf(type, value);
  const holders = sql<{ id: number }>(db, `${holdersBy(type)} order by id`).all(key, null, key, null);
  const match = holders.find(({ id }) => keyOf(type, readRecord(db, id)?.fields[type] ?? '') === key);
  return match?.id ?? null;
}

/** How an identifier is written in its column. */
export function keyOf(type: Identifier['type'], value: string): string {
  return type === 'email' || type === 'externalId' ? exactKey(value) : value;
}

/** Parameters: the key and the customer to ignore, twice. */
function holdersBy(type: Identifier['type']): string {
  return `select id from main.customers where ${lookupColumn[type]} = ? and id is not ?
    union all
    select id from region.customers r where ${lookupColumn[type]} = ? and id is not ? and ${shownOfRegion}`;
}

/** Inserts an empty row; the record follows in the same transaction. */
export function insertEmptyCustomer(db: Db): number {
  const id = nextOwnId(db);
  sql(
    db,
    "insert into customers (id, first_name, last_name, name_forward, name_backward) values (?, '', '', '', '')",
  ).run(id);
  return id;
}

/**
 * Inserts a customer whom the server has not sent yet. The record holds only the identifier that staff entered, and no
 * time.
 */
export function insertUnknownCustomer(db: Db, identifier: Identifier): number {
  const customerId = insertEmptyCustomer(db);
  const record = nothingBut(identifier);
  writeRecord(db, customerId, record, null);
  writeSearchRow(db, customerId, record.fields, null, 0);
  return customerId;
}

/** A record of which nothing is known. */
export const emptyRecord: CustomerRecord = {
  userId: null,
  fields: {},
  loyalty: null,
  updatedOn: null,
  source: null,
  otherSubscriptions: [],
  unknown: {},
};

/** A record with only this identifier known. */
export function nothingBut({ type, value }: Identifier): CustomerRecord {
  return { ...emptyRecord, ...(type === 'userId' ? { userId: value } : { fields: { [type]: value } }) };
}

/**
 * Writes a record. Data from the server must come through `told.ts`, which decides what may replace what.
 * @param asOfMs when the server sent it; null: never, as for a customer who is only in a file
 */
export function writeRecord(db: Db, customerId: number, record: CustomerRecord, asOfMs: number | null): void {
  copyFromRegion(db, customerId);
  sql(
    db,
    `insert into customer_records (customer_id, record) values (?, ?)
     on conflict (customer_id) do update set record = excluded.record`,
  ).run(customerId, encodeRecord(record));
  sql(db, 'update customers set user_id = ?, as_of_ms = ? where id = ?').run(record.userId, asOfMs, customerId);
}

/** The columns of a customer's row that are derived from the effective values. */
export type SearchRow = {
  readonly [Column in (typeof searchColumns)[number]]: Column extends `${string}name${string}` ? string : string | null;
};

/** @returns the row, and the words of the name, which have their own table */
export function searchRow(values: FieldValues, tier: string | null): { row: SearchRow; words: readonly string[] } {
  const { mobile = null, email = null, externalId = null } = values;
  const firstName = values.firstName ?? '';
  const lastName = values.lastName ?? '';
  const keys = nameKeys(firstName, lastName);
  return {
    words: keys.words,
    row: {
      mobile,
      email,
      external_id: externalId,
      first_name: firstName,
      last_name: lastName,
      tier,
      name_forward: keys.forward,
      name_backward: keys.backward,
      mobile_backward: mobile === null ? null : reversed(mobile),
      email_key: email === null ? null : exactKey(email),
      external_key: externalId === null ? null : exactKey(externalId),
    },
  };
}

const writtenColumns = [...searchColumns, 'open_updates'] as const;
const readWritten = `select ${writtenColumns.join(', ')} from main.customers where id = ?`;

/**
 * Updates the searched columns and the count of open updates to match the effective values. It names only columns that
 * differ, because SQLite rewrites the index of every column in an UPDATE, changed or not.
 */
export function writeSearchRow(
  db: Db,
  customerId: number,
  values: FieldValues,
  tier: string | null,
  openUpdates: number,
): void {
  copyFromRegion(db, customerId);
  type Written = SearchRow & { readonly open_updates: number };
  const before = sql<Written>(db, readWritten).get(customerId);
  const search = searchRow(values, tier);
  const row: Written = { ...search.row, open_updates: openUpdates };
  const differing = writtenColumns.filter((column) => before?.[column] !== row[column]);
  if (differing.length === 0) return;
  changeRow(db, 'main.customers', customerId, Object.fromEntries(differing.map((column) => [column, row[column]])));
  if (differing.includes('first_name') || differing.includes('last_name')) writeWords(db, customerId, search.words);
}

export function writeWords(db: Db, customerId: number, words: readonly string[]): void {
  sql(db, 'delete from main.customer_words where customer_id = ?').run(customerId);
  for (const word of words) {
    sql(db, 'insert or ignore into main.customer_words (word, customer_id) values (?, ?)').run(word, customerId);
  }
}

export function markServed(db: Db, customerId: number, nowMs: number): void {
  copyFromRegion(db, customerId);
  sql(db, 'update customers set served_at_ms = ? where id = ?').run(nowMs, customerId);
}

/** The server's values with changes applied in the order in which they were saved. */
export function overlay(server: FieldValues, changes: readonly FieldChanges[]): FieldValues {
  return Object.assign({}, server, ...changes);
}
