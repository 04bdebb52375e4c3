/** The arrows between the states of an update, and the one way along them. What enters and leaves each: `outbox.ts`. */

import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import type { FieldChanges } from '../model/customer.ts';
import { openStates, type UpdateState } from '../model/update-view.ts';
import { refreshEffective } from './effective.ts';
import { writeHistory } from './history.ts';
import { findUpdate, type Update, writeUpdate } from './rows.ts';

/** Every arrow there is. A move that is not here is a bug and rolls its transaction back. */
export const arrows: { readonly [From in UpdateState]: readonly UpdateState[] } = {
  queued: ['queued', 'sending', 'unknown', 'attention', 'applied', 'cancelled', 'discarded'],
  sending: ['queued', 'applied', 'attention', 'unknown'],
  unknown: ['queued', 'unknown', 'applied', 'attention', 'discarded'],
  attention: ['attention', 'discarded'],
  applied: [],
  cancelled: [],
  discarded: ['unknown', 'attention'],
};

/** Who moved it and what happened, for the history. */
export type HistoryNote = {
  readonly by: string;
  readonly event: string;
  readonly requestId?: string | null;
  readonly before?: FieldChanges;
  readonly after?: FieldChanges;
  readonly detail?: string | null;
};

/** What else of the row moves with the state. */
export type Change = Partial<Omit<Update, 'id' | 'seq' | 'customerId' | 'state'>>;

/** Who, in the history, for what the till does by itself. */
export const byTill = 'till';

/**
 * One arrow: the row, its history, and the effective view where that follows. Call it inside a transaction. The row is read again, since
 * whoever asked the server has seen an older one: staff may have edited or cancelled it, and its customer may have become
 * another of this till.
 * @returns null where it is no longer what was seen
 */
export function moveUpdate(
  db: Db,
  clock: Clock,
  seen: Update,
  to: UpdateState,
  note: HistoryNote,
  change: Change,
): Update | null {
  const from = seen.state;
  if (!arrows[from].includes(to)) throw new Error(`An update does not go from ${from} to ${to}.`);
  const current = findUpdate(db, seen.id);
  if (current === null || current.state !== from || current.revision !== seen.revision) return null;
  const moved = { ...current, ...change, state: to };
  writeUpdate(db, moved);
  writeHistory(db, {
    updateId: current.id,
    atMs: clock.wallMs(),
    by: note.by,
    event: note.event,
    from,
    to,
    attemptId: moved.attemptId ?? current.attemptId,
    requestId: note.requestId ?? null,
    before: note.before ?? null,
    after: note.after ?? null,
    detail: note.detail ?? null,
  });
  if (showsOtherwise(from, to, change)) refreshEffective(db, current.customerId);
  return moved;
}

export function isOpen(state: UpdateState): boolean {
  return openStates.some((one) => one === state);
}

/** The effective view follows from which updates are open and what they change, not from how far each has come. */
function showsOtherwise(from: UpdateState, to: UpdateState, change: Change): boolean {
  return isOpen(from) !== isOpen(to) || change.changes !== undefined || change.putOffAtMs !== undefined;
}

/** Never sent, or certainly never arrived: staff may still change it or take it back. */
export function isUntouched(update: Update): boolean {
  return update.state === 'queued' && update.attempts === 0;
}

/** A question of which value holds, that was not put off yet. */
export function mayPutOff(update: Update): boolean {
  return update.state === 'attention' && update.reason?.kind === 'conflict' && update.putOffAtMs === null;
}
