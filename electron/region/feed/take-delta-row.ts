/** Applies one row of a delta to this till. */
import { isErased } from '../../customers/erased.ts';
import { decodeRecord } from '../../customers/record-json.ts';
import { forgetCustomer, nextOwnId } from '../../customers/region.ts';
import { findByIdentifier } from '../../customers/store.ts';
import type { RecordKeeper } from '../../customers/told.ts';
import type { Db } from '../../db/open.ts';
import { sql } from '../../db/statements.ts';
import { erase } from '../../updates/erasing.ts';
import { type ToldRow, toldColumns, toldValues } from '../told-row.ts';
import type { DeltaRow } from './delta-worker.ts';

type Own = { readonly served_at_ms: number; readonly updates: number };

function ownRow(db: Db, id: number): Own | undefined {
  return sql<Own>(
    db,
    `select served_at_ms, exists (select 1 from updates u where u.customer_id = c.id) as updates
     from main.customers c where id = ?`,
  ).get(id);
}

function isHidden(db: Db, id: number): boolean {
  return sql(db, 'select 1 from region_hidden where id = ?').get(id) !== undefined;
}

/**
 * Call in a transaction.
 * @param hidden ids that deltas have hidden; a customer who comes back is shown again
 * @returns the id of the changed customer; null: nobody changed
 */
export function takeDeltaRow(
  db: Db,
  records: RecordKeeper,
  { what, knownId, told }: DeltaRow,
  nowMs: number,
  hidden: Set<number>,
): number | null {
  // The server may have sent the same customer to this till since the row was read.
  const { userId } = told;
  const id = (userId === null ? null : findByIdentifier(db, { type: 'userId', value: userId })) ?? knownId;
  if (what === 'told') return takeTold(db, records, id, told, hidden);
  if (id === null) return null;
  const own = ownRow(db, id);
  if (what === 'erased') {
    erase(db, id, nowMs);
    return id;
  }
  if (own !== undefined && (own.served_at_ms > 0 || own.updates > 0)) return null;
  if (isHidden(db, id)) return null;
  forgetCustomer(db, id);
  hidden.add(id);
  return id;
}

function takeTold(db: Db, records: RecordKeeper, id: number | null, told: ToldRow, hidden: Set<number>): number | null {
  const record = decodeRecord(told.record);
  if (record === null || isErased(db, record)) return null;
  if (id === null) return insertOwn(db, nextOwnId(db), told);
  if (ownRow(db, id) === undefined) {
    if (isHidden(db, id)) {
      // An erased customer stays erased.
      if (!hidden.delete(id)) return null;
      sql(db, 'delete from region_hidden where id = ?').run(id);
    }
    return insertOwn(db, id, told);
  }
  const kept = records.keep({ record, by: 'file', asOfMs: null }, { customerId: id });
  return kept.kind === 'erased' ? null : kept.customerId;
}

/** Inserts an own row over the region's, as an import would. Data from a file never counts as fresh. */
function insertOwn(db: Db, id: number, told: ToldRow): number {
  const { words, record } = told;
  sql(
    db,
    `insert into main.customers (id, ${toldColumns.join(', ')}) values (?, ${toldColumns.map(() => '?').join(', ')})`,
  ).run(id, ...toldValues(told));
  for (const word of words) {
    sql(db, 'insert or ignore into main.customer_words (word, customer_id) values (?, ?)').run(word, id);
  }
  sql(db, 'insert into main.customer_records (customer_id, record) values (?, ?)').run(id, record);
  return id;
}
