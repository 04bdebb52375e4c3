/** The append-only history of an update: one row per state change, and one per change of its baseline. */
import type { Db } from '../db/open.ts';
import { count, sql } from '../db/statements.ts';
import type { UpdateHistoryEntry, UpdateState } from '../model/update-view.ts';
import { decodeChanges } from './row-json.ts';

export type HistoryNote = UpdateHistoryEntry & { readonly updateId: string };

export function writeHistory(db: Db, note: HistoryNote): void {
  sql(
    db,
    `insert into update_history (update_id, id, at_ms, by, event, from_state, to_state, attempt_id, request_id, before,
       after, detail) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    note.updateId,
    nextHistoryId(db, note.updateId),
    note.atMs,
    note.by,
    note.event,
    note.from,
    note.to,
    note.attemptId,
    note.requestId,
    note.before === null ? null : JSON.stringify(note.before),
    note.after === null ? null : JSON.stringify(note.after),
    note.detail,
  );
}

/** Earlier entries are only ever removed together with the whole update. */
export function nextHistoryId(db: Db, updateId: string): number {
  return count(db, 'select coalesce(max(id), 0) + 1 as n from update_history where update_id = ?', updateId);
}

type HistoryRow = {
  at_ms: number;
  by: string;
  event: string;
  from_state: UpdateState | null;
  to_state: UpdateState;
  attempt_id: string | null;
  request_id: string | null;
  before: string | null;
  after: string | null;
  detail: string | null;
};

/** Oldest first. */
export function historyOf(db: Db, updateId: string): UpdateHistoryEntry[] {
  return sql<HistoryRow>(db, 'select * from update_history where update_id = ? order by id')
    .all(updateId)
    .map((row) => ({
      atMs: row.at_ms,
      by: row.by,
      event: row.event,
      from: row.from_state,
      to: row.to_state,
      attemptId: row.attempt_id,
      requestId: row.request_id,
      before: decodeChanges(row.before),
      after: decodeChanges(row.after),
      detail: row.detail,
    }));
}
