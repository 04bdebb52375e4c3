/**
 * Limits how fast this till talks to the server. All tills of an organisation share one limit (Ireland: 300 updates a
 * minute for all of them) and none knows how many others there are. So no till may burst after an outage (F18), nor may
 * pressing "Send now" on all of them cause one (F34).
 *
 * There are two lanes. The counter may use the till's whole budget, because a customer is standing there. The backlog
 * has a rate of its own within it, like TCP: it starts slowly at a random moment, grows with each success until the
 * first refusal, then shrinks with each refusal and recovers slowly (AIMD). A few updates are no flood: they are sent
 * together and soon, or now if a person asks or the machine woke up (F13, F15). The counter's requests earn the backlog
 * a small share, so that a busy counter never stops it. Nothing is sent before `Retry-After`.
 *
 * In a crowd of thousands of tills, one till's share is one call in a quarter of an hour. No till can find that out by
 * trying, because one try from each is a flood already. So IT sets the limit and how many tills share it, and the
 * backlog keeps to its share, less what the counter used.
 *
 * Everything uses the monotonic clock (F16).
 */
import type { Clock, Random } from '../machine/clock.ts';
import { CounterShare } from './counter-share.ts';

/** `counter`: a customer is standing there. `backlog`: the rest. */
export type Lane = 'counter' | 'backlog';

/** What the server accepts from all tills of the organisation together, as IT set it. */
export type SharedLimit = { readonly callsPerMinute: number; readonly tills: number };
export type PaceOptions = {
  readonly requestsPerMinute: number;
  readonly maxInFlight: number;
  readonly sharedLimit: SharedLimit | null;
};

/** The backlog's share of the budget at its start: with 60 a minute, one. */
const startShare = 1 / 60;
/** The part of its fair share that a till uses. The rest is for busier minutes. */
const fairPart = 0.9;
/** A backlog's first request comes at a random moment within this many waits at the start rate. */
const startSpread = 1.5;
/** Up to this many updates need no slow start. Each adds this much to the random spread of their start. */
const few = 3;
const fewSpreadMs = 15_000;
const requestsPerUpdate = 2;
const hurriedSpreadMs = 2000;
/** "Send now" still counts if the connection comes back within this time. */
const hurryLastsMs = 60_000;
const growthAtStart = 1.06;
/** Per minute, as a part of the start rate: equal for all tills, so that one that was refused often catches up. */
const growthAfterRefusal = 1 / 50;
/** A pause adds at most the growth of this many waits at the start rate. */
const longestGrowthRequests = 3;
/** An outage shorter than this leaves other tills no backlog. */
const shortLossMs = 60_000;
/** Longest `Retry-After` that is obeyed. */
const longestWaitMs = 10 * 60_000;
/** The backlog's wait after a refusal without `Retry-After`. */
const unnamedWaitMs = 60_000;
/** How long the backlog waits to find out if "busy" meant one update or the till. */
const maybeBusyMs = 20_000;
const maybeBusySpreadMs = 20_000;
/** Spreads the return of tills that were refused together. */
const comeBackSpreadMs = 60_000;

/** What is left of the rate after each refusal, and the slowest rate, as a part of the start rate. */
const noCrowd = { afterRefusal: 0.4, slowest: 1 / 4 } as const;

/** In a crowd, the rate is a till's share already. */
const crowd = {
  afterRefusal: 0.7,
  slowest: 1 / 2,
  /** The counter takes at most this part of the backlog's rate, so that the backlog continues at a busy till. */
  counterPart: 0.75,
  /** The backlog makes up for at most this many requests; more would stop it for long. */
  mostOwed: 1.2,
  /** A backlog that takes twice as long as it should may add this many times its share: others must be done by then. */
  lateGrowth: 4,
  /** An idle till probes once in the time of this many requests. */
  idleRequests: 10,
} as const;

export class Pace {
  readonly maxInFlight: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #budget: number;
  readonly #startRate: number;
  readonly #isCrowded: boolean;
  readonly #burst: number;
  /** Tokens that the backlog leaves for the counter. */
  readonly #reserve: number;
  readonly #waiting: () => number;
  readonly #counterShare = new CounterShare();
  #tokens: number;
  #rate = 0;
  #backlogTokens = 0;
  #isStarting = true;
  /** Until a backlog's first request: when it may start, and its random share of the spread. */
  #start: { readonly atMs: number; readonly fraction: number } | null = null;
  #hurriedAtMs = Number.NEGATIVE_INFINITY;
  #grewAtMs = Number.NEGATIVE_INFINITY;
  #countedAtMs: number;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #backlogNotBeforeMs = Number.NEGATIVE_INFINITY;
  #lostAtMs: number | null = null;
  /** Requests that the backlog still has to make up for; 0 outside a crowd. */
  #owed = 0;
  /** When the network last came back, and how many updates waited for it. */
  #cameBack: { readonly atMs: number; readonly waiting: number };
  /** The rate before a "busy" that may have meant only one update. */
  #beforeDoubt: { readonly rate: number; readonly isStarting: boolean } | null = null;

