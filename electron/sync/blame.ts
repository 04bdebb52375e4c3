/**
 * Whose fault a failed exchange was: the line's, the till's, this one update's, or nobody's. One place turns that into a
 * wait, so that one update that cannot pass never holds up another customer, whatever the server answers to it (F40).
 *
 * A time-out, a crash, "busy" or a page in place of an answer may come from the line or be this update's alone. The next
 * exchange about another customer tells them apart:
 *
 * | seen | whose fault | what happens |
 * | --- | --- | --- |
 * | one update failed, nothing else was tried since | doubtful | it waits a little; another customer's goes at once, alone |
 * | then another customer's failed, too | the line's | everything waits by the connection's back-off; nobody is charged |
 * | then another customer's passed | not known yet | the doubtful one is tried again at once: the line may have been bad then |
 * | it failed again while others passed | the update's | it waits, longer each time, and after a bounded number of times a person decides (F39) |
 *
 * A login that passes proves only that the server is there: it charges nobody, since a part of the server may be down. It does
 * where a page came in place of an answer, because a network that wants a sign-in would have answered the login with it.
 */
import type { Clock } from '../machine/clock.ts';
import type { NotSentReason, UnknownReason } from '../model/outcome.ts';
import type { Update } from '../updates/rows.ts';
import type { ConnectionState, Failure } from './connection.ts';
import type { Pace } from './pace.ts';

export type Fault = 'line' | 'till' | 'update' | 'nobody';

export type Trouble = {
  readonly why: NotSentReason | UnknownReason;
  /** As the server asked; null where it named none. */
  readonly retryAfterMs: number | null;
};

/** No customer's data can cause these. */
const certainlyTheLine: readonly Trouble['why'][] = ['no-connection', 'name-not-found', 'proxy', 'tls'];

/** So often an update fails while others pass before a person decides: an hour or so, and some ten calls. */
const mostCharges = 6;
/** From then on a login that passes is proof enough that the line is well: there may be nobody else's to tell by. */
const provedCharges = 2;
/** A page came in place of an answer: a login would have met it as well, were it not for this update alone. */
const pagesInPlace: readonly Trouble['why'][] = ['sign-in-page', 'gateway-refused'];
const firstDoubtMs = 1000;
const firstBusyMs = 5000;
const longestBusyMs = 5 * 60_000;
const firstChargeMs = 30_000;
const longestMs = 60 * 60_000;
const busyForgottenMs = 10 * 60_000;
const chargeGrows = 4;

/** What was asked about an update: a look before sending, the sending, or reading back. */
export type Step = 'look' | 'send' | 'read-back';

type Suspect = {
  readonly customerId: number;
  step: Step;
  why: Trouble['why'];
  failures: number;
  /** Failures while others passed. */
  charges: number;
  /** Another customer's exchange passed since its last failure. */
  othersPassed: boolean;
  notBeforeMs: number;
};

export class Blame {
  readonly #connection: ConnectionState;
  readonly #pace: Pace;
  readonly #clock: Clock;
  /** By the update's id. */
  readonly #suspects = new Map<string, Suspect>();
  /** Whose exchange failed last, where nobody else's was tried since. */
  #doubted: number | null = null;
  /** When the server last said "busy" to each update. */
  readonly #busyAtMs = new Map<string, number>();
  #isLineBad = false;
  /** Whom the last failure was charged to, while nothing passed since. */
  #lastCharged: Suspect | null = null;

  constructor(connection: ConnectionState, pace: Pace, clock: Clock) {
    this.#connection = connection;
    this.#pace = pace;
    this.#clock = clock;
  }

