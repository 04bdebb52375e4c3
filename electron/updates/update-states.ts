/**
 * The transitions between the states of an update, and the only function that makes them. For their meaning see
 * `outbox.ts`.
 */

import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import { openStates, type UpdateState } from '../model/update-view.ts';
import { refreshEffective } from './effective.ts';
import { type HistoryNote, writeHistory } from './history.ts';
import { findUpdate, type Update, writeUpdate } from './rows.ts';

/** All allowed transitions. Any other one is a bug and rolls back its transaction. */
export const transitions: { readonly [From in UpdateState]: readonly UpdateState[] } = {
  queued: ['queued', 'sending', 'unknown', 'attention', 'applied', 'cancelled', 'discarded'],
  sending: ['queued', 'applied', 'attention', 'unknown'],
  unknown: ['queued', 'unknown', 'applied', 'attention', 'discarded'],
  attention: ['attention', 'discarded'],
  applied: [],
  cancelled: [],
  discarded: ['unknown', 'attention', 'discarded'],
};

/** Other columns that change with the state. */
export type Change = Partial<Omit<Update, 'id' | 'seq' | 'customerId' | 'state' | 'settledAtMs'>>;

/**
 * Makes one transition: writes the row, its history and, if affected, the effective view. Call it inside a transaction.
 * It reads the row again, because while the server was asked, staff may have edited or cancelled the update, or its
 * customer may have been merged.
 * @returns null if the update has changed since it was read
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
  if (!transitions[from].includes(to)) throw new Error(`An update cannot go from ${from} to ${to}.`);
  const current = findUpdate(db, seen.id);
  if (current === null || current.state !== from || current.revision !== seen.revision) return null;
  const nowMs = clock.wallMs();
  const closedAtMs = isOpen(from) ? nowMs : current.settledAtMs;
  const moved = { ...current, ...change, state: to, settledAtMs: isOpen(to) ? null : closedAtMs };
  writeUpdate(db, moved);
  writeHistory(db, { ...moved, attemptId: moved.attemptId ?? current.attemptId }, from, nowMs, note);
  if (showsOtherwise(from, to, change)) refreshEffective(db, current.customerId);
  return moved;
}

export function isOpen(state: UpdateState): boolean {
  return openStates.some((one) => one === state);
}

/** Whether a transition changes the effective view, which depends on which updates are open and on their changes. */
function showsOtherwise(from: UpdateState, to: UpdateState, change: Change): boolean {
  return isOpen(from) !== isOpen(to) || change.changes !== undefined || change.putOffAtMs !== undefined;
}

/** Never sent, or certainly never arrived: staff can still edit or cancel it. */
export function isUntouched(update: Update): boolean {
  return update.state === 'queued' && update.attempts === 0;
}

/** A conflict that was not put off yet. */
export function mayPutOff(update: Update): boolean {
  return update.state === 'attention' && update.reason?.kind === 'conflict' && update.putOffAtMs === null;
}
