/**
 * Which update is next, and when. What is only true while the till runs: when something was saved here, when it may be
 * read back, which customers have to wait. All of it is on the monotonic clock (F16), and none of it is needed after a
 * restart.
 */

import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import type { Outbox } from '../updates/outbox.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import type { Lane } from './pace.ts';

/** An update saved this recently belongs to the customer at the counter. */
const counterMs = 60_000;
const firstDelayMs = 5000;

export type Job = { readonly kind: 'send' | 'read-back'; readonly update: Update };

/** `waitMs`: how long until there may be a job, where there is none now; null where nothing waits for a time. */
export type Next =
  | { readonly job: Job; readonly waitMs: null }
  | { readonly job: null; readonly waitMs: number | null };

export class Due {
  readonly #db: Db;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #settleMs: number;
  /** First saves only: a later save that joined makes an old edit no younger. */
  readonly #savedAtMs = new Map<string, number>();
  readonly #counterAtMs = new Map<string, number>();
  /** By the update: neither read back nor sent again before then. */
  readonly #settlesAtMs = new Map<string, number>();
  readonly #customers = new Map<number, { atMs: number; delays: number }>();

  constructor(db: Db, outbox: Outbox, clock: Clock, settleMs: number) {
    this.#db = db;
    this.#outbox = outbox;
    this.#clock = clock;
    this.#settleMs = settleMs;
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

  /**
   * It may have arrived, or may arrive yet: the server gets its settle wait before it is asked, and again before it goes
   * once more. Nobody who is in a hurry cuts that short.
   */
  letSettle(updateId: string): void {
    this.#settlesAtMs.set(updateId, this.#clock.monotonicMs() + this.#settleMs);
  }

  settled({ id, customerId }: Update): void {
    this.#savedAtMs.delete(id);
    this.#counterAtMs.delete(id);
    this.#settlesAtMs.delete(id);
    this.#customers.delete(customerId);
  }

  /** Nothing of this customer goes for a while, longer each time, up to `longestMs`. */
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
    const isDue = (atMs: number | undefined): boolean => {
      if (atMs === undefined || atMs <= now) return true;
      waitMs = Math.min(waitMs ?? Number.POSITIVE_INFINITY, atMs - now);
      return false;
    };
    const isFree = ({ id, customerId }: Pick<Update, 'id' | 'customerId'>) =>
      !busy.some((one) => one.id === id || one.customerId === customerId) &&
      isDue(this.#settlesAtMs.get(id)) &&
      isDue(this.#customers.get(customerId)?.atMs);

    for (const updateId of this.#counterAtMs.keys()) {
      const update = findUpdate(this.#db, updateId);
      if (update === null || this.laneOf(updateId) === 'backlog') {
        this.#counterAtMs.delete(updateId);
        // On its way, it stays one of the counter: the server may refuse it, and it goes again.
      } else if (update.state === 'queued' && !this.#outbox.isBehindAnother(update) && isFree(update)) {
        return { job: { kind: 'send', update }, waitMs: null };
      }
    }
    // Of each customer who is busy or waits, one update at most is looked at in vain.
    const look = busy.length + this.#customers.size + 1;
    for (const update of this.#outbox.unknown(look + this.#settlesAtMs.size)) {
      if (!this.#settlesAtMs.has(update.id)) this.letSettle(update.id);
      if (isFree(update)) return { job: { kind: 'read-back', update }, waitMs: null };
    }
    const update = this.#outbox.firstReady(isFree);
    return update === null ? { job: null, waitMs } : { job: { kind: 'send', update }, waitMs: null };
  }
}
