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
 * | then another customer's failed too | the connection | everything waits for the connection's back-off; no update is charged |
 * | then another customer's passed | not known yet | the update in doubt is tried again immediately, because the connection may have been bad |
 * | it failed again while others passed | the update | it waits, longer each time, and after a limited number of tries a person decides (F39) |
 *
 * A successful login proves only that the server answers, so it charges nobody: part of the server may be down. The
 * exception is a web page instead of an answer, because a network that wants a sign-in would have answered the login
 * too.
 */
import type { Clock } from '../machine/clock.ts';
import type { NotSentReason, UnknownReason } from '../model/outcome.ts';
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

/** The step of an update that failed: the look before sending, the sending, or reading back. */
export type Step = 'look' | 'send' | 'read-back';

type Suspect = {
  readonly customerId: number;
  step: Step;
  why: Trouble['why'];
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

  /** One update failed and nothing else was tried since, so another customer's update or a login goes next. */
  get isDoubtful(): boolean {
    return this.#doubted !== null;
  }

  /** Why this update failed so often that a person has to decide; null: it may be tried again. */
  whyHopeless(updateId: string): Trouble['why'] | null {
    const suspect = this.#suspects.get(updateId);
    return suspect !== undefined && suspect.charges >= mostCharges ? suspect.why : null;
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
    this.#othersPassed(customerId);
  }

  /** The API answered a look-up by staff. */
  lookUpPassed(customerId: number | null): void {
    this.#answered();
    this.#othersPassed(customerId);
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
    for (const suspect of this.#suspects.values()) {
      if (wasBad && suspect.charges === 0) suspect.notBeforeMs = this.#clock.monotonicMs();
      if (webPages.includes(suspect.why) || suspect.charges >= provedCharges) suspect.othersPassed = true;
    }
  }

  /** The server refused the till, not the update (401, 403). */
  tillRefused(): void {
    this.#connection.answered();
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
    this.#othersPassed(update.customerId);
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

  #suspect({ id, customerId }: Pick<Update, 'id' | 'customerId'>, step: Step, why: Trouble['why']): Suspect {
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
  #othersPassed(customerId: number | null): void {
    if (this.#doubted !== customerId) {
      this.#doubted = null;
      this.#lastCharged = null;
    }
    for (const suspect of this.#suspects.values()) {
      if (suspect.customerId === customerId) continue;
      if (suspect.charges === 0 && !suspect.othersPassed) suspect.notBeforeMs = this.#clock.monotonicMs();
      suspect.othersPassed = true;
    }
  }

  #release(): void {
    for (const suspect of this.#suspects.values()) {
      if (suspect.charges === 0) suspect.notBeforeMs = this.#clock.monotonicMs();
    }
  }
}

/** The wait of an update after this many charges. */
function chargedMs({ charges }: Suspect, firstMs: number): number {
  return firstMs * chargeGrows ** (charges - 1);
}
