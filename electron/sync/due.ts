/**
 * Which update is next, and when. What is only true while the till runs: when something was saved here, when it may be
 * read back, which customers have to wait. All of it is on the monotonic clock (F16), and none of it is needed after a
 * restart.
 */

import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import type { Outbox } from '../updates/outbox.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import type { Blame } from './blame.ts';
import type { Lane } from './pace.ts';

/** An update saved this recently belongs to the customer at the counter. */
const counterMs = 60_000;
const firstDelayMs = 5000;

/** How long an update that may have arrived is left alone, before it is read back and before it may go again. */
export type ReadBackWaits = { readonly settleMs: number; readonly slowServerMs: number };

export type Job = { readonly kind: 'send' | 'read-back'; readonly update: Update };

/** `waitMs`: how long until there may be a job, where there is none now; null where nothing waits for a time. */
export type Next =
  | { readonly job: Job; readonly waitMs: null }
  | { readonly job: null; readonly waitMs: number | null };

export class Due {
  readonly #db: Db;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #blame: Pick<Blame, 'waitMs'>;
  readonly #waits: ReadBackWaits;
  /** First saves only: a later save that joined makes an old edit no younger. */
  readonly #savedAtMs = new Map<string, number>();
  readonly #counterAtMs = new Map<string, number>();
  /** Of updates that may have arrived: since when, and not read back before when. */
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

  /** Whether it was saved within this time, as far as that is known for sure. */
  isYoungerThan(updateId: string, ms: number): boolean {
    const savedAtMs = this.#savedAtMs.get(updateId);
    return savedAtMs !== undefined && this.#clock.monotonicMs() - savedAtMs < ms;
  }

  /** The machine slept: how long ago anything was saved is not known any more. */
  slept(): void {
    this.#savedAtMs.clear();
    this.#counterAtMs.clear();
  }

  laneOf(updateId: string): Lane {
    const atMs = this.#counterAtMs.get(updateId);
    return atMs !== undefined && this.#clock.monotonicMs() - atMs < counterMs ? 'counter' : 'backlog';
  }

  /** It may have arrived, or may arrive yet. Nobody who is in a hurry cuts the wait before it is read back short. */
  waitBeforeReadBack(updateId: string): void {
    const sinceMs = this.#clock.monotonicMs();
    this.#uncertain.set(updateId, { sinceMs, readAtMs: sinceMs + this.#waits.settleMs });
  }

  /** As if it had not arrived: it is read again once a slow server has had its time (F43). */
  readBackLater(updateId: string): void {
    const uncertain = this.#uncertain.get(updateId);
    if (uncertain !== undefined) uncertain.readAtMs = uncertain.sinceMs + this.#waits.slowServerMs;
  }

  /** Whether a slow server has had its time since the attempt, as far as that is known for sure. */
  hadTime(updateId: string): boolean {
    const sinceMs = this.#uncertain.get(updateId)?.sinceMs;
    return sinceMs !== undefined && this.#clock.monotonicMs() - sinceMs >= this.#waits.slowServerMs;
  }

  /** It certainly did not arrive: it may go again. */
  goesAgain(updateId: string): void {
    this.#uncertain.delete(updateId);
  }

  closed({ id, customerId }: Update): void {
    this.#savedAtMs.delete(id);
    this.#counterAtMs.delete(id);
    this.#uncertain.delete(id);
    this.#customers.delete(customerId);
  }

  /** This machine could not do it: nothing of this customer goes for a while, longer each time, up to `longestMs`. */
  delayCustomer(customerId: number, longestMs: number): void {
    const delays = this.#customers.get(customerId)?.delays ?? 0;
    const delayMs = Math.min(longestMs, firstDelayMs * 2 ** Math.min(delays, 10));
    this.#customers.set(customerId, { atMs: this.#clock.monotonicMs() + delayMs, delays: delays + 1 });
  }

  delayNobody(): void {
    this.#customers.clear();
  }

  /**
   * The customer at the counter first, then what is to be read back, then the oldest.
   * @param busy updates that are on their way, and whose customers' others wait for them
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
        // On its way, it stays one of the counter: the server may refuse it, and it goes again.
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
