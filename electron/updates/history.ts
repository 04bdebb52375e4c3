/** The append-only history of an update: one row per state change, and one per change of its baseline. */
import type { Db } from '../db/open.ts';
import { count, insertInto, sql } from '../db/statements.ts';
import type { FieldChanges } from '../model/customer.ts';
import type { UpdateHistoryEntry, UpdateState } from '../model/update-view.ts';
import { decodeChanges } from './row-json.ts';
import type { Update } from './rows.ts';

/** The author of automatic steps. */
export const byTill = 'till';

/** The author of what IT does; the audit log says who it was. */
export const byIt = 'IT';

/** Who did what; without `by`, the till did it. */
export type HistoryNote = {
  readonly by?: string;
  readonly event: string;
  readonly requestId?: string | null;
  readonly before?: FieldChanges;
  readonly after?: FieldChanges;
  readonly detail?: string | null;
};

/** @param from the state before; null: not a change of state */
export function writeHistory(
  db: Db,
  { id, attemptId, state }: Pick<Update, 'id' | 'attemptId' | 'state'>,
  from: UpdateState | null,
  atMs: number,
  { by = byTill, event, requestId = null, before, after, detail = null }: HistoryNote,
): void {
  insertInto(db, 'update_history', {
    update_id: id,
    id: nextHistoryId(db, id),
    at_ms: atMs,
    by,
    event,
    from_state: from,
    to_state: state,
    attempt_id: attemptId,
    request_id: requestId,
    before: before === undefined ? null : JSON.stringify(before),
    after: after === undefined ? null : JSON.stringify(after),
    detail,
  });
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
