/** Applies one row of a delta to this till. */
import { isErased } from '../../customers/erased.ts';
import { decodeRecord } from '../../customers/record-json.ts';
import { forgetCustomer, nextOwnId } from '../../customers/region.ts';
import { findByIdentifier } from '../../customers/store.ts';
import type { RecordKeeper } from '../../customers/told.ts';
import type { Db } from '../../db/open.ts';
import { sql } from '../../db/statements.ts';
import { erase } from '../../updates/erasing.ts';
import { type ImportedRow, importedColumns, importedValues } from '../imported-row.ts';
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
  { what, knownId, imported }: DeltaRow,
  nowMs: number,
  hidden: Set<number>,
): number | null {
  // The server may have sent the same customer to this till since the row was read.
  const { userId } = imported;
  const id = (userId === null ? null : findByIdentifier(db, { type: 'userId', value: userId })) ?? knownId;
  if (what === 'changed') return takeChanged(db, records, id, imported, hidden);
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

function takeChanged(
  db: Db,
  records: RecordKeeper,
  id: number | null,
  imported: ImportedRow,
  hidden: Set<number>,
): number | null {
  const record = decodeRecord(imported.record);
  if (record === null || isErased(db, record)) return null;
  if (id === null) return insertOwn(db, nextOwnId(db), imported);
  if (ownRow(db, id) === undefined) {
    if (isHidden(db, id)) {
      // An erased customer stays erased.
      if (!hidden.delete(id)) return null;
      sql(db, 'delete from region_hidden where id = ?').run(id);
    }
    return insertOwn(db, id, imported);
  }
  const kept = records.keep({ record, by: 'file', asOfMs: null }, { customerId: id });
  return kept.kind === 'erased' ? null : kept.customerId;
}

/** Inserts an own row over the region's, as an import would. Data from a file never counts as fresh. */
function insertOwn(db: Db, id: number, imported: ImportedRow): number {
  const { words, record } = imported;
  sql(
    db,
    `insert into main.customers (id, ${importedColumns.join(', ')}) values (?, ${importedColumns.map(() => '?').join(', ')})`,
  ).run(id, ...importedValues(imported));
  for (const word of words) {
    sql(db, 'insert or ignore into main.customer_words (word, customer_id) values (?, ?)').run(word, id);
  }
  sql(db, 'insert into main.customer_records (customer_id, record) values (?, ?)').run(id, record);
  return id;
}
