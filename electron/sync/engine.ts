import { commitTogether } from '../db/group-commit.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { SyncState, SyncStatus } from '../model/sync-status.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { Due, type Job } from './due.ts';
import { asksFirst, gateMs, room } from './gate.ts';
import { type Line, noteAnswer, noteHeld, noteTrouble } from './line.ts';
import type { Lane } from './pace.ts';
import { readBack } from './read-back.ts';
import { type Settled, sendOne } from './send-one.ts';

/** The longest that an update waits whose customer is busy at the server. */
const busyCustomerMs = 5 * 60_000;
/** The longest that an update waits that could not be worked on here, as on a full disk. */
const troubleMs = 30_000;
const settleAgainMs = 5000;
/** While nothing else is exchanged, the server is asked this often whether it is there. */
const idleProbeMs = 5 * 60_000;
/** Refused credentials are tried again this often by a login, never by an update. */
const pausedProbeMs = 15 * 60_000;
/** The watchdog's round: a due update always has a timer. */
const watchdogMs = 30_000;
/** The wall clock ran ahead of the monotonic one by this much: the machine slept (or the clock was set; no harm then). */
const sleptMs = 60_000;
/** A few milliseconds' worth of rows. */
const surfacedAtOnce = 100;
/** How long a closing till waits for what is in flight. */
const closeGraceMs = 3000;
/** Of the time, no more than one part in so many goes into counting the outbox for the status, however long it is. */
const statusShare = 20;
/** A clock that is further off than this is shown (F16). */
const skewShownMs = 5 * 60_000;

/**
 * Sends what is due, one update a customer at a time, different customers in parallel.
 *
 * The engine holds no state of an update: that is the outbox's. It holds what is only true while it runs: who is in
 * flight, and one timer for the next thing to do. Whatever goes wrong in it, the watchdog looks again.
 */
export class SyncEngine {
  readonly #line: Line;
  readonly #due: Due;
  readonly #statusChanged: (status: SyncStatus) => void;
  /** By the update's id, until what became of it is written down. */
  readonly #inFlight = new Map<string, { readonly update: Update; readonly done: Promise<void> }>();
  /** Those in flight whom the server has answered: it has room for others while the disk is waited for. */
  readonly #answered = new Set<string>();
  #cancelTimer: (() => void) | null = null;
  #timerDueAtMs: number | null = null;
  #cancelWatchdog: (() => void) | null = null;
  #statusDue = false;
  #statusNotBeforeMs = 0;
  #probing = false;
  #probedAtMs: number;
  /** Wall clock less monotonic clock, as of the last look. */
  #clockGapMs: number;
  #clockSkewMs: number | null = null;
  #closed = false;
  /** Nothing is sent before every waiting update is known to be readable. */
  #isSurfaced = false;
  /** After `close` gave up waiting: a late answer must not touch a closed database. */
  #abandoned = false;

  constructor(line: Line, statusChanged: (status: SyncStatus) => void) {
    const { db, outbox, clock, config } = line;
    this.#line = line;
    this.#statusChanged = statusChanged;
    this.#due = new Due(db, outbox, clock, config.sync.settleSeconds * 1000);
    this.#probedAtMs = clock.monotonicMs();
    this.#clockGapMs = clock.wallMs() - clock.monotonicMs();
  }

