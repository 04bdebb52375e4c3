/** Copies rows of updates from another database file, restricted to columns that this version has. */
import { z } from 'zod';
import { decodeRecord } from '../customers/record-json.ts';
import type { Db } from '../db/open.ts';
import { sql } from '../db/statements.ts';
import { beforeSending } from './before-sending.ts';
import { nextHistoryId } from './history.ts';

const cell = z.union([z.string(), z.number(), z.null()]);
export const tableRow = z.record(z.string().regex(/^[a-z_]+$/), cell);
export type TableRow = z.output<typeof tableRow>;

/** An update from another file, with its history and that till's record of the customer. */
export type BroughtIn = {
  readonly row: TableRow;
  readonly history: readonly TableRow[];
  readonly customer: { readonly record: string | null; readonly asOfMs: number | null };
};

/**
 * The server's known values before the update was sent; if the other till did not note them, its last record. They
 * later prove whether the update arrived from there (F42).
 */
export function beforeAtOther(row: TableRow, { record, asOfMs }: BroughtIn['customer']): string | null {
  if (typeof row.before_sending === 'string') return row.before_sending;
  const told = record === null || asOfMs === null ? null : decodeRecord(record);
  if (told === null) return null;
  return JSON.stringify(beforeSending(told, asOfMs, null));
}

/** @param own columns that replace the row's; `place` null: last */
export function insertRow(db: Db, row: TableRow, own: TableRow): void {
  const known = columnsOf(db, 'updates');
  const given = { ...row, ...own };
  const columns = Object.keys(given).filter((name) => known.has(name) && name !== 'seq' && name !== 'place');
  db.prepare(
    `insert into updates (${columns.join(', ')}, place)
     values (${columns.map(() => '?').join(', ')}, coalesce(?, (select coalesce(max(seq), 0) + 1 from updates)))`,
  ).run(...columns.map((name) => given[name]), own.place);
  if (own.state === 'unknown' && row.uncertain_after == null) {
    sql(db, "update updates set uncertain_after = 'till-stopped' where id = ?").run(row.id);
  }
}

/** Overwrites a row with the one from another file of the same till, except the customer. */
export function overwriteRow(db: Db, row: TableRow): void {
  const own = new Set(['seq', 'id', 'customer_id', 'place']);
  const known = columnsOf(db, 'updates');
  const columns = Object.keys(row).filter((name) => known.has(name) && !own.has(name));
  db.prepare(`update updates set ${columns.map((name) => `${name} = ?`).join(', ')} where id = ?`).run(
    ...columns.map((name) => row[name]),
    row.id,
  );
}

export function insertHistory(db: Db, updateId: string, row: TableRow): void {
  const known = columnsOf(db, 'update_history');
  const columns = Object.keys(row).filter((name) => known.has(name) && name !== 'update_id' && name !== 'id');
  db.prepare(
    `insert into update_history (update_id, id${columns.map((name) => `, ${name}`).join('')})
     values (?, ?${', ?'.repeat(columns.length)})`,
  ).run(updateId, nextHistoryId(db, updateId), ...columns.map((name) => row[name]));
}

function columnsOf(db: Db, table: 'updates' | 'update_history'): ReadonlySet<string> {
  const rows = sql<{ name: string }>(db, 'select name from pragma_table_info(?)').all(table);
  return new Set(rows.map(({ name }) => name));
}

/** Replaces an update's history with the one from another file. */
export function replaceHistory(db: Db, updateId: string, history: readonly TableRow[]): void {
  sql(db, 'delete from update_history where update_id = ?').run(updateId);
  for (const row of history) insertHistory(db, updateId, row);
}
