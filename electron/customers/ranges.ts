/** Range queries on the search indexes over all customers on this till: its own and the region's, in one order. */
import type { Db } from '../db/open.ts';
import { limitBy, sql } from '../db/statements.ts';
import { shownOfRegion } from './region.ts';
import { afterPrefix } from './search-text.ts';

export type SearchColumn =
  | 'name_forward'
  | 'name_backward'
  | 'mobile'
  | 'mobile_backward'
  | 'email_key'
  | 'external_key';

export type KeyedId = { readonly id: number; readonly key: string };

/** Customers whose `column` starts with `prefix`, in its order. */
export function customersInRange(db: Db, column: SearchColumn, prefix: string, limit: number): KeyedId[] {
  // SQLite merges the two index ranges lazily, so each is read only as far as the limit needs.
  return sql<KeyedId>(
    db,
    `select id, ${column} as key from main.customers where ${column} >= @from and ${column} < @to
     union all
     select id, ${column} as key from region.customers r where ${column} >= @from and ${column} < @to and ${shownOfRegion}
     order by key ${limitBy('@limit')}`,
  ).all({ from: prefix, to: afterPrefix(prefix), limit });
}

/** Customers with exactly this key in `column`. */
export function customersWith(db: Db, column: SearchColumn, key: string, limit: number): number[] {
  return sql<{ id: number }>(
    db,
    `select id from main.customers where ${column} = @key
     union all
     select id from region.customers r where ${column} = @key and ${shownOfRegion}
     ${limitBy('@limit')}`,
  )
    .all({ key, limit })
    .map(({ id }) => id);
}

/** Customers with a later word of their name that starts with `prefix`. */
export function wordsInRange(db: Db, prefix: string, limit: number): KeyedId[] {
  return sql<KeyedId>(
    db,
    `select customer_id as id, word as key from main.customer_words where word >= @from and word < @to
     union all
     select r.customer_id as id, word as key from region.customer_words r where word >= @from and word < @to
       and not exists (select 1 from main.customers o where o.id = r.customer_id)
       and not exists (select 1 from main.region_hidden h where h.id = r.customer_id)
     order by key ${limitBy('@limit')}`,
  ).all({ from: prefix, to: afterPrefix(prefix), limit });
}

/** Like `wordsInRange`, unordered and with the whole name. */
export function namesWithWord(db: Db, prefix: string, limit: number): KeyedId[] {
  return sql<KeyedId>(
    db,
    `select o.id, o.name_forward as key from main.customer_words w join main.customers o on o.id = w.customer_id
       where w.word >= @from and w.word < @to
     union all
     select r.id, r.name_forward as key from region.customer_words w join region.customers r on r.id = w.customer_id
       where w.word >= @from and w.word < @to and ${shownOfRegion}
     ${limitBy('@limit')}`,
  ).all({ from: prefix, to: afterPrefix(prefix), limit });
}

export type NamePlace = 'forward' | 'backward' | 'word';

function firstKeyOf(table: string, column: string): readonly string[] {
  return ['main', 'region'].map(
    (schema) =>
      `select ${column} as key from ${schema}.${table} where ${column} >= ? and ${column} < ? order by ${column} limit 1`,
  );
}

/** Built once: a misspelt name takes hundreds of steps, and looking up a newly built text costs as much as a step. */
const firstKeys: { readonly [Place in NamePlace]: readonly string[] } = {
  forward: firstKeyOf('customers', 'name_forward'),
  backward: firstKeyOf('customers', 'name_backward'),
  word: firstKeyOf('customer_words', 'word'),
};

/**
 * The first key with `prefix` from `from` on. It may belong to a region's row that an own row replaces, with an older
 * name: use it only to navigate the index, not to show it.
 */
export function firstKeyFrom(db: Db, place: NamePlace, from: string, prefix: string): string | null {
  const to = afterPrefix(prefix);
  let first: string | null = null;
  for (const text of firstKeys[place]) {
    const key = sql<{ key: string }>(db, text).get(from, to)?.key ?? null;
    if (first === null || (key !== null && key < first)) first = key;
  }
  return first;
}