  start(): void {
    const { outbox, log, clock } = this.#line;
    const interrupted = outbox.recoverInterrupted();
    if (interrupted > 0) log.write('warn', 'updates recovered at start', { interrupted });
    // Even to list a long outbox would hold up the first search.
    const few = outbox.waitingSeqs(surfacedAtOnce);
    if (few.length < surfacedAtOnce) this.#surfaceRest(few);
    else clock.after(0, () => this.#surfaceRest());
    this.#watch();
  }

  /**
   * A part of the outbox at a time, so that a long one holds up neither the first search nor a save.
   * @param seqs all that was waiting at the start; absent where that is not listed yet
   * @param from where in it to go on
   */
  #surfaceRest(seqs?: readonly number[], from = 0): void {
    if (this.#closed) return;
    const { outbox, log, clock } = this.#line;
    try {
      const all = seqs ?? outbox.waitingSeqs();
      const to = from + surfacedAtOnce;
      const found = outbox.surfaceUnreadable(all.slice(from, to));
      if (found > 0) log.write('warn', 'unreadable updates put before a person', { found });
      if (to < all.length) {
        clock.after(0, () => this.#surfaceRest(all, to));
        return;
      }
      this.#isSurfaced = true;
      this.changed();
    } catch (error) {
      this.#logTrouble('the outbox could not be looked through', error);
      clock.after(troubleMs, () => this.#surfaceRest(seqs, from));
    }
  }

  /** A save was committed: it goes at once, ahead of the backlog, whatever the back-off says. */
  saved(updateId: string): void {
    this.#due.saved(updateId);
    this.#line.connection.tryNow();
    this.changed();
  }

  /** Something of this customer is on its way: its updates must not be taken from under it. */
  isBusy(customerId: number): boolean {
    // By what the outbox says now: an answer on its way may have made two customers one.
    return [...this.#inFlight.keys()].some((id) => findUpdate(this.#line.db, id)?.customerId === customerId);
  }

  /** Something in the outbox changed: looks for work and tells the status. */
  changed(): void {
    this.#pump();
    this.#tellStatus();
  }

  /** Staff asked: what waits goes as soon as the pace lets it (F34). */
  sendNow(): void {
    this.#line.pace.hurry();
    this.tryNow();
  }

  /** The till has another password: whether the server takes it is asked now, also where nothing waits to be sent. */
  passwordChanged(): void {
    this.#probedAtMs = Number.NEGATIVE_INFINITY;
    this.sendNow();
  }

  /** Tries now instead of at the next due time: the machine woke up, the network changed (F15). */
  tryNow(): void {
    const { connection } = this.#line;
    this.#noticeSleep();
    connection.tryNow();
    if (connection.paused !== null && connection.paused !== 'no-secret') connection.resume();
    this.#due.delayNobody();
    this.changed();
  }

  /** What a login told of the machine's clock. */
  noteServerTime(serverTimeMs: number | null): void {
    if (serverTimeMs === null) return;
    const skewMs = this.#line.clock.wallMs() - serverTimeMs;
    this.#clockSkewMs = Math.abs(skewMs) > skewShownMs ? skewMs : null;
    this.#tellStatus();
  }

  status(): SyncStatus {
    const { outbox, connection, clock } = this.#line;
    const counts = outbox.counts();
    const unsent = counts.queued + counts.sending + counts.unknown + counts.attention + counts.nextVisit;
    const dueInMs = this.#timerDueAtMs === null ? null : Math.max(0, this.#timerDueAtMs - clock.monotonicMs());
    return {
      state: this.#stateOf(counts),
      unsent,
      counts,
      doubleAwards: outbox.doubleAwards(),
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
    const inFlight = [...this.#inFlight.values()].map(({ done }) => done);
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
    try {
      this.#line.outbox.recoverInterrupted();
    } catch (error) {
      // The next start does it.
      this.#logTrouble('what was on its way could not be noted', error);
    }
  }

  #stateOf(counts: SyncStatus['counts']): SyncState {
    const { paused, connection } = this.#line.connection;
    if (paused !== null) return 'paused';
    if (counts.attention > 0) return 'attention';
    if (counts.unknown > 0) return 'checking';
    if (connection.kind === 'offline' && connection.why !== 'busy') return 'offline';
    if (counts.sending > 0) return 'sending';
    return counts.queued + counts.nextVisit > 0 ? 'waiting' : 'all-sent';
  }

  #tellStatus(): void {
    if (this.#statusDue || this.#closed) return;
    this.#statusDue = true;
    const { clock } = this.#line;
    // One event for a burst of changes.
    clock.after(Math.max(0, this.#statusNotBeforeMs - clock.monotonicMs()), () => {
      this.#statusDue = false;
      if (this.#closed) return;
      const countedMs = clock.monotonicMs();
      try {
        this.#statusChanged(this.status());
      } catch (error) {
        this.#logTrouble('the status could not be told', error);
      }
      const nowMs = clock.monotonicMs();
      this.#statusNotBeforeMs = nowMs + statusShare * (nowMs - countedMs);
    });
  }

  /** Starts whatever may start now, and sets the one timer for what may not. */
  #pump(): void {
    if (this.#closed || !this.#isSurfaced) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerDueAtMs = null;
    let waitMs: number | null;
    try {
      waitMs = this.#startDue();
    } catch (error) {
      // A database that cannot be read now may be read again soon; nothing else may stop the queue for good.
      this.#logTrouble('the queue could not be looked at', error);
      waitMs = troubleMs;
    }
    if (waitMs === null || !Number.isFinite(waitMs)) return;
    const { clock } = this.#line;
    this.#timerDueAtMs = clock.monotonicMs() + waitMs;
    // A wait that is due exactly now must not starve the event loop.
    this.#cancelTimer = clock.after(Math.max(1, Math.ceil(waitMs)), () => this.changed());
  }

  /** @returns how long until there is something to do again; null where whatever is on its way looks again at its end */
  #startDue(): number | null {
    const { connection } = this.#line;
    const api = this.#line.api();
    if (api === null) {
      connection.pause('no-secret');
      return null;
    }
    if (connection.paused === 'no-secret') connection.resume();
    let waitMs: number | null = null;
    while (connection.paused === null) {
      if (this.#isFull()) return null;
      const next = this.#due.next([...this.#inFlight.values()].map(({ update }) => update));
      if (next.job === null) {
        waitMs = next.waitMs;
        break;
      }
      const lane = this.#due.laneOf(next.job.update.id);
      if (asksFirst(this.#line, lane)) {
        if (connection.waitMs > 0) return connection.waitMs;
        void this.#probe(api);
        return null;
      }
      const closedMs = gateMs(this.#line, lane);
      if (closedMs > 0) return closedMs;
      this.#run(api, next.job, lane);
    }
    if (this.#inFlight.size > 0 || this.#probing) return waitMs;
    const probeMs = this.#probeWaitMs();
    if (probeMs > 0) return Math.min(waitMs ?? Number.POSITIVE_INFINITY, probeMs);
    void this.#probe(api);
    return waitMs;
  }

  /** No more wait for the disk than may be on their way: where it takes nothing, nothing more is sent (F25). */
  #isFull(): boolean {
    const most = room(this.#line);
    const onTheirWay = this.#inFlight.size - this.#answered.size + (this.#probing ? 1 : 0);
    return onTheirWay >= most || this.#answered.size >= most;
  }

  #run(api: LoyaltyApi, job: Job, lane: Lane): void {
    const { update } = job;
    const work = job.kind === 'send' ? this.#send(api, update, lane) : this.#readBack(api, update, lane);
    const done = work
      .catch((error: unknown) => this.#noteFailure(update, error))
      .finally(() => {
        this.#inFlight.delete(update.id);
        this.#answered.delete(update.id);
        this.changed();
      });
    this.#inFlight.set(update.id, { update, done });
    this.#tellStatus();
  }

  async #send(api: LoyaltyApi, update: Update, lane: Lane): Promise<void> {
    const isOld =
      update.resent || !this.#due.isYoungerThan(update.id, this.#line.config.sync.checkAfterMinutes * 60_000);
    const answered = () => {
      this.#answered.add(update.id);
      this.#pump();
    };
    const how = { isOld, lane, mayClaim: () => !this.#closed, answered };
    const result = await sendOne(this.#line, api, update, how, (write) => this.#settle(write));
    switch (result.kind) {
      case 'settled':
        return this.#due.settled(update);
      case 'unknown':
        return this.#due.letSettle(update.id);
      case 'customer-busy':
        return this.#due.delayCustomer(update.customerId, busyCustomerMs);
      case 'later':
        return this.#delayUnlessLineWaits(update.customerId);
      case 'moved-on':
        return;
    }
  }

  async #readBack(api: LoyaltyApi, update: Update, lane: Lane): Promise<void> {
    const result = await readBack(this.#line, api, update, lane);
    if (result === 'settled') this.#due.settled(update);
    else if (result === 'goes-again') this.#due.letSettle(update.id);
    else this.#delayUnlessLineWaits(update.customerId);
  }

  /** What could not be done now is not tried again at once, also where the line itself has no reason to wait. */
  #delayUnlessLineWaits(customerId: number): void {
    const { connection } = this.#line;
    if (connection.waitMs === 0 && connection.paused === null) this.#due.delayCustomer(customerId, troubleMs);
  }

  /** An answer that was read is written down even if the disk has to be waited for (F25). */
  async #settle(write: () => Settled): Promise<Settled | null> {
    for (let tries = 1; ; tries += 1) {
      // After close, the row stays in sending: the next start reads it back.
      if (this.#abandoned) return null;
      try {
        return await commitTogether(this.#line.db, write);
      } catch (error) {
        if (databaseTrouble(error) === null) throw error;
        if (tries === 1) this.#logTrouble('an outcome waits for the database', error);
        await new Promise<void>((resolve) => this.#line.clock.after(settleAgainMs, resolve));
      }
    }
  }

  /** A bug or a database that refuses: the update stays where it is, its customer waits, the rest goes on. */
  #noteFailure(update: Update, error: unknown): void {
    if (this.#abandoned) return;
    this.#logTrouble('an update could not be worked on', error, update.id);
    this.#due.delayCustomer(update.customerId, troubleMs);
    try {
      const current = findUpdate(this.#line.db, update.id);
      // It may have left the till: it must not stand in sending without anybody sending it.
      if (current?.state !== 'sending') return;
      this.#line.outbox.uncertain(current, 'till-stopped', null);
      this.#due.letSettle(update.id);
    } catch (again) {
      // The watchdog finds it.
      this.#logTrouble('an update could not be noted as uncertain', again, update.id);
    }
  }

  #logTrouble(event: string, error: unknown, update: string | null = null): void {
    this.#line.log.write('error', event, {
      update,
      trouble: databaseTrouble(error),
      error: error instanceof Error ? error.name : 'unknown',
    });
  }

  /** How long until the server is asked for nothing but whether it is there. */
  #probeWaitMs(): number {
    const { connection, clock, pace } = this.#line;
    if (connection.paused === 'no-secret') return Number.POSITIVE_INFINITY;
    if (connection.connection.kind === 'untried') return pace.waitMs('counter');
    if (connection.paused === null && connection.connection.kind === 'offline') {
      return Math.max(connection.waitMs, pace.waitMs('backlog'));
    }
    const every = connection.paused === null ? idleProbeMs : pausedProbeMs;
    return Math.max(0, this.#probedAtMs + every - clock.monotonicMs());
  }

  async #probe(api: LoyaltyApi): Promise<void> {
    const { connection, clock, pace } = this.#line;
    this.#probing = true;
    this.#probedAtMs = clock.monotonicMs();
    pace.take('counter');
    try {
      const outcome = await api.login();
      if (this.#closed) return;
      if (outcome.kind === 'failed') noteTrouble(this.#line, outcome.why, outcome.retryAfterMs);
      else {
        noteAnswer(this.#line);
        if (outcome.kind === 'held' && outcome.why === 'credentials') noteHeld(this.#line, api, outcome.why);
        // The next update tells whether a permission is still missing; it goes alone and pauses again where it is.
        else if (connection.paused !== null) connection.resume();
        if (outcome.kind === 'found') this.noteServerTime(outcome.value.serverTimeMs);
      }
    } catch (error) {
      this.#logTrouble('the server could not be asked', error);
    } finally {
      this.#probing = false;
      this.changed();
    }
  }

  /** The monotonic clock may stand still in a sleep: what was saved before it is old, whatever that clock says (F15). */
  #noticeSleep(): boolean {
    const { clock, pace } = this.#line;
    const gapMs = clock.wallMs() - clock.monotonicMs();
    const hasSlept = gapMs - this.#clockGapMs > sleptMs;
    this.#clockGapMs = gapMs;
    if (hasSlept) {
      this.#due.slept();
      // Tills wake up one by one; a network comes back for all at once.
      pace.hurry();
    }
    return hasSlept;
  }

  /** Asserts that a due update always has a timer; a miss is a bug that must not leave an update lying (F13). */
  #watch(): void {
    this.#cancelWatchdog = this.#line.clock.after(watchdogMs, () => {
      try {
        this.#lookAfter();
      } catch (error) {
        this.#logTrouble('the watchdog could not look', error);
      }
      if (!this.#closed) this.#watch();
    });
  }

  #lookAfter(): void {
    const { outbox, clock, connection, log } = this.#line;
    if (this.#noticeSleep()) {
      this.tryNow();
      return;
    }
    const orphans = outbox.recoverInterrupted(({ id }) => this.#inFlight.has(id));
    if (orphans > 0) log.write('error', 'the watchdog found updates that nobody sends', { orphans });
    const { queued, unknown } = outbox.counts();
    const isUnderWay = this.#inFlight.size > 0 || this.#probing || connection.paused !== null;
    const hasTimer = this.#timerDueAtMs !== null && this.#timerDueAtMs + watchdogMs > clock.monotonicMs();
    if (orphans === 0 && (queued + unknown === 0 || isUnderWay || hasTimer)) return;
    if (orphans === 0) log.write('error', 'the watchdog found updates without a timer', { queued, unknown });
    this.changed();
  }
}
