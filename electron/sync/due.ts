/**
 * Which update is next, and when. It holds in-memory scheduling state (save times, read-back times, blocked customers)
 * on the monotonic clock (F16), which a restart does not need.
 */

import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import type { Outbox } from '../updates/outbox.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import type { Blame } from './blame.ts';
import type { Lane } from './pace.ts';

/** An update saved this recently is treated as "the customer is at the counter". */
const counterMs = 60_000;
const firstDelayMs = 5000;

/** The waits of an update that may have arrived: before it is read back, and before it may be sent again. */
export type ReadBackWaits = {
  /** Config `sync.settleSeconds`. */
  readonly beforeReadBackMs: number;
  /** Config `sync.slowServerSeconds`. */
  readonly slowServerMs: number;
};

export type Job = { readonly kind: 'send' | 'read-back'; readonly update: Update };

/** `waitMs`: the time until the next job, if there is none now; null: nothing is waiting for a time. */
export type Next =
  | { readonly job: Job; readonly waitMs: null }
  | { readonly job: null; readonly waitMs: number | null };

export class Due {
  readonly #db: Db;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #blame: Pick<Blame, 'waitMs'>;
  readonly #waits: ReadBackWaits;
  /** Of the first save only: a later save that joined does not make an old edit younger. */
  readonly #savedAtMs = new Map<string, number>();
  readonly #counterAtMs = new Map<string, number>();
  /** For updates that may have arrived: since when, and the earliest time to read them back. */
  readonly #uncertain = new Map<string, { readonly sinceMs: number; readAtMs: number }>();
  readonly #customers = new Map<number, { atMs: number; delays: number }>();

  constructor(db: Db, outbox: Outbox, clock: Clock, blame: Pick<Blame, 'waitMs'>, waits: ReadBackWaits) {
    this.#db = db;
    this.#outbox = outbox;
    this.#clock = clock;
    this.#blame = blame;
    this.#waits = waits;
  }

  saved(updateId: string): void {
    const now = this.#clock.monotonicMs();
    this.#counterAtMs.set(updateId, now);
    if (findUpdate(this.#db, updateId)?.revision === 0) this.#savedAtMs.set(updateId, now);
  }

  /** Whether it was certainly saved within this time. */
  isYoungerThan(updateId: string, ms: number): boolean {
    const savedAtMs = this.#savedAtMs.get(updateId);
    return savedAtMs !== undefined && this.#clock.monotonicMs() - savedAtMs < ms;
  }

  /** The machine slept, so the age of saves is no longer known. */
  slept(): void {
    this.#savedAtMs.clear();
    this.#counterAtMs.clear();
  }

  laneOf(updateId: string): Lane {
    const atMs = this.#counterAtMs.get(updateId);
    return atMs !== undefined && this.#clock.monotonicMs() - atMs < counterMs ? 'counter' : 'backlog';
  }

  /** It waits with the backlog from now on. */
  leavesCounter(updateId: string): void {
    this.#counterAtMs.delete(updateId);
  }

  /** It may have arrived, or may still arrive. "Send now" does not shorten this wait. */
  waitBeforeReadBack(updateId: string): void {
    const sinceMs = this.#clock.monotonicMs();
    this.#uncertain.set(updateId, { sinceMs, readAtMs: sinceMs + this.#waits.beforeReadBackMs });
  }

  /** It seems not to have arrived. It is read again after the time that a slow server may need (F43). */
  readBackLater(updateId: string): void {
    const uncertain = this.#uncertain.get(updateId);
    if (uncertain !== undefined) uncertain.readAtMs = uncertain.sinceMs + this.#waits.slowServerMs;
  }

  /** Whether enough time has certainly passed since the attempt, even for a slow server. */
  hadTime(updateId: string): boolean {
    const sinceMs = this.#uncertain.get(updateId)?.sinceMs;
    return sinceMs !== undefined && this.#clock.monotonicMs() - sinceMs >= this.#waits.slowServerMs;
  }

  /** It certainly did not arrive, so it may be sent again. */
  goesAgain(updateId: string): void {
    this.#uncertain.delete(updateId);
  }

  closed({ id, customerId }: Update): void {
    this.#savedAtMs.delete(id);
    this.#counterAtMs.delete(id);
    this.#uncertain.delete(id);
    this.#customers.delete(customerId);
  }

  /** A local failure: delays this customer's updates, longer each time, up to `longestMs`. */
  delayCustomer(customerId: number, longestMs: number): void {
    const delays = this.#customers.get(customerId)?.delays ?? 0;
    const delayMs = Math.min(longestMs, firstDelayMs * 2 ** Math.min(delays, 10));
    this.#customers.set(customerId, { atMs: this.#clock.monotonicMs() + delayMs, delays: delays + 1 });
  }

  delayNobody(): void {
    this.#customers.clear();
  }

  /**
   * The customer at the counter first, then updates to read back, then the oldest.
   * @param busy updates in flight; the customers' other updates wait for them
   */
  next(busy: readonly Update[]): Next {
    const now = this.#clock.monotonicMs();
    let waitMs: number | null = null;
    const isDue = (dueInMs: number): boolean => {
      if (dueInMs <= 0) return true;
      waitMs = Math.min(waitMs ?? Number.POSITIVE_INFINITY, dueInMs);
      return false;
    };
    const isFree = ({ id, customerId }: Pick<Update, 'id' | 'customerId'>) =>
      !busy.some((one) => one.id === id || one.customerId === customerId) &&
      isDue((this.#uncertain.get(id)?.readAtMs ?? now) - now) &&
      isDue((this.#customers.get(customerId)?.atMs ?? now) - now) &&
      isDue(this.#blame.waitMs(id));

    for (const updateId of this.#counterAtMs.keys()) {
      const update = findUpdate(this.#db, updateId);
      if (update === null || this.laneOf(updateId) === 'backlog') {
        this.#counterAtMs.delete(updateId);
        // While in flight it stays "at the counter": if it fails, it may be sent again.
      } else if (update.state === 'queued' && !this.#outbox.isBehindAnother(update) && isFree(update)) {
        return { job: { kind: 'send', update }, waitMs: null };
      }
    }
    // Upper bound for the rows to read: each busy or waiting customer can hide at most one update.
    const most = busy.length + this.#customers.size + this.#uncertain.size + 1;
    for (const update of this.#outbox.unknown(most)) {
      if (!this.#uncertain.has(update.id)) this.waitBeforeReadBack(update.id);
      if (isFree(update)) return { job: { kind: 'read-back', update }, waitMs: null };
    }
    const update = this.#outbox.firstReady(isFree);
    return update === null ? { job: null, waitMs } : { job: { kind: 'send', update }, waitMs: null };
  }
}