  /** @param waiting returns the number of updates in the backlog */
  constructor(
    { requestsPerMinute, maxInFlight, sharedLimit }: PaceOptions,
    clock: Clock,
    random: Random,
    waiting: () => number,
  ) {
    this.maxInFlight = maxInFlight;
    this.#clock = clock;
    this.#random = random;
    this.#waiting = waiting;
    this.#budget = requestsPerMinute;
    this.#isCrowded = sharedLimit !== null && isCrowd(sharedLimit, requestsPerMinute);
    this.#startRate = sharedLimit !== null && this.#isCrowded ? shareOf(sharedLimit) : requestsPerMinute * startShare;
    // Even with the smallest budget, a save, its check and a look-up at the counter need not wait.
    this.#burst = Math.max(4, requestsPerMinute / 10);
    this.#reserve = Math.min(3, this.#burst / 2);
    this.#tokens = this.#burst;
    this.#countedAtMs = clock.monotonicMs();
    this.#cameBack = { atMs: this.#countedAtMs, waiting: waiting() };
    this.#startSlowly();
  }

  /** The backlog's current rate, in requests a minute. */
  get backlogRate(): number {
    return this.#rate;
  }

  /** The lane that a probe counts in. */
  get probeLane(): Lane {
    return this.#isCrowded ? 'backlog' : 'counter';
  }

  /** The least time between two probes while the server answers. */
  get idleProbeMs(): number {
    return this.#isCrowded ? (crowd.idleRequests / this.#startRate) * 60_000 : 0;
  }

