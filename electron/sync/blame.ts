/**
 * Decides what caused a failed exchange: the connection, the till, this one update, or nothing. Only this place turns
 * that into a wait, so that an update that cannot pass never holds up another customer, whatever the server answers
 * (F40).
 *
 * A time-out, a crash, "busy" or a web page instead of an answer may be the connection's fault or this update's. The
 * next exchange about another customer shows which:
 *
 * | seen | cause | what happens |
 * | --- | --- | --- |
 * | one update failed, nothing else was tried since | in doubt | it waits a little; another customer's update is sent next, alone |
 * | the server refused the till for one update (401, 403) | in doubt | the same; if another customer's is refused too, or none waits, sending pauses |
 * | then another customer's failed too | the connection | everything waits for the connection's back-off; no update is charged |
 * | then another customer's passed | not known yet | the update in doubt is tried again immediately, because the connection may have been bad |
 * | it failed again while others passed | the update | it waits, longer each time, and after a limited number of tries a person decides (F39) |
 *
 * A successful login proves only that the server answers, so it charges nobody: part of the server may be down. The
 * exception is a web page instead of an answer: if the network wanted a sign-in, the login would have got it too.
 */
import type { Clock } from '../machine/clock.ts';
import type { Held, NotSentReason, UnknownReason } from '../model/outcome.ts';
import type { Update } from '../updates/rows.ts';
import type { ConnectionState, Failure } from './connection.ts';
import type { Pace } from './pace.ts';

export type Trouble = {
  readonly why: NotSentReason | UnknownReason;
  /** The wait that the server asked for; null: none. */
  readonly retryAfterMs: number | null;
};

/** No update's data can cause these. */
const certainlyConnection: readonly Trouble['why'][] = ['no-connection', 'name-not-found', 'proxy', 'tls'];

/** How often an update may fail while others pass before a person decides: about an hour and ten calls. */
const mostCharges = 6;
/** From then on a successful login is enough proof of a good connection, because there may be no other update. */
const provedCharges = 2;
/** A web page instead of an answer. If this update were not the cause, a login would get the page too. */
const webPages: readonly Trouble['why'][] = ['sign-in-page', 'gateway-refused'];
const firstDoubtMs = 1000;
const firstBusyMs = 5000;
const longestBusyMs = 5 * 60_000;
const firstChargeMs = 30_000;
const longestMs = 60 * 60_000;
const busyForgottenMs = 10 * 60_000;
const chargeGrows = 4;
/** How often the till may be refused for one update while others pass, and for how many customers in a row. */
const mostRefusals = 3;

/** The step of an update that failed: the look before sending, the sending, or reading back. */
export type Step = 'look' | 'send' | 'read-back';

type Suspect = {
  readonly customerId: number;
  step: Step;
  why: Trouble['why'] | Held['why'];
  failures: number;
  /** Failures while others passed. */
  charges: number;
  /** Another customer's exchange has passed since its last failure. */
  othersPassed: boolean;
  notBeforeMs: number;
};

export class Blame {
  readonly #connection: ConnectionState;
  readonly #pace: Pace;
  readonly #clock: Clock;
  /** By the update's id. */
  readonly #suspects = new Map<string, Suspect>();
  /** The customer whose exchange failed last, if no other was tried since. */
  #doubted: number | null = null;
  /** When the server last said "busy" to each update. */
  readonly #busyAtMs = new Map<string, number>();
  #isConnectionBad = false;
  /** The update that the last failure was charged to, while nothing has passed since. */
  #lastCharged: Suspect | null = null;
  /** Customers whose updates were "not permitted", while no other update was accepted. */
  readonly #notPermitted = new Set<number>();

  constructor(connection: ConnectionState, pace: Pace, clock: Clock) {
    this.#connection = connection;
    this.#pace = pace;
    this.#clock = clock;
  }

