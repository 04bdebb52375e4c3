/**
 * Limits how fast this till talks to the server. All tills of an organisation share one limit (Ireland: 300 updates a
 * minute for all of them) and none knows how many others there are. So no till may burst after an outage (F18), nor may
 * pressing "Send now" on all of them cause one (F34).
 *
 * There are two lanes. The counter may use the till's whole budget, because a customer is standing there. The backlog
 * has a rate of its own within it, like TCP: it starts slowly at a random moment, grows with each success until the
 * first refusal, then shrinks with each refusal and recovers slowly (AIMD). A few updates are no flood: they are sent
 * together and soon, or now if a person asks or the machine woke up (F13, F15). Nothing is sent before `Retry-After`.
 *
 * Everything uses the monotonic clock (F16).
 */
import type { Clock, Random } from '../machine/clock.ts';

/** `counter`: a customer is standing there. `backlog`: the rest. */
export type Lane = 'counter' | 'backlog';

export type PaceOptions = { readonly requestsPerMinute: number; readonly maxInFlight: number };

/** The backlog's share of the budget at its start: with 60 a minute, one. */
const startShare = 1 / 60;
const slowestShare = startShare / 4;
/** The first request of a backlog comes within this many times the wait of its first rate. */
const startSpread = 1.5;
/** Up to this many updates need no slow start; their start is spread by this time for each. */
const few = 3;
const fewSpreadMs = 15_000;
const requestsPerUpdate = 2;
const hurriedSpreadMs = 2000;
/** "Send now" still counts if the connection comes back within this time. */
const hurryLastsMs = 60_000;
const growthAtStart = 1.06;
/** Share of the budget per minute. All tills grow equally, so that one that was refused often catches up. */
const growthAfterRefusal = 1 / 3000;
/** A longer time without a refusal does not add more growth. */
const longestGrowthMs = 3 * 60_000;
const partAfterRefusal = 0.4;
/** After a shorter outage, other tills have no backlog. */
const shortLossMs = 60_000;
/** Longest `Retry-After` that is obeyed. */
const longestWaitMs = 10 * 60_000;
/** The backlog's wait after a refusal without `Retry-After`. */
const unnamedWaitMs = 60_000;
/** How long the backlog waits to find out if "busy" meant one update or the till. */
const heardBusyMs = 20_000;
const heardBusySpreadMs = 20_000;
/** Spreads the return of tills that were refused together. */
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
  /** Until a backlog's first request: when it may start, and its random share of the spread. */
  #start: { readonly atMs: number; readonly fraction: number } | null = null;
  #hurriedAtMs = Number.NEGATIVE_INFINITY;
  #grewAtMs: number;
  #countedAtMs: number;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #backlogNotBeforeMs = Number.NEGATIVE_INFINITY;
  #lostAtMs: number | null = null;
  /** The rate before a "busy" that may have meant only one update. */
  #beforeDoubt: { readonly rate: number; readonly isStarting: boolean } | null = null;

  /** @param waiting returns the number of updates in the backlog */
  constructor({ requestsPerMinute, maxInFlight }: PaceOptions, clock: Clock, random: Random, waiting: () => number) {
    this.maxInFlight = maxInFlight;
    this.#clock = clock;
    this.#random = random;
    this.#waiting = waiting;
    this.#budget = requestsPerMinute;
    // Even with the smallest budget, a save, its check and a look-up at the counter need not wait.
    this.#burst = Math.max(4, requestsPerMinute / 10);
    this.#reserve = Math.min(3, this.#burst / 2);
    this.#tokens = this.#burst;
    this.#countedAtMs = clock.monotonicMs();
    this.#grewAtMs = this.#countedAtMs;
    this.#startSlowly();
  }

  /** The backlog's current rate, in requests a minute. */
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

  /** Counts a request. One that could not wait (a look-up, or a check before sending) delays later ones. */
  take(lane: Lane): void {
    this.#count();
    this.#tokens -= 1;
    if (lane === 'counter') return;
    if (this.#start !== null && this.#waiting() <= few) this.#backlogTokens = this.#waiting() * requestsPerUpdate;
    this.#start = null;
    this.#backlogTokens -= 1;
  }

  /** The server said that this till, or all tills together, send too many requests. */
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
   * The server said "busy" to one update, which may mean only that one or the till. The backlog slows down until it is
   * known.
   * @returns how long to wait before another update is tried
   */
  heardBusy(): number {
    this.#beforeDoubt ??= { rate: this.#rate, isStarting: this.#isStarting };
    this.#slowDown();
    const wait = heardBusyMs + this.#scaled(heardBusySpreadMs) * this.#random.fraction();
    this.#backlogNotBeforeMs = Math.max(this.#backlogNotBeforeMs, this.#clock.monotonicMs() + wait);
    return wait;
  }

  /** It meant only that update, so the backlog continues as fast as before. */
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

  /** A person asked, or the machine woke up: a few updates are sent now. A long backlog keeps its slow start (F34). */
  hurry(): void {
    this.#hurriedAtMs = this.#clock.monotonicMs();
  }

  /** The server could not be reached, and perhaps not by other tills either. */
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
    // A small budget does not slow this down: a few updates have to be sent within a minute (F13).
    const spreadMs = isHurried ? hurriedSpreadMs : waiting * Math.min(fewSpreadMs, this.#scaled(fewSpreadMs));
    return atMs + fraction * spreadMs;
  }

  /** Scales a wait for a budget of 60 a minute to this till's budget. */
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