  /** How long until a request of this lane may go; 0: now. */
  waitMs(lane: Lane): number {
    this.#count();
    const now = this.#clock.monotonicMs();
    const forCounter = Math.max(
      this.#notBeforeMs - now,
      untilMs(lane === 'counter' ? 1 : 1 + this.#reserve, this.#tokens, this.#budget),
    );
    const isFree = lane === 'counter' || this.#isCounterShareDue;
    return Math.max(0, forCounter, isFree ? 0 : this.#ownPaceMs());
  }

  /** Counts a request. One that could not wait (a look-up, or a check before sending) delays later ones. */
  take(lane: Lane): void {
    this.#count();
    this.#tokens -= 1;
    if (lane === 'counter') {
      this.#owe();
      this.#counterShare.requested();
      return;
    }
    if (this.#isCounterShareDue && this.#ownPaceMs() > 0) {
      this.#counterShare.backlogGoes();
      // That share pays for this look and for the sending.
      this.#backlogTokens += 1;
      return;
    }
    if (this.#start !== null && this.#isFew) this.#backlogTokens = this.#waiting() * requestsPerUpdate;
    this.#start = null;
    this.#backlogTokens -= 1;
  }

  /** Whether a save at the counter that the server refused as too many is tried again ahead of the backlog. */
  takeRetry(): boolean {
    return this.#counterShare.takeRetry();
  }

  /** The server said that this till, or all tills together, send too many requests. */
  serverBusy(retryAfterMs: number | null): void {
    this.#count();
    const now = this.#clock.monotonicMs();
    this.#beforeDoubt = null;
    this.#slowDown();
    if (retryAfterMs !== null) {
      const jittered = Math.min(retryAfterMs, longestWaitMs) * (1 + 0.25 * this.#random.fraction());
      this.#notBeforeMs = Math.max(this.#notBeforeMs, now + jittered);
    }
    const soonestMs = Math.max(this.#notBeforeMs, retryAfterMs === null ? now + unnamedWaitMs : now);
    this.#backlogNotBeforeMs = Math.max(
      this.#backlogNotBeforeMs,
      soonestMs + this.#scaled(comeBackSpreadMs) * this.#random.fraction(),
    );
  }

  /**
   * The server said "busy" to one update, which may mean only that one or the till. The backlog slows down until it is
   * known.
   * @returns how long to wait before another update is tried
   */
  maybeBusy(): number {
    this.#beforeDoubt ??= { rate: this.#rate, isStarting: this.#isStarting };
    this.#slowDown();
    const wait = maybeBusyMs + this.#scaled(maybeBusySpreadMs) * this.#random.fraction();
    this.#backlogNotBeforeMs = Math.max(this.#backlogNotBeforeMs, this.#clock.monotonicMs() + wait);
    return wait;
  }

  /** It meant only that update, so the backlog continues as fast as before. */
  wasNotBusy(): void {
    if (this.#beforeDoubt === null) return;
    this.#rate = Math.max(this.#rate, this.#beforeDoubt.rate);
    this.#isStarting = this.#beforeDoubt.isStarting;
    this.#beforeDoubt = null;
  }

  succeeded(): void {
    this.#count();
    if (this.#lostAtMs !== null && this.#clock.monotonicMs() - this.#lostAtMs > shortLossMs) {
      if (this.#isCrowded) this.#cameBack = { atMs: this.#clock.monotonicMs(), waiting: this.#waiting() };
      else this.#startSlowly();
    }
    this.#lostAtMs = null;
    const now = this.#clock.monotonicMs();
    const grownMs = Math.min((longestGrowthRequests / this.#startRate) * 60_000, now - this.#grewAtMs);
    this.#grewAtMs = now;
    const grown = this.#isStarting
      ? this.#rate * growthAtStart
      : this.#rate + (grownMs / 60_000) * this.#startRate * growthAfterRefusal;
    this.#rate = Math.min(this.#ceiling, grown);
  }

  /** A person asked, or the machine woke up: a few updates are sent now. A long backlog keeps its slow start (F34). */
  hurry(): void {
    this.#hurriedAtMs = this.#clock.monotonicMs();
  }

  /** The server could not be reached, and perhaps not by other tills either. */
  lost(): void {
    // If it had arrived, a look and a sending would have followed, so a crowd's tries have to be that far apart.
    this.#owe();
    this.#lostAtMs ??= this.#clock.monotonicMs();
  }

  /** How long the backlog's own pace makes it wait. */
  #ownPaceMs(): number {
    const now = this.#clock.monotonicMs();
    return Math.max(
      this.#startsAtMs() - now,
      this.#backlogNotBeforeMs - now,
      untilMs(1 + this.#owedFirst(), this.#backlogTokens, this.#rate),
    );
  }

  /** In a crowd, the counter has a share of the backlog's rate instead. */
  get #isCounterShareDue(): boolean {
    return !this.#isCrowded && this.#counterShare.isBacklogDue;
  }

  /** A request that the backlog makes up for. */
  #owe(): void {
    if (this.#isCrowded) this.#owed = Math.min(crowd.mostOwed, this.#owed + 1);
  }

  /** How much of what is owed is paid before the backlog's next request. */
  #owedFirst(): number {
    const { counterPart } = crowd;
    return Math.min(this.#owed, ((1 - this.#backlogTokens) * counterPart) / (1 - counterPart));
  }

  /** The highest rate of the backlog. */
  get #ceiling(): number {
    if (!this.#isCrowded) return this.#budget;
    const { atMs, waiting } = this.#cameBack;
    const neededMs = ((requestsPerUpdate * Math.max(1, waiting)) / this.#startRate) * 60_000;
    const late = Math.max(0, (this.#clock.monotonicMs() - atMs) / neededMs - 1);
    return Math.min(this.#budget, this.#startRate * (1 + crowd.lateGrowth * Math.min(1, late)));
  }

  #slowDown(): void {
    const { slowest, afterRefusal } = this.#isCrowded ? crowd : noCrowd;
    this.#isStarting = false;
    this.#grewAtMs = this.#clock.monotonicMs();
    this.#rate = Math.max(this.#startRate * slowest, this.#rate * afterRefusal);
    this.#backlogTokens = Math.min(this.#backlogTokens, 0);
  }

  #startSlowly(): void {
    this.#isStarting = true;
    this.#rate = this.#startRate;
    this.#backlogTokens = 1;
    this.#start = { atMs: this.#clock.monotonicMs(), fraction: this.#random.fraction() };
    this.#counterShare.startAgain();
  }

  #startsAtMs(): number {
    if (this.#start === null) return Number.NEGATIVE_INFINITY;
    const { atMs, fraction } = this.#start;
    const waiting = this.#waiting();
    if (!this.#isFew) {
      // In a crowd, starts spread evenly over the time between two updates, because nothing spreads them later.
      const spread = this.#isCrowded ? requestsPerUpdate : startSpread;
      return atMs + fraction * (spread / this.#rate) * 60_000;
    }
    const isHurried = this.#hurriedAtMs > atMs - hurryLastsMs;
    // A small budget does not slow this down: a few updates have to be sent within a minute (F13).
    const spreadMs = isHurried ? hurriedSpreadMs : waiting * Math.min(fewSpreadMs, this.#scaled(fewSpreadMs));
    return atMs + fraction * spreadMs;
  }

  get #isFew(): boolean {
    return !this.#isCrowded && this.#waiting() <= few;
  }

  /** Scales a wait for a budget of 60 a minute to this till's budget. */
  #scaled(ms: number): number {
    return (ms * 60) / this.#budget;
  }

  #count(): void {
    const now = this.#clock.monotonicMs();
    const minutes = (now - this.#countedAtMs) / 60_000;
    this.#tokens = Math.min(this.#burst, this.#tokens + minutes * this.#budget);
    const income = minutes * this.#rate;
    const paid = Math.min(this.#owed, income * crowd.counterPart);
    this.#owed -= paid;
    this.#backlogTokens = Math.max(this.#backlogTokens, Math.min(1, this.#backlogTokens + income - paid));
    this.#countedAtMs = now;
  }
}

/** So many tills share the limit that one's share is below the slow start, and can't be found out by trying. */
export function isCrowd(sharedLimit: SharedLimit, requestsPerMinute: number): boolean {
  return shareOf(sharedLimit) < requestsPerMinute * startShare;
}

function shareOf({ callsPerMinute, tills }: SharedLimit): number {
  return (fairPart * callsPerMinute) / tills;
}

function untilMs(needed: number, tokens: number, rate: number): number {
  return tokens >= needed ? 0 : ((needed - tokens) / rate) * 60_000;
}