  /** How long this update has to wait because of its failures; 0: not at all. */
  waitMs(updateId: string): number {
    const suspect = this.#suspects.get(updateId);
    return suspect === undefined ? 0 : Math.max(0, suspect.notBeforeMs - this.#clock.monotonicMs());
  }

  /** One update failed, so another customer's or a login goes next. */
  get isDoubtful(): boolean {
    return this.#doubted !== null || [...this.#suspects.values()].some(mayBeTheTill);
  }

  /** Why the server refused the till for an update, until another customer's shows whose fault it is; else null. */
  get refusalInDoubt(): Held['why'] | null {
    for (const { why, notBeforeMs } of this.#suspects.values()) {
      if (notBeforeMs === never && isRefusal(why)) return why;
    }
    return null;
  }

  /** Why this update failed so often that a person has to decide; null: it may be tried again. */
  whyHopeless(updateId: string): Trouble['why'] | null {
    const suspect = this.#suspects.get(updateId);
    return suspect !== undefined && suspect.charges >= mostCharges && !isRefusal(suspect.why) ? suspect.why : null;
  }

  /** It has failed before, so its next try shows whether it is the cause. */
  isSuspect(updateId: string): boolean {
    return this.#suspects.has(updateId);
  }

  /** The server lately said "busy" to this update. */
  wasBusy(updateId: string): boolean {
    return this.#busyAtMs.has(updateId);
  }

  /** A person has decided, or the update is gone. */
  forget(updateId: string): void {
    this.#suspects.delete(updateId);
  }

  /** The API answered about this customer, whatever it said. That does not clear a failure at another step. */
  passed({ id, customerId }: Pick<Update, 'id' | 'customerId'>, step: Step): void {
    this.#answered();
    if (this.#suspects.get(id)?.step === step) this.#suspects.delete(id);
    this.#othersPassed(customerId, step);
  }

  /** The API answered a look-up by staff. */
  lookUpPassed(customerId: number | null): void {
    this.#answered();
    this.#othersPassed(customerId, 'look');
  }

  /** A look-up by staff failed. This customer may be the cause, so the queue finds out for itself. */
  lookUpFailed(trouble: Trouble): void {
    const isClear =
      certainlyConnection.includes(trouble.why) || this.#isLimit('look-up', trouble) || this.#doubted !== null;
    const { why } = trouble;
    const isOdd = why === 'unreadable-answer' || why === 'till-stopped';
    if (isClear || isOdd || this.#connection.connection.kind !== 'online') this.connectionFailed(trouble);
    else this.#connection.doubt(why);
  }

  /** The API answered a login, so the server is reachable. */
  loginPassed(): void {
    const wasBad = this.#isConnectionBad;
    this.#answered();
    this.#release(wasBad);
    for (const suspect of this.#suspects.values()) {
      if (isRefusal(suspect.why)) continue;
      if (webPages.includes(suspect.why) || suspect.charges >= provedCharges) suspect.othersPassed = true;
    }
  }

  /** The server refused the till, not the update (401, 403). */
  tillRefused(): void {
    this.#connection.answered();
  }

  /**
   * The server refused the till (401, 403) for this update. A login does not show whether others would be refused too,
   * so another customer's goes next, alone. @returns whose fault it is; null: not known yet
   */
  refused(update: Pick<Update, 'id' | 'customerId'>, step: Step, why: Held['why']): 'till' | 'update' | null {
    this.#connection.answered();
    if (!isRefusal(this.#suspects.get(update.id)?.why)) this.#suspects.delete(update.id);
    const suspect = this.#suspect(update, step, why);
    if (suspect.othersPassed || suspect.charges > 0) {
      this.#charge(suspect, firstChargeMs);
      if (suspect.charges < mostRefusals) return null;
      this.#suspects.delete(update.id);
      return 'update';
    }
    suspect.notBeforeMs = never;
    const isOther = (other: Suspect) => other.customerId !== update.customerId && mayBeTheTill(other);
    if ([...this.#suspects.values()].some(isOther)) return 'till';
    this.#connection.goAlone();
    return null;
  }

  /** The till may not change this customer. @returns whether the server said so about several in a row */
  notPermitted(customerId: number): boolean {
    this.lookUpPassed(customerId);
    return this.#notPermitted.add(customerId).size >= mostRefusals;
  }

  /** An exchange about this update got no answer from the API itself. */
  failed(update: Pick<Update, 'id' | 'customerId'>, step: Step, trouble: Trouble): void {
    const { why } = trouble;
    if (why === 'till-stopped') return;
    if (certainlyConnection.includes(why) || this.#isLimit(update.id, trouble)) {
      this.connectionFailed(trouble);
      return;
    }
    const suspect = this.#suspect(update, step, why);
    if (why === 'unreadable-answer') {
      // Even that proves that the server is reachable.
      this.#connection.answered();
      this.#charge(suspect, firstChargeMs);
      return;
    }
    if (this.#isAnotherAfterDoubt(update.customerId, why)) {
      this.connectionFailed(trouble);
      return;
    }
    if (why === 'busy' && suspect.failures === 1) this.#connection.waitFor(this.#pace.maybeBusy());
    if (suspect.othersPassed) {
      this.#charge(suspect, firstChargeMs);
      this.#lastCharged = suspect;
      if (why === 'busy') this.#pace.wasNotBusy();
    } else if (suspect.charges > 0) this.#wait(suspect, chargedMs(suspect, firstChargeMs));
    else this.#wait(suspect, firstDoubtMs * 2 ** (suspect.failures - 1));
  }

  /** The answer to a sent update was lost. It is read back after its own wait, so nothing else has to wait. */
  answerLost({ customerId }: Pick<Update, 'customerId'>, why: UnknownReason): void {
    if (why === 'unreadable-answer' || why === 'till-stopped' || this.#isAnotherAfterDoubt(customerId, why)) {
      this.connectionFailed({ why, retryAfterMs: null });
    }
  }

  /** The server is busy with this customer (521). The connection is fine, and only this customer waits. */
  customerBusy(update: Pick<Update, 'id' | 'customerId'>): void {
    this.#answered();
    const suspect = this.#suspect(update, 'send', 'busy');
    if (suspect.othersPassed) this.#charge(suspect, firstBusyMs);
    else if (suspect.charges > 0) this.#wait(suspect, chargedMs(suspect, firstBusyMs));
    else this.#wait(suspect, Math.min(longestBusyMs, firstBusyMs * 2 ** (suspect.failures - 1)));
    this.#othersPassed(update.customerId, 'send');
  }

  /** An exchange failed that no update can have caused. */
  connectionFailed({ why, retryAfterMs }: Trouble): void {
    if (why === 'till-stopped') return;
    if (why === 'unreadable-answer') {
      // The server answered, so it is reachable.
      this.#connection.answered();
      return;
    }
    this.#isConnectionBad = true;
    if (why === 'busy') this.#pace.serverBusy(retryAfterMs);
    else this.#pace.lost();
    this.#connection.failed(why);
  }

  /** Somebody asked to send now, so everything that was not charged is tried. */
  tryNow(): void {
    this.#release();
  }

  #answered(): void {
    this.#isConnectionBad = false;
    this.#connection.answered();
    this.#pace.succeeded();
  }

  /** Whether exchanges of two customers failed in a row, so that the connection is the cause. */
  #isAnotherAfterDoubt(customerId: number, why: Failure): boolean {
    const isAnother = this.#doubted !== null && this.#doubted !== customerId;
    this.#doubted = customerId;
    if (isAnother) {
      // The failure charged before was the connection's fault too.
      if (this.#lastCharged !== null) this.#lastCharged.charges -= 1;
      this.#lastCharged = null;
      this.#release();
    } else this.#connection.doubt(why);
    return isAnother;
  }

  /**
   * "Busy" applies to the whole till if the server says for how long, or says it to several updates in a short time.
   */
  #isLimit(updateId: string, { why, retryAfterMs }: Trouble): boolean {
    if (why !== 'busy') return false;
    const nowMs = this.#clock.monotonicMs();
    for (const [id, atMs] of this.#busyAtMs) if (nowMs - atMs > busyForgottenMs) this.#busyAtMs.delete(id);
    const others = this.#busyAtMs.size - (this.#busyAtMs.has(updateId) ? 1 : 0);
    this.#busyAtMs.set(updateId, nowMs);
    return retryAfterMs !== null || others > 0;
  }

  #suspect({ id, customerId }: Pick<Update, 'id' | 'customerId'>, step: Step, why: Suspect['why']): Suspect {
    const known = this.#suspects.get(id);
    const suspect = known ?? { customerId, step, why, failures: 0, charges: 0, othersPassed: false, notBeforeMs: 0 };
    suspect.failures += 1;
    suspect.step = step;
    suspect.why = why;
    this.#suspects.set(id, suspect);
    return suspect;
  }

  #charge(suspect: Suspect, firstMs: number): void {
    suspect.charges += 1;
    this.#wait(suspect, chargedMs(suspect, firstMs));
  }

  #wait(suspect: Suspect, waitMs: number): void {
    suspect.othersPassed = false;
    suspect.notBeforeMs = this.#clock.monotonicMs() + Math.min(longestMs, waitMs);
  }

  /** Updates that failed before get another try, because the connection may have been bad then. */
  #othersPassed(customerId: number | null, step: Step): void {
    if (step === 'send') this.#notPermitted.clear();
    if (this.#doubted !== customerId) {
      this.#doubted = null;
      this.#lastCharged = null;
    }
    for (const suspect of this.#suspects.values()) {
      if (suspect.customerId === customerId) continue;
      // A till that may read may still not be permitted to save.
      if (isRefusal(suspect.why) && suspect.step === 'send' && step !== 'send') continue;
      if (suspect.charges === 0 && !suspect.othersPassed) suspect.notBeforeMs = this.#clock.monotonicMs();
      suspect.othersPassed = true;
    }
  }

  /** Updates without charges may go again. If the till was refused for one, another customer's goes before it. */
  #release(isAll = true): void {
    const nowMs = this.#clock.monotonicMs();
    for (const suspect of this.#suspects.values()) {
      if (suspect.charges > 0) continue;
      if (isRefusal(suspect.why)) suspect.notBeforeMs = nowMs + firstDoubtMs;
      else if (isAll) suspect.notBeforeMs = nowMs;
    }
  }
}

const never = Number.POSITIVE_INFINITY;

function isRefusal(why: Suspect['why'] | undefined): why is Held['why'] {
  return why === 'credentials' || why === 'permission';
}

/** Whether the server refused the till for this update, and nothing shows that it accepts the till for others. */
function mayBeTheTill({ why, othersPassed, charges }: Suspect): boolean {
  return isRefusal(why) && !othersPassed && charges === 0;
}

/** The wait of an update after this many charges. */
function chargedMs({ charges }: Suspect, firstMs: number): number {
  return firstMs * chargeGrows ** (charges - 1);
}
