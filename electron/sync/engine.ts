import { databaseTrouble } from '../db/trouble.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { type Line, noteTrouble } from './line.ts';
import type { Lane } from './pace.ts';
import { readBack } from './read-back.ts';
import { type SendResult, sendOne } from './send-one.ts';
import type { SyncState, SyncStatus } from './sync-status.ts';

/** An update saved this recently belongs to the customer at the counter. */
const counterMs = 60_000;
/** How long an update waits that could not be worked on because of its customer or the database. */
const customerDelayMs = 5000;
/** While nothing else is exchanged, the server is asked this often whether it is there. */
const idleProbeMs = 5 * 60_000;
/** Refused credentials are tried again this often by a login, never by an update. */
const pausedProbeMs = 15 * 60_000;
/** The watchdog's round: a due update always has a timer. */
const watchdogMs = 30_000;
/** How long a closing till waits for what is in flight. */
const closeGraceMs = 3000;
/** A clock that is further off than this is shown (F16). */
const skewShownMs = 5 * 60_000;

type Job = { readonly kind: 'send'; readonly update: Update } | { readonly kind: 'read-back'; readonly update: Update };

/**
 * Sends what is due, one update a customer at a time, different customers in parallel.
 *
 * The engine holds no state of an update: that is the outbox's. It holds what is only true while it runs: who is in
 * flight, who waits until when (monotonic), and one timer for the next thing to do.
 */
export class SyncEngine {
  readonly #line: Line;
  readonly #statusChanged: (status: SyncStatus) => void;
  readonly #inFlight = new Map<number, Promise<void>>();
  /** Monotonic times: when an update was saved here, when it may be read back, when its customer may go on. */
  readonly #savedAtMs = new Map<string, number>();
  readonly #readBackAtMs = new Map<string, number>();
  readonly #customerAtMs = new Map<number, number>();
  readonly #counter = new Set<string>();
  #cancelTimer: (() => void) | null = null;
  #timerDueAtMs: number | null = null;
  #cancelWatchdog: (() => void) | null = null;
  #statusDue = false;
  #probing = false;
  #probedAtMs: number;
  #clockSkewMs: number | null = null;
  #closed = false;
  /** After `close` gave up waiting: a late answer must not touch a closed database. */
  #abandoned = false;

  constructor(line: Line, statusChanged: (status: SyncStatus) => void) {
    this.#line = line;
    this.#statusChanged = statusChanged;
    this.#probedAtMs = line.clock.monotonicMs();
  }

  start(): void {
    const { outbox, log } = this.#line;
    const interrupted = outbox.recoverInterrupted();
    const unreadable = outbox.surfaceUnreadable();
    if (interrupted > 0 || unreadable > 0) log.write('warn', 'updates recovered at start', { interrupted, unreadable });
    this.#watch();
    this.#pump();
  }

  /** A save was committed: it goes at once, ahead of the backlog, whatever the back-off says. */
  saved(updateId: string): void {
    const { clock, connection } = this.#line;
    this.#savedAtMs.set(updateId, clock.monotonicMs());
    this.#counter.add(updateId);
    connection.tryNow();
    this.changed();
  }

  /** Something in the outbox changed: looks for work and tells the status. */
  changed(): void {
    this.#pump();
    this.#tellStatus();
  }

  /** Tries now instead of at the next due time: staff asked, the machine woke up, the network changed (F15). */
  tryNow(): void {
    const { connection } = this.#line;
    connection.tryNow();
    if (connection.paused !== null && connection.paused !== 'no-secret') connection.resume();
    this.#customerAtMs.clear();
    this.changed();
  }

  /** What a login told of the machine's clock. */
  noteServerTime(serverTimeMs: number | null): void {
    if (serverTimeMs === null) return;
    const skewMs = this.#line.clock.wallMs() - serverTimeMs;
    this.#clockSkewMs = Math.abs(skewMs) > skewShownMs ? skewMs : null;
    this.#tellStatus();
  }

  get clockSkewMs(): number | null {
    return this.#clockSkewMs;
  }

  status(): SyncStatus {
    const { outbox, connection, clock } = this.#line;
    const counts = outbox.counts();
    const unsent = counts.queued + counts.sending + counts.unknown + counts.attention;
    const dueInMs = this.#timerDueAtMs === null ? null : Math.max(0, this.#timerDueAtMs - clock.monotonicMs());
    return {
      state: this.#stateOf(counts),
      unsent,
      counts,
      oldestSavedAtMs: outbox.oldestOpenSavedAtMs(),
      paused: connection.paused,
      connection: connection.connection,
      lastAnswerAtMs: connection.lastAnswerAtMs,
      nextTryAtMs: unsent === 0 || dueInMs === null ? null : Math.round(clock.wallMs() + dueInMs),
      clockSkewMs: this.#clockSkewMs,
    };
  }

