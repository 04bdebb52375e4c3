/** Copies rows of updates from another database file, restricted to columns that this version has. */
import { z } from 'zod';
import { decodeRecord } from '../customers/record-json.ts';
import type { Db } from '../db/open.ts';
import { changeRow, insertInto, sql } from '../db/statements.ts';
import { identifierTypes } from '../model/customer.ts';
import { openStates } from '../model/update-view.ts';
import { beforeSending } from './before-sending.ts';
import { nextHistoryId } from './history.ts';
import { lastPlace } from './rows.ts';

const cell = z.union([z.string(), z.number(), z.null()]);
const tableRow = z.record(z.string().regex(/^[a-z_]+$/), cell);
export type TableRow = z.output<typeof tableRow>;

/** The columns that say whose row it is. */
export const rowOwner = z.looseObject({
  identifier_type: z.enum(identifierTypes),
  identifier_value: z.string(),
});

/** The columns that every version has and that identify a row. */
export const outboxRow = rowOwner.extend({
  id: z.uuid(),
  state: z.enum(openStates),
  saved_at_ms: z.number(),
});

export const movingUpdates = z
  .array(
    z.strictObject({
      row: tableRow.refine((row) => outboxRow.safeParse(row).success),
      history: z.array(tableRow),
      customer: z.strictObject({ record: z.string().nullable(), asOfMs: z.number().nullable() }),
    }),
  )
  .readonly();
export type MovingUpdate = z.output<typeof movingUpdates>[number];

/**
 * The server's known values before the update was sent; if the other till did not note them, its last record. They
 * later prove whether the update arrived from there (F42).
 */
export function beforeAtOther(row: TableRow, { record, asOfMs }: MovingUpdate['customer']): string | null {
  if (typeof row.before_sending === 'string') return row.before_sending;
  const decoded = record === null || asOfMs === null ? null : decodeRecord(record);
  if (decoded === null) return null;
  return JSON.stringify(beforeSending(decoded, asOfMs, null));
}

/** @param own columns that replace the row's; `place` null: last */
export function insertRow(db: Db, row: TableRow, own: TableRow): void {
  insertInto(db, 'updates', {
    ...ofThisVersion(db, 'updates', { ...row, ...own }, ['seq']),
    place: own.place ?? lastPlace(db),
    ...(own.state === 'unknown' ? { uncertain_after: row.uncertain_after ?? 'till-stopped' } : {}),
  });
}

/** Overwrites a row with the one from another file of the same till, except the customer. */
export function overwriteRow(db: Db, row: TableRow): void {
  changeRow(db, 'updates', row.id, ofThisVersion(db, 'updates', row, ['seq', 'id', 'customer_id', 'place']));
}

function ofThisVersion(
  db: Db,
  table: 'updates' | 'update_history',
  row: TableRow,
  without: readonly string[],
): TableRow {
  const known = sql<string>(db, 'select name from pragma_table_info(?)').pluck().all(table);
  return Object.fromEntries(Object.entries(row).filter(([name]) => known.includes(name) && !without.includes(name)));
}

/** Replaces an update's history with the one from another file. */
export function replaceHistory(db: Db, updateId: string, history: readonly TableRow[]): void {
  sql(db, 'delete from update_history where update_id = ?').run(updateId);
  for (const row of history) {
    const entry = ofThisVersion(db, 'update_history', row, ['id']);
    insertInto(db, 'update_history', { ...entry, update_id: updateId, id: nextHistoryId(db, updateId) });
  }
}
