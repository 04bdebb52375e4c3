/**
 * Detects points that may have been awarded twice. The API awards on each call, so if an update was sent again because
 * the first attempt seemed not to have arrived, and that one arrived late after all, it counts twice. A till cannot
 * undo that, so it lists the case with its evidence for a manager or IT.
 *
 * The points are noted before the first attempt (`BeforeSending`). For a day after the update is finished, the points
 * of each new record are compared with those plus what the answers to this till's updates awarded.
 */
import { customerRow, readRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import type { DoubleAward } from '../model/update-view.ts';
import { writeHistory } from './history.ts';
import { isDoubleAward, selectUpdates, type Update, writeUpdate } from './rows.ts';

const watchedForMs = 24 * 3_600_000;

/** Starts the watch for an update that was sent more than once, if the customer's points were known. */
export function watchForDoubleAward(update: Update, nowMs: number): Update['award'] {
  const canTell = update.attempts > 1 && update.before?.points != null && update.before.asOfMs !== null;
  return canTell ? { kind: 'watched', sinceMs: nowMs } : update.award;
}

/** Call in the transaction that stores data from the server about a customer, after everything else is written. */
export function lookForDoubleAwards(db: Db, customerId: number, nowMs: number): void {
  const watched = selectUpdates(db, 'where u.customer_id = ? and u.award is not null', customerId);
  // An update in flight may already have earned points that no answer has reported yet.
  if (watched.length === 0 || isAnyUnderWay(db, customerId)) return;
  for (const update of watched) {
    const { award } = update;
    if (award?.kind !== 'watched') continue;
    const found = doubleAwardOf(db, update, nowMs);
    if (found !== null) {
      writeUpdate(db, { ...update, award: { kind: 'possible', found } });
      writeHistory(db, update, update.state, nowMs, { event: 'possible double award' });
    } else if (Math.abs(nowMs - award.sinceMs) > watchedForMs) writeUpdate(db, { ...update, award: null });
  }
}

/** Somebody has checked it: it is no longer listed, but stays in the update and its history. */
export function markAwardSeen(db: Db, update: Update, by: string, nowMs: number): void {
  if (update.award?.kind !== 'possible') throw new Error(`Update ${update.id} is not a possible double award.`);
  writeUpdate(db, { ...update, award: { kind: 'seen', found: update.award.found } });
  writeHistory(db, update, update.state, nowMs, { by, event: 'possible double award looked at' });
}

function doubleAwardOf(db: Db, update: Update, nowMs: number): DoubleAward | null {
  const { before } = update;
  const loyalty = readRecord(db, update.customerId)?.loyalty ?? null;
  const asOfMs = customerRow(db, update.customerId)?.as_of_ms ?? null;
  if (before === null || before.points === null || before.asOfMs === null) return null;
  if (loyalty === null || loyalty.points === null || asOfMs === null) return null;
  const explained = awardedSince(db, update, before.asOfMs);
  if (loyalty.points - before.points <= explained) return null;
  const exchanges = db
    .prepare<[string], { attempt_id: string | null; request_id: string | null }>(
      'select attempt_id, request_id from update_history where update_id = ? order by id',
    )
    .all(update.id);
  const distinct = (ids: readonly (string | null)[]) => [...new Set(ids.filter((id) => id !== null))];
  return {
    pointsBefore: before.points,
    pointsAfter: loyalty.points,
    explained,
    purchasesMoved: loyalty.lifetimePurchases !== before.purchases,
    beforeAsOfMs: before.asOfMs,
    foundAtMs: nowMs,
    attemptIds: distinct(exchanges.map(({ attempt_id }) => attempt_id)),
    requestIds: distinct(exchanges.map(({ request_id }) => request_id)),
  };
}

function isAnyUnderWay(db: Db, customerId: number): boolean {
  return selectUpdates(db, "where u.customer_id = ? and u.state in ('sending', 'unknown')", customerId).length > 0;
}

/**
 * Points that answers to this till's updates of the customer awarded since then: in any case this one's and later ones',
 * because the clock may have been set back (F16). Updates confirmed by reading report none.
 */
function awardedSince(db: Db, { customerId, place, seq }: Update, sinceMs: number): number {
  return selectUpdates(
    db,
    "where u.customer_id = ? and u.state = 'applied' and (u.settled_at_ms >= ? or (u.place, u.seq) >= (?, ?))",
    customerId,
    sinceMs,
    place,
    seq,
  )
    .flatMap(({ result }) => result?.effects ?? [])
    .reduce((sum, effect) => sum + (effect.kind === 'points' ? (effect.awarded ?? 0) : 0), 0);
}

/** Cases that nobody has checked yet, newest first; empty for a file of an older version. */
export function listDoubleAwards(db: Db): readonly (DoubleAward & { readonly id: string })[] {
  const known = db.prepare<[], string>("select name from pragma_table_info('updates')").pluck().all();
  if (!known.includes('award')) return [];
  return selectUpdates(db, `where ${isDoubleAward} order by u.seq desc`).flatMap(({ id, award }) =>
    award?.kind === 'possible' ? [{ id, ...award.found }] : [],
  );
}
