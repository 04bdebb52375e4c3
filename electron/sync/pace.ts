/**
 * How fast this till may talk to the server. All tills of an organisation share one limit (Ireland: 300 updates a
 * minute for all of them) and none knows how many others there are, so no till may burst after an outage (F18), and
 * pressing "Send now" everywhere must not either (F34).
 *
 * Two lanes. The counter goes at the till's whole budget: there is one person standing there. The backlog goes at a rate
 * of its own within it, as TCP does: it starts slowly at a random moment, grows with each success until the first refusal,
 * then falls to a part of itself with each refusal and creeps back (AIMD). A few updates are no flood: they go together
 * and soon, and at once where a person asks for it or the machine woke up (F13, F15). Nothing at all goes before
 * `Retry-After`.
 *
 * Everything runs on the monotonic clock (F16).
 */
import type { Clock, Random } from '../machine/clock.ts';

/** `counter`: somebody is standing there. `backlog`: it has waited already. */
export type Lane = 'counter' | 'backlog';

export type PaceOptions = { readonly requestsPerMinute: number; readonly maxInFlight: number };

/** Of the budget, in the backlog's first minute: with 60 a minute, one. */
const startShare = 1 / 60;
const slowestShare = startShare / 4;
/** The first request of a backlog comes within this many times the wait of its first rate. */
const startSpread = 1.5;
/** So many updates need no slow start; each spreads their start over so long. */
const few = 3;
const fewSpreadMs = 15_000;
const requestsPerUpdate = 2;
const hurriedSpreadMs = 2000;
/** How long before the line comes back a person may have asked. */
const hurryLastsMs = 60_000;
const growthAtStart = 1.06;
/** Of the budget, each minute. All tills grow by the same, so that one that was refused often catches up. */
const growthAfterRefusal = 1 / 3000;
/** A longer silence proves no more than this. */
const longestGrowthMs = 3 * 60_000;
const partAfterRefusal = 0.4;
/** A shorter loss of the line lets nothing pile up at the other tills. */
const shortLossMs = 60_000;
/** A wait that a server asks for is believed up to this. */
const longestWaitMs = 10 * 60_000;
/** How long the backlog leaves a server alone that refused without saying for how long. */
const unnamedWaitMs = 60_000;
/** How long the backlog waits to find out whether "busy" meant one update or the till. */
const heardBusyMs = 20_000;
const heardBusySpreadMs = 20_000;
/** Tills that were refused together do not come back together. */
const comeBackSpreadMs = 60_000;

export class Pace {
  readonly maxInFlight: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #budget: number;
  readonly #burst: number;
  readonly #reserve: number;
  readonly #waiting: () => number;
  #tokens: number;
  #rate = 0;
  #backlogTokens = 0;
  #isStarting = true;
  /** Until the first request of a backlog: since when it may start, and its part of the spread. */
  #start: { readonly atMs: number; readonly fraction: number } | null = null;
  #hurriedAtMs = Number.NEGATIVE_INFINITY;
  #grewAtMs: number;
  #countedAtMs: number;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #backlogNotBeforeMs = Number.NEGATIVE_INFINITY;
  #lostAtMs: number | null = null;
  /** Before "busy" was heard that may have meant one update alone. */
  #beforeDoubt: { readonly rate: number; readonly isStarting: boolean } | null = null;

  /** @param waiting how many updates the backlog has */
  constructor({ requestsPerMinute, maxInFlight }: PaceOptions, clock: Clock, random: Random, waiting: () => number) {
    this.maxInFlight = maxInFlight;
    this.#clock = clock;
    this.#random = random;
    this.#waiting = waiting;
    this.#budget = requestsPerMinute;
    // A save, its check and a look-up at the counter go at once even at the smallest budget.
    this.#burst = Math.max(4, requestsPerMinute / 10);
    this.#reserve = Math.min(3, this.#burst / 2);
    this.#tokens = this.#burst;
    this.#countedAtMs = clock.monotonicMs();
    this.#grewAtMs = this.#countedAtMs;
    this.#startSlowly();
  }

  /** Requests a minute that the backlog allows itself now. */
  get backlogRate(): number {
    return this.#rate;
  }