  /**
   * Lets what is in flight finish for a short while; what does not is told apart at the next start by reading back.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelWatchdog?.();
    const inFlight = [...this.#inFlight.values()];
    if (inFlight.length > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#line.clock.after(closeGraceMs, resolve);
        void Promise.allSettled(inFlight).then(() => {
          cancel();
          resolve();
        });
      });
    }
    this.#abandoned = true;
    this.#line.outbox.recoverInterrupted();
  }

  #stateOf(counts: SyncStatus['counts']): SyncState {
    const { paused, connection } = this.#line.connection;
    if (paused !== null) return 'paused';
    if (counts.attention > 0) return 'attention';
    if (counts.unknown > 0) return 'checking';
    if (connection.kind === 'offline' && connection.why !== 'busy') return 'offline';
    if (counts.sending > 0) return 'sending';
    return counts.queued > 0 ? 'waiting' : 'all-sent';
  }

  #tellStatus(): void {
    if (this.#statusDue || this.#closed) return;
    this.#statusDue = true;
    // One event for a burst of changes.
    this.#line.clock.after(0, () => {
      this.#statusDue = false;
      if (!this.#closed) this.#statusChanged(this.status());
    });
  }

  /** Starts whatever may start now, and sets the timer for what may not. */
  #pump(): void {
    if (this.#closed) return;
    const { connection, pace } = this.#line;
    const api = this.#line.api();
    if (api === null) {
      connection.pause('no-secret');
      this.#tellStatus();
      return;
    }
    if (connection.paused === 'no-secret') connection.resume();
    let waitMs: number | null = null;
    while (connection.paused === null) {
      const room = connection.isProbing ? 1 : pace.maxInFlight;
      if (this.#inFlight.size >= room) break;
      const next = this.#next();
      if (next.job === null) {
        waitMs = next.waitMs;
        break;
      }
      const gateMs = Math.max(connection.waitMs, pace.waitMs(this.#laneOf(next.job.update)));
      if (gateMs > 0) {
        waitMs = gateMs;
        break;
      }
      this.#run(api, next.job);
    }
    this.#arrange(api, waitMs);
  }

  #laneOf(update: Update): Lane {
    return this.#isAtCounter(update.id) ? 'counter' : 'backlog';
  }

  #isAtCounter(updateId: string): boolean {
    const savedAtMs = this.#savedAtMs.get(updateId);
    return savedAtMs !== undefined && this.#line.clock.monotonicMs() - savedAtMs < counterMs;
  }

  /** The customer at the counter first, then what is to be read back, then the oldest. */
  #next(): { readonly job: Job | null; readonly waitMs: number | null } {
    const { outbox, clock, db } = this.#line;
    const now = clock.monotonicMs();
    let waitMs: number | null = null;
    const isDue = (atMs: number | undefined): boolean => {
      if (atMs === undefined || atMs <= now) return true;
      waitMs = Math.min(waitMs ?? Number.POSITIVE_INFINITY, atMs - now);
      return false;
    };
    const isFree = (update: Update) =>
      !this.#inFlight.has(update.customerId) && isDue(this.#customerAtMs.get(update.customerId));

    for (const updateId of this.#counter) {
      const update = findUpdate(db, updateId);
      if (update === null || update.state !== 'queued' || !this.#isAtCounter(updateId)) this.#counter.delete(updateId);
      else if (!outbox.isBehindAnother(update) && isFree(update))
        return { job: { kind: 'send', update }, waitMs: null };
    }
    const look = this.#inFlight.size + this.#customerAtMs.size + 1;
    for (const update of outbox.unknown(look + this.#readBackAtMs.size)) {
      if (!this.#readBackAtMs.has(update.id)) this.#readBackAtMs.set(update.id, now + this.#settleMs());
      if (isDue(this.#readBackAtMs.get(update.id)) && isFree(update)) {
        return { job: { kind: 'read-back', update }, waitMs: null };
      }
    }
    for (const update of outbox.ready(look)) {
      if (isFree(update)) return { job: { kind: 'send', update }, waitMs: null };
    }
    return { job: null, waitMs };
  }

  #settleMs(): number {
    return this.#line.config.sync.settleSeconds * 1000;
  }

  #run(api: LoyaltyApi, job: Job): void {
    const { update } = job;
    const work = job.kind === 'send' ? this.#send(api, update) : this.#readBack(api, update);
    const done = work
      .catch((error: unknown) => this.#noteFailure(update, error))
      .then(() => {
        this.#inFlight.delete(update.customerId);
        if (!this.#closed) this.changed();
      });
    this.#inFlight.set(update.customerId, done);
    this.#tellStatus();
  }

  async #send(api: LoyaltyApi, update: Update): Promise<void> {
    const savedAtMs = this.#savedAtMs.get(update.id);
    const checkAfterMs = this.#line.config.sync.checkAfterMinutes * 60_000;
    // While the line is not known to stand, a look goes first: it costs the outbox nothing when it fails (F14).
    const isOld =
      savedAtMs === undefined ||
      this.#line.clock.monotonicMs() - savedAtMs >= checkAfterMs ||
      this.#line.connection.isProbing;
    const result = await sendOne(this.#line, api, update, isOld, (write) => this.#settle(write));
    if (result.kind === 'customer-busy') this.#delayCustomer(update.customerId);
    if (result.kind === 'later') this.#delayUnlessLineWaits(update.customerId);
    if (result.kind === 'unknown') this.#readBackAtMs.set(update.id, this.#line.clock.monotonicMs() + this.#settleMs());
    if (result.kind === 'settled') this.#savedAtMs.delete(update.id);
  }

  async #readBack(api: LoyaltyApi, update: Update): Promise<void> {
    const result = await readBack(this.#line, api, update);
    if (result === 'settled') this.#readBackAtMs.delete(update.id);
    else this.#delayUnlessLineWaits(update.customerId);
  }

  /** What could not be done now is not tried again at once, also where the line itself has no reason to wait. */
  #delayUnlessLineWaits(customerId: number): void {
    const { connection } = this.#line;
    if (connection.waitMs === 0 && connection.paused === null) this.#delayCustomer(customerId);
  }

  #delayCustomer(customerId: number): void {
    this.#customerAtMs.set(customerId, this.#line.clock.monotonicMs() + customerDelayMs);
  }

  /** An answer that was read is written down even if the disk has to be waited for (F25). */
  async #settle(write: () => SendResult): Promise<SendResult> {
    while (true) {
      // After close, the row stays in sending: the next start reads it back.
      if (this.#abandoned) return { kind: 'later' };
      try {
        return write();
      } catch (error) {
        const trouble = databaseTrouble(error);
        if (trouble === null) throw error;
        this.#line.log.write('error', 'an outcome waits for the database', { trouble });
        await new Promise<void>((resolve) => this.#line.clock.after(customerDelayMs, resolve));
      }
    }
  }

  /** A bug or a database that refuses: the update stays where it is, its customer waits, the rest goes on. */
  #noteFailure(update: Update, error: unknown): void {
    if (this.#abandoned) return;
    this.#line.log.write('error', 'an update could not be worked on', {
      update: update.id,
      trouble: databaseTrouble(error),
      error: error instanceof Error ? error.name : 'unknown',
    });
    const current = findUpdate(this.#line.db, update.id);
    // It may have left the till: it must not stand in sending without anybody sending it.
    if (current?.state === 'sending') this.#line.outbox.uncertain(current, 'till-stopped', null);
    this.#delayCustomer(update.customerId);
  }

  /** One timer for the next thing that is due. */
  #arrange(api: LoyaltyApi, waitMs: number | null): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerDueAtMs = null;
    const { connection, clock } = this.#line;
    const probeMs = this.#probeWaitMs();
    const delayMs = Math.min(waitMs ?? Number.POSITIVE_INFINITY, probeMs);
    if (!Number.isFinite(delayMs)) return;
    this.#timerDueAtMs = clock.monotonicMs() + delayMs;
    // A wait that was due exactly now must not starve the event loop.
    this.#cancelTimer = clock.after(Math.max(1, Math.ceil(delayMs)), () => {
      this.#timerDueAtMs = null;
      const isIdle = this.#inFlight.size === 0 && this.#probeWaitMs() <= 0;
      if (isIdle && (connection.paused !== null || this.#next().job === null)) void this.#probe(api);
      else this.changed();
    });
  }

  /** How long until the server is asked for nothing but whether it is there. */
  #probeWaitMs(): number {
    const { connection, clock } = this.#line;
    if (this.#probing || connection.paused === 'no-secret') return Number.POSITIVE_INFINITY;
    if (connection.connection.kind === 'untried') return 0;
    if (connection.paused === null && connection.connection.kind === 'offline') return connection.waitMs;
    const every = connection.paused === null ? idleProbeMs : pausedProbeMs;
    return Math.max(0, this.#probedAtMs + every - clock.monotonicMs());
  }

  async #probe(api: LoyaltyApi): Promise<void> {
    const { connection, clock, pace } = this.#line;
    this.#probing = true;
    this.#probedAtMs = clock.monotonicMs();
    pace.take();
    const outcome = await api.login();
    this.#probing = false;
    if (this.#closed) return;
    if (outcome.kind === 'failed') noteTrouble(this.#line, outcome.why, outcome.retryAfterMs);
    else {
      connection.answered();
      if (outcome.kind === 'held' && outcome.why === 'credentials') connection.pause('credentials');
      // The next update tells whether a permission is still missing; it goes alone and pauses again where it is.
      else if (connection.paused !== null) connection.resume();
      if (outcome.kind === 'found') this.noteServerTime(outcome.value.serverTimeMs);
    }
    this.changed();
  }

  /** Asserts that a due update always has a timer; a miss is a bug that must not leave an update lying (F13). */
  #watch(): void {
    this.#cancelWatchdog = this.#line.clock.after(watchdogMs, () => {
      const { queued, unknown } = this.#line.outbox.counts();
      const isAsleep = this.#cancelTimer === null && this.#inFlight.size === 0 && this.#line.connection.paused === null;
      if (queued + unknown > 0 && isAsleep) {
        this.#line.log.write('error', 'the watchdog found updates without a timer', { queued, unknown });
        this.changed();
      }
      if (!this.#closed) this.#watch();
    });
  }
}