  /** How long this update has to wait for what it did; 0: not at all. */
  waitMs(updateId: string): number {
    const suspect = this.#suspects.get(updateId);
    return suspect === undefined ? 0 : Math.max(0, suspect.notBeforeMs - this.#clock.monotonicMs());
  }

  /** One update failed, and nothing else was tried since: somebody else's is to go next, or a login. */
  get isDoubtful(): boolean {
    return this.#doubted !== null;
  }

  /** What kept this update from passing so often that a person has to decide; null: it may be tried again. */
  hopeless(updateId: string): Trouble['why'] | null {
    const suspect = this.#suspects.get(updateId);
    return suspect !== undefined && suspect.charges >= mostCharges ? suspect.why : null;
  }

  /** It failed before: its next try shows whether it was its own fault. */
  isSuspect(updateId: string): boolean {
    return this.#suspects.has(updateId);
  }

  /** A person decided, or it is not there any more. */
  forget(updateId: string): void {
    this.#suspects.delete(updateId);
  }

  /** The API answered about this customer, whatever it said. What failed at another step is not forgiven by that. */
  passed({ id, customerId }: Pick<Update, 'id' | 'customerId'>, step: Step): void {
    this.#answered();
    if (this.#suspects.get(id)?.step === step) this.#suspects.delete(id);
    this.#othersPassed(customerId);
  }

  /** The API answered a question of staff's about a customer. */
  lookUpPassed(customerId: number | null): void {
    this.#answered();
    this.#othersPassed(customerId);
  }

  /** A question of staff's about a customer failed: that may be this customer's fault, so the queue finds out by itself. */
  lookUpFailed(trouble: Trouble): Fault {
    const isClear =
      certainlyTheLine.includes(trouble.why) || this.#isLimit('look-up', trouble) || this.#doubted !== null;
    const { why } = trouble;
    const isOdd = why === 'unreadable-answer' || why === 'till-stopped';
    if (isClear || isOdd || this.#connection.connection.kind !== 'online') return this.lineFailed(trouble);
    this.#connection.doubt(why);
    return 'nobody';
  }

  /** The API answered a login: the server is there. */
  loginPassed(): void {
    const wasBad = this.#isLineBad;
    this.#answered();
    for (const suspect of this.#suspects.values()) {
      if (wasBad && suspect.charges === 0) suspect.notBeforeMs = this.#clock.monotonicMs();
      if (pagesInPlace.includes(suspect.why) || suspect.charges >= provedCharges) suspect.othersPassed = true;
    }
  }

  /** The server refused the till, not the update (401, 403). */
  tillRefused(): Fault {
    this.#connection.answered();
    return 'till';
  }

  /** An exchange about this update brought no answer of the API's own. */
  failed(update: Pick<Update, 'id' | 'customerId'>, step: Step, trouble: Trouble): Fault {
    const { why } = trouble;
    if (why === 'till-stopped') return 'nobody';
    if (certainlyTheLine.includes(why) || this.#isLimit(update.id, trouble)) return this.lineFailed(trouble);
    const suspect = this.#suspect(update, step, why);
    // Of an answer that nobody can read, the server is there.
    if (why === 'unreadable-answer') this.#connection.answered();
    if (why === 'unreadable-answer') {
      this.#charge(suspect, firstChargeMs);
      return 'update';
    }
    if (this.#isAnotherAfterDoubt(update.customerId, why)) return this.lineFailed(trouble);
    if (why === 'busy' && suspect.failures === 1) this.#connection.waitFor(this.#pace.heardBusy());
    if (suspect.othersPassed) {
      this.#charge(suspect, firstChargeMs);
      this.#lastCharged = suspect;
      if (why === 'busy') this.#pace.heardNoLimit();
    } else if (suspect.charges > 0) this.#wait(suspect, chargedMs(suspect, firstChargeMs));
    else this.#wait(suspect, firstDoubtMs * 2 ** Math.min(suspect.failures - 1, 20));
    return 'update';
  }

  /** An update went out and its answer was lost. It is read back after its own wait, so nothing else has to wait. */
  answerLost({ customerId }: Pick<Update, 'customerId'>, why: UnknownReason): Fault {
    const trouble: Trouble = { why, retryAfterMs: null };
    if (why === 'unreadable-answer' || why === 'till-stopped') return this.lineFailed(trouble);
    return this.#isAnotherAfterDoubt(customerId, why) ? this.lineFailed(trouble) : 'nobody';
  }

  /** The server names this customer as what it cannot do now (521): the line is well, and this one waits. */
  customerBusy(update: Pick<Update, 'id' | 'customerId'>): Fault {
    this.#answered();
    const suspect = this.#suspect(update, 'send', 'busy');
    if (suspect.othersPassed) this.#charge(suspect, firstBusyMs);
    else if (suspect.charges > 0) this.#wait(suspect, chargedMs(suspect, firstBusyMs));
    else this.#wait(suspect, Math.min(longestBusyMs, firstBusyMs * 2 ** Math.min(suspect.failures - 1, 20)));
    this.#othersPassed(update.customerId);
    return 'update';
  }

  /** An exchange failed that no update can have caused, or that was about none. */
  lineFailed({ why, retryAfterMs }: Trouble): Fault {
    if (why === 'till-stopped') return 'nobody';
    if (why === 'unreadable-answer') {
      // It came from a server that is there.
      this.#connection.answered();
      return 'nobody';
    }
    this.#isLineBad = true;
    if (why === 'busy') this.#pace.toldBusy(retryAfterMs);
    else this.#pace.lost();
    this.#connection.failed(why);
    return 'line';
  }

  /** Somebody asked: whatever was not charged is tried now. */
  tryNow(): void {
    this.#release();
  }

  #answered(): void {
    this.#isLineBad = false;
    this.#connection.answered();
    this.#pace.succeeded();
  }

  /** Whether exchanges of two customers failed with nothing passing between: then it is the line. */
  #isAnotherAfterDoubt(customerId: number, why: Failure): boolean {
    const isAnother = this.#doubted !== null && this.#doubted !== customerId;
    this.#doubted = customerId;
    if (isAnother) {
      // What the one before was charged with was the line's as well.
      if (this.#lastCharged !== null) this.#lastCharged.charges -= 1;
      this.#lastCharged = null;
      this.#release();
    } else this.#connection.doubt(why);
    return isAnother;
  }

  /** "Busy" means the whole till where the server says for how long, or says it to several updates in a while. */
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

  /** Whoever failed before gets another try: the line may have been bad for all then. */
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

/** How long an update waits that was charged so often. */
function chargedMs({ charges }: Suspect, firstMs: number): number {
  return firstMs * chargeGrows ** (charges - 1);
}