  /** How long until a request of this lane may go; 0: now. */
  waitMs(lane: Lane): number {
    this.#count();
    const now = this.#clock.monotonicMs();
    const forCounter = Math.max(
      this.#notBeforeMs - now,
      untilMs(lane === 'counter' ? 1 : 1 + this.#reserve, this.#tokens, this.#budget),
    );
    if (lane === 'counter') return Math.max(0, forCounter);
    return Math.max(
      0,
      forCounter,
      this.#startsAtMs() - now,
      this.#backlogNotBeforeMs - now,
      untilMs(1, this.#backlogTokens, this.#rate),
    );
  }

  /** Counts one request, also one that could not be put off (a look-up, or a check before a send): it is paid for later. */
  take(lane: Lane): void {
    this.#count();
    this.#tokens -= 1;
    if (lane === 'counter') return;
    if (this.#start !== null && this.#waiting() <= few) this.#backlogTokens = this.#waiting() * requestsPerUpdate;
    this.#start = null;
    this.#backlogTokens -= 1;
  }

  /** The server said that this till, or all of them, ask for too much. */
  toldBusy(retryAfterMs: number | null): void {
    this.#count();
    const now = this.#clock.monotonicMs();
    this.#beforeDoubt = null;
    this.#slowDown();
    if (retryAfterMs !== null && retryAfterMs > 0) {
      const jittered = Math.min(retryAfterMs, longestWaitMs) * (1 + 0.25 * this.#random.fraction());
      this.#notBeforeMs = Math.max(this.#notBeforeMs, now + jittered);
    }
    const alone = Math.max(this.#notBeforeMs, retryAfterMs === null ? now + unnamedWaitMs : now);
    this.#backlogNotBeforeMs = Math.max(
      this.#backlogNotBeforeMs,
      alone + this.#scaled(comeBackSpreadMs) * this.#random.fraction(),
    );
  }

  /**
   * The server said "busy" to one update: it may mean that one, or the till. The backlog slows down until it is known.
   * @returns how long to wait before another update finds out
   */
  heardBusy(): number {
    this.#beforeDoubt ??= { rate: this.#rate, isStarting: this.#isStarting };
    this.#slowDown();
    const wait = heardBusyMs + this.#scaled(heardBusySpreadMs) * this.#random.fraction();
    this.#backlogNotBeforeMs = Math.max(this.#backlogNotBeforeMs, this.#clock.monotonicMs() + wait);
    return wait;
  }

  /** It meant that one update: the backlog goes on as fast as before. */
  heardNoLimit(): void {
    if (this.#beforeDoubt === null) return;
    this.#rate = Math.max(this.#rate, this.#beforeDoubt.rate);
    this.#isStarting = this.#beforeDoubt.isStarting;
    this.#beforeDoubt = null;
  }

  succeeded(): void {
    this.#count();
    if (this.#lostAtMs !== null && this.#clock.monotonicMs() - this.#lostAtMs > shortLossMs) this.#startSlowly();
    this.#lostAtMs = null;
    const now = this.#clock.monotonicMs();
    const grownMs = Math.min(longestGrowthMs, now - this.#grewAtMs);
    this.#grewAtMs = now;
    const grown = this.#isStarting
      ? this.#rate * growthAtStart
      : this.#rate + (grownMs / 60_000) * this.#budget * growthAfterRefusal;
    this.#rate = Math.min(this.#budget, grown);
  }

  /** A person asked, or the machine woke up: a few updates go at once. A long backlog keeps its start (F34). */
  hurry(): void {
    this.#hurriedAtMs = this.#clock.monotonicMs();
  }

  /** The server could not be reached: other tills may have lost it as well. */
  lost(): void {
    this.#lostAtMs ??= this.#clock.monotonicMs();
  }

  #slowDown(): void {
    this.#isStarting = false;
    this.#grewAtMs = this.#clock.monotonicMs();
    this.#rate = Math.max(this.#budget * slowestShare, this.#rate * partAfterRefusal);
    this.#backlogTokens = Math.min(this.#backlogTokens, 0);
  }

  #startSlowly(): void {
    this.#isStarting = true;
    this.#rate = this.#budget * startShare;
    this.#backlogTokens = 1;
    this.#start = { atMs: this.#clock.monotonicMs(), fraction: this.#random.fraction() };
  }

  #startsAtMs(): number {
    if (this.#start === null) return Number.NEGATIVE_INFINITY;
    const { atMs, fraction } = this.#start;
    const waiting = this.#waiting();
    if (waiting > few) return atMs + fraction * (startSpread / this.#rate) * 60_000;
    const isHurried = this.#hurriedAtMs > atMs - hurryLastsMs;
    // A till with a small budget is no slower here: these few have to be gone within a minute (F13).
    const spreadMs = isHurried ? hurriedSpreadMs : waiting * Math.min(fewSpreadMs, this.#scaled(fewSpreadMs));
    return atMs + fraction * spreadMs;
  }

  /** A wait that fits a budget of 60 a minute, for this till's. */
  #scaled(ms: number): number {
    return (ms * 60) / this.#budget;
  }

  #count(): void {
    const now = this.#clock.monotonicMs();
    const minutes = (now - this.#countedAtMs) / 60_000;
    this.#tokens = Math.min(this.#burst, this.#tokens + minutes * this.#budget);
    this.#backlogTokens = Math.max(this.#backlogTokens, Math.min(1, this.#backlogTokens + minutes * this.#rate));
    this.#countedAtMs = now;
  }
}

function untilMs(needed: number, tokens: number, rate: number): number {
  return tokens >= needed ? 0 : ((needed - tokens) / rate) * 60_000;
}
