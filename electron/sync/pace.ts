/**
 * How fast this till may talk to the server. All tills of an organisation share one limit (Ireland: 300 updates a
 * minute for all of them), so no till may burst after an outage (F18), and pressing "Send now" everywhere must not
 * either (F34).
 *
 * A token bucket at the till's budget, with two lanes: the backlog may not take the last tokens, which are kept for the
 * customer at the counter. On a refusal the rate is halved and nothing goes before `Retry-After`; each success brings a
 * little of it back (AIMD). Everything runs on the monotonic clock (F16).
 */
import type { Clock, Random } from '../clock/clock.ts';

/** `counter`: somebody is standing there. `backlog`: it has waited already. */
export type Lane = 'counter' | 'backlog';

export type PaceOptions = { readonly requestsPerMinute: number; readonly maxInFlight: number };

/** The slowest that refusals can make a till, in requests a minute. */
const slowest = 2;
/** What one success brings back of the rate, as a part of the budget. */
const recovery = 0.05;
/** A wait that a server asks for is believed up to this. */
const longestWaitMs = 10 * 60_000;

export class Pace {
  readonly maxInFlight: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #budget: number;
  readonly #burst: number;
  readonly #reserve: number;
  #rate: number;
  #tokens: number;
  #countedAtMs: number;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor({ requestsPerMinute, maxInFlight }: PaceOptions, clock: Clock, random: Random) {
    this.maxInFlight = maxInFlight;
    this.#clock = clock;
    this.#random = random;
    this.#budget = requestsPerMinute;
    this.#rate = requestsPerMinute;
    // A save, its check and a look-up at the counter go at once even at the smallest budget.
    this.#burst = Math.max(4, requestsPerMinute / 10);
    this.#reserve = Math.min(3, this.#burst / 2);
    this.#tokens = this.#burst;
    this.#countedAtMs = clock.monotonicMs();
  }

  /** Requests a minute that this till allows itself now. */
  get rate(): number {
    return this.#rate;
  }

  /** How long until a request of this lane may go; 0: now. */
  waitMs(lane: Lane): number {
    this.#count();
    const now = this.#clock.monotonicMs();
    const needed = lane === 'counter' ? 1 : 1 + this.#reserve;
    const forTokens = this.#tokens >= needed ? 0 : ((needed - this.#tokens) / this.#rate) * 60_000;
    return Math.max(0, this.#notBeforeMs - now, forTokens);
  }

  /** Counts one request. Look-ups at the counter may take a token that is not there yet: the backlog pays for it. */
  take(): void {
    this.#count();
    this.#tokens -= 1;
  }

  /** The server said that it is too much. */
  refused(retryAfterMs: number | null): void {
    this.#rate = Math.max(Math.min(slowest, this.#budget), this.#rate / 2);
    this.#tokens = Math.min(this.#tokens, 1);
    if (retryAfterMs === null) return;
    // Tills that were refused together do not come back together.
    const jittered = Math.min(retryAfterMs, longestWaitMs) * (1 + 0.25 * this.#random.fraction());
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#clock.monotonicMs() + jittered);
  }

  succeeded(): void {
    this.#count();
    this.#rate = Math.min(this.#budget, this.#rate + this.#budget * recovery);
  }

  #count(): void {
    const now = this.#clock.monotonicMs();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#countedAtMs) / 60_000) * this.#rate);
    this.#countedAtMs = now;
  }
}
