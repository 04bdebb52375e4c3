import { commitAhead, commitTogether } from '../db/group-commit.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { SyncStatus } from '../model/sync-status.ts';
import type { AttentionReason } from '../model/update-view.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { commitNeedsPerson, commitOutcome } from './commit-outcome.ts';
import { type SyncContext, tellUpdate, type Written } from './context.ts';
import { cannotTell } from './decide.ts';
import { Due, type Job } from './due.ts';
import { asksFirst, gateMs, idleMs, mostInFlight, untilProbeMs } from './gate.ts';
import { isWelcome, login } from './login.ts';
import { lookBeforeSending } from './look.ts';
import type { Lane } from './pace.ts';
import { readBack } from './read-back.ts';
import { blameFor, type Claimed, claim, commitMarkRefused, isMarkRefused, send } from './send.ts';
import { StatusTeller } from './status-teller.ts';
import { watchdogMs, watchOver } from './watchdog.ts';

/** Longest wait of an update after a local failure, such as a full disk. */
const troubleMs = 30_000;
/** Longest wait of an update after a bug, which only a new version can fix. */
const longestBugMs = 60 * 60_000;
/** Longest wait of an update that another till may have. `tryNow` ends the wait once that is known. */
const longestElsewhereMs = 10 * 60_000;
const commitAgainMs = 5000;
/** Refused credentials are retried this often, by a login and never by an update. */
const pausedProbeMs = 15 * 60_000;
/** Checking this many rows takes a few milliseconds. */
const surfacedAtOnce = 100;
/** How long a closing till waits for updates in flight. */
const closeGraceMs = 3000;
/** How often a login tests the connection while one update fails and there is no other to compare with. */
const doubtProbeMs = 1000;
/**
 * If the wall clock gains this much on the monotonic clock, the machine slept (or the clock was set, which is
 * harmless).
 */
const sleptMs = 60_000;

/**
 * Sends due updates, one per customer at a time, different customers in parallel:
 *
 *     look → decide → claim → send → blame → commit, or read back → decide → commit
 *
 * The state of an update is in the outbox. The engine only knows what is in flight, and has one timer for the next
 * thing to do. Whatever goes wrong here, the watchdog looks again.
 */
export class SyncEngine {
  readonly #context: SyncContext;
  readonly #due: Due;
  readonly #status: StatusTeller;
  /** By the update's id, until its outcome is committed. */
  readonly #inFlight = new Map<string, { readonly update: Update; readonly done: Promise<void> }>();
  /** Updates in flight that the server has answered. While they wait for the disk, their request slots are free. */
  readonly #answered = new Set<string>();
  #cancelTimer: (() => void) | null = null;
  #timerDueAtMs: number | null = null;
  #stopWatching: (() => void) | null = null;
  #probing = false;
  #probedAtMs = Number.NEGATIVE_INFINITY;
  /** Wall clock minus monotonic clock at the last look. */
  #clockGapMs: number;
  #closed = false;
  /** Whether all waiting updates were checked for being readable. Nothing is sent before. */
  #isSurfaced = false;
  /** `close` has stopped waiting: a late answer must not touch the closed database. */
  #abandoned = false;

  constructor(context: SyncContext, statusChanged: (status: SyncStatus) => void) {
    const { db, outbox, clock, blame, config } = context;
    this.#context = context;
    this.#due = new Due(db, outbox, clock, blame, {
      beforeReadBackMs: config.sync.settleSeconds * 1000,
      slowServerMs: config.sync.slowServerSeconds * 1000,
    });
    this.#status = new StatusTeller(context, () => this.#timerDueAtMs, statusChanged);
    this.#clockGapMs = clock.wallMs() - clock.monotonicMs();
  }

  start(): void {
    const { outbox, log, clock } = this.#context;
    const interrupted = outbox.recoverInterrupted();
    if (interrupted > 0) log.write('warn', 'updates recovered at start', { interrupted });
    // Even listing a long outbox would delay the first search.
    const few = outbox.waitingSeqs(surfacedAtOnce);
    if (few.length < surfacedAtOnce) this.#surfaceRest(few);
    else clock.after(0, () => this.#surfaceRest());
    this.#stopWatching = watchOver(
      clock,
      () => this.#watch(),
      (error) => this.#logTrouble('the watchdog could not look', error),
    );
  }

  /**
   * Checks the outbox in parts, so that a long one delays neither the first search nor a save.
   * @param seqs everything that was waiting at the start; absent: not listed yet
   * @param from where to continue in it
   */
  #surfaceRest(seqs?: readonly number[], from = 0): void {
    if (this.#closed) return;
    const { outbox, log, clock } = this.#context;
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

  /** A save was committed. It is sent now, ahead of the backlog and regardless of the back-off. */
  saved(updateId: string): void {
    this.#due.saved(updateId);
    this.#context.connection.tryNow();
    this.changed();
  }

  /** Whether an update of this customer is in flight, so that their updates must not be moved or removed. */
  isBusy(customerId: number): boolean {
    // Asks the outbox, because an answer may just have merged two customers.
    return [...this.#inFlight.keys()].some((id) => findUpdate(this.#context.db, id)?.customerId === customerId);
  }

  /** The outbox changed: looks for work and updates the status. */
  changed(): void {
    this.#pump();
    if (!this.#closed) this.#status.changed();
  }

  /** Staff asked to send now: waiting updates are sent as soon as the pace allows (F34). */
  sendNow(): void {
    this.#context.pace.hurry();
    this.tryNow();
  }

  /** The till has a new password: tests it now, even if nothing is waiting. */
  passwordChanged(): void {
    this.#context.owner.passwordChanged();
    this.sendNow();
  }

  /** The machine woke up or the network changed: tries now instead of at the next due time (F15). */
  tryNow(): void {
    const { connection, blame } = this.#context;
    this.#noticeSleep();
    connection.tryNow();
    if (connection.paused !== null && connection.paused !== 'no-secret') connection.resume();
    blame.tryNow();
    this.#due.delayNobody();
    this.changed();
  }

  /** Compares the machine's clock with the server time of a login. */
  noteServerTime(serverTimeMs: number | null): void {
    this.#status.noteServerTime(serverTimeMs);
  }

  status(): SyncStatus {
    return this.#status.now();
  }

  /** Whether the server has confirmed this machine's clock. Only then may old data be removed. */
  get isClockConfirmed(): boolean {
    return this.#status.isClockConfirmed;
  }

  /**
   * Waits a short while for updates in flight. The next start reads back those that do not finish.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#stopWatching?.();
    this.#status.close();
    const inFlight = [...this.#inFlight.values()].map(({ done }) => done);
    if (inFlight.length > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#context.clock.after(closeGraceMs, resolve);
        void Promise.allSettled(inFlight).then(() => {
          cancel();
          resolve();
        });
      });
    }
    this.#abandoned = true;
    try {
      this.#context.outbox.recoverInterrupted();
    } catch (error) {
      // The next start recovers them.
      this.#logTrouble('what was on its way could not be noted', error);
    }
  }

  /** Starts everything that may start now, and sets the timer for the rest. */
  #pump(): void {
    if (this.#closed || !this.#isSurfaced) return;
    this.#cancelTimer?.();
    this.#timerDueAtMs = null;
    let waitMs: number | null;
    try {
      waitMs = this.#startDue();
    } catch (error) {
      // The database may be readable again soon, and no other error may stop the queue for good.
      this.#logTrouble('the queue could not be looked at', error);
      waitMs = troubleMs;
    }
    if (waitMs === null || !Number.isFinite(waitMs)) return;
    const { clock } = this.#context;
    this.#timerDueAtMs = clock.monotonicMs() + waitMs;
    // At least 1 ms, so that a wait that is due right now does not starve the event loop.
    this.#cancelTimer = clock.after(Math.max(1, Math.ceil(waitMs)), () => this.changed());
  }

  /** @returns the time until there is more to do; null: the next update in flight to finish looks again */
  #startDue(): number | null {
    const { connection, blame } = this.#context;
    const api = this.#context.api();
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
        // No other customer's update can show whose fault a refusal is.
        const refusal = this.#inFlight.size === this.#answered.size ? blame.refusalInDoubt : null;
        if (refusal !== null) connection.pause(refusal);
        break;
      }
      const { id } = next.job.update;
      // A try that finds the cause of a failure must not wait for the pace of the backlog.
      const lane = blame.isSuspect(id) || blame.isDoubtful ? 'counter' : this.#due.laneOf(id);
      const asksFirst = this.#asksFirst(lane);
      const closedMs = asksFirst ? untilProbeMs(this.#context, lane) : gateMs(this.#context, lane);
      if (closedMs > 0) {
        // Doesn't return yet: the login below may end the doubt, and with it this wait.
        if (!blame.isDoubtful) return closedMs;
        waitMs = closedMs;
        break;
      }
      if (asksFirst) {
        void this.#probe(api, lane);
        return null;
      }
      this.#run(api, next.job, lane);
    }
    if (this.#inFlight.size > 0 || this.#probing) return waitMs;
    const probeMs = this.#probeWaitMs();
    if (probeMs > 0) return Math.min(waitMs ?? Number.POSITIVE_INFINITY, probeMs);
    void this.#probe(api);
    return waitMs;
  }

  /** Also limits answers that wait for the disk: if it accepts none, nothing more is sent (F25). */
  #isFull(): boolean {
    const most = mostInFlight(this.#context);
    const onTheirWay = this.#inFlight.size - this.#answered.size + (this.#probing ? 1 : 0);
    return onTheirWay >= most || this.#answered.size >= most;
  }

  /** Nothing is sent before we know which organisation the server belongs to (F45). */
  #asksFirst(lane: Lane): boolean {
    const { connection, owner, config } = this.#context;
    if (owner.ownership !== 'ours') return true;
    // While the connection is uncertain, an update must not be the probe unless it is preceded by a read (F14).
    const isBlind = connection.isProbing && !config.sync.readBack && connection.connection.kind !== 'online';
    return isBlind || asksFirst(this.#context, lane);
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
    this.#status.changed();
  }

  async #send(api: LoyaltyApi, update: Update, lane: Lane): Promise<void> {
    const { config, pace, db, tell } = this.#context;
    const isOld = update.resent || !this.#due.isYoungerThan(update.id, config.sync.checkAfterMinutes * 60_000);
    const looked = await lookBeforeSending(this.#context, api, update, { isOld, lane });
    if (looked.kind === 'closed') return this.#due.closed(update);
    if (looked.kind === 'later') return this.#afterFailure(update);
    if (looked.kind === 'elsewhere') return this.#due.delayCustomer(update.customerId, longestElsewhereMs);
    if (looked.kind === 'moved-on') return;

    pace.take(lane);
    const claimed = await commitAhead(db, () => (this.#closed ? null : claim(this.#context, looked.update)));
    if (claimed === null) return;
    tell.updateChanged(claimed.update.id, claimed.update.customerId);
    const outcome = blameFor(this.#context, api, claimed.update, await send(this.#context, api, claimed));
    this.#answered.add(update.id);
    this.#pump();

    const isOnlyMark = outcome.kind === 'rejected' && isMarkRefused(claimed, outcome);
    const written = await this.#commitDurably(() =>
      isOnlyMark
        ? commitMarkRefused(this.#context, claimed, outcome)
        : commitOutcome(this.#context, claimed.update, outcome),
    );
    if (written === null) return;
    tellUpdate(this.#context, update.id, written);
    if (!isOnlyMark) this.#afterOutcome(claimed, outcome.kind, written.customerId);
  }

  /** Updates the in-memory state after an outcome was committed. */
  #afterOutcome(
    { update }: Claimed,
    outcome: 'applied' | 'rejected' | 'held' | 'not-sent' | 'unknown',
    customerId: number,
  ): void {
    switch (outcome) {
      case 'applied':
        this.#context.applied.note(customerId);
        if (update.attempts > 1) this.#context.tell.lookLater(customerId);
        this.#due.closed(update);
        break;
      case 'rejected':
        this.#due.closed(update);
        break;
      case 'unknown':
        this.#due.waitBeforeReadBack(update.id);
        break;
      case 'held':
      case 'not-sent':
        this.#afterFailure(update);
        break;
    }
  }

  async #readBack(api: LoyaltyApi, update: Update, lane: Lane): Promise<void> {
    const hadTime = this.#due.hadTime(update.id);
    switch (await readBack(this.#context, api, update, { lane, hadTime })) {
      case 'closed':
        return this.#due.closed(update);
      case 'goes-again':
        return this.#due.goesAgain(update.id);
      case 'too-early':
        return this.#due.readBackLater(update.id);
      case 'later':
        return this.#giveUpIfHopeless(update);
    }
  }

  #afterFailure(update: Update): void {
    const { blame, pace } = this.#context;
    const isRefused = this.#due.laneOf(update.id) === 'counter' && blame.wasBusy(update.id);
    if (isRefused && !pace.takeRetry()) this.#due.leavesCounter(update.id);
    this.#giveUpIfHopeless(update);
  }

  /** After a limited number of failures while other customers' updates passed, a person decides (F39, F40). */
  #giveUpIfHopeless(update: Update): void {
    const { blame, db } = this.#context;
    const why = blame.whyHopeless(update.id);
    const current = findUpdate(db, update.id);
    if (why === null || current === null) return;
    const reason: AttentionReason =
      current.state === 'unknown' ? cannotTell(current, 'not-answered').reason : { kind: 'does-not-pass', why };
    const written = commitNeedsPerson(this.#context, current, reason, current.answer);
    blame.forget(update.id);
    this.#due.closed(update);
    tellUpdate(this.#context, update.id, written);
  }

  /** Commits an answer, waiting for the disk if necessary (F25). */
  async #commitDurably(write: () => Written): Promise<Written | null> {
    for (let tries = 1; ; tries += 1) {
      // After `close`, the row stays in sending, and the next start reads it back.
      if (this.#abandoned) return null;
      try {
        return await commitTogether(this.#context.db, write);
      } catch (error) {
        if (databaseTrouble(error) === null) throw error;
        if (tries === 1) this.#logTrouble('an outcome waits for the database', error);
        await new Promise<void>((resolve) => this.#context.clock.after(commitAgainMs, resolve));
      }
    }
  }

  /** A bug or a database error: the update keeps its state, its customer waits, everything else continues. */
  #noteFailure(update: Update, error: unknown): void {
    if (this.#abandoned) return;
    this.#logTrouble('an update could not be worked on', error, update.id);
    this.#due.delayCustomer(update.customerId, databaseTrouble(error) === null ? longestBugMs : troubleMs);
    try {
      const current = findUpdate(this.#context.db, update.id);
      // It may have been sent, and must not stay in sending while nobody sends it.
      if (current?.state !== 'sending') return;
      this.#context.outbox.uncertain(current, 'till-stopped', null);
      this.#due.waitBeforeReadBack(update.id);
    } catch (again) {
      // The watchdog will find it.
      this.#logTrouble('an update could not be noted as uncertain', again, update.id);
    }
  }

  #logTrouble(event: string, error: unknown, update: string | null = null): void {
    this.#context.log.write('error', event, {
      update,
      trouble: databaseTrouble(error),
      error: error instanceof Error ? error.name : 'unknown',
    });
  }

  /** The time until the next probe of the server. */
  #probeWaitMs(): number {
    const { connection, clock, pace, blame, owner } = this.#context;
    const isUnclear =
      connection.connection.kind === 'untried' || (owner.ownership === 'unproved' && connection.paused === null);
    if (isUnclear) return Math.max(untilProbeMs(this.#context), pace.waitMs('counter'));
    const since = clock.monotonicMs() - this.#probedAtMs;
    if (connection.paused === null && connection.connection.kind === 'offline') {
      // One update failed, and there is no other update to test the connection with.
      if (blame.isDoubtful) return Math.max(doubtProbeMs - since, pace.waitMs('counter'));
      return Math.max(untilProbeMs(this.#context), pace.waitMs('backlog'));
    }
    return connection.paused === null ? idleMs(this.#context) : Math.max(0, pausedProbeMs - since);
  }

  async #probe(api: LoyaltyApi, lane: Lane = 'backlog'): Promise<void> {
    const { connection, clock } = this.#context;
    this.#probing = true;
    this.#probedAtMs = clock.monotonicMs();
    try {
      const outcome = await login(this.#context, api, lane === 'counter' ? lane : this.#context.pace.probeLane);
      // The next update shows if a permission is still missing; it goes alone, and pauses sending again if so.
      if (connection.paused !== null && isWelcome(outcome) && this.#context.owner.ownership === 'ours') {
        connection.resume();
      }
      if (outcome.kind === 'found') this.noteServerTime(outcome.value.serverTimeMs);
    } catch (error) {
      this.#logTrouble('the server could not be asked', error);
      // Otherwise the next probe would start at once, again and again.
      connection.waitFor(troubleMs);
    } finally {
      this.#probing = false;
      this.changed();
    }
  }

  /** The monotonic clock may stop during sleep, so anything saved before it counts as old (F15). */
  #noticeSleep(): boolean {
    const { clock, pace } = this.#context;
    const gapMs = clock.wallMs() - clock.monotonicMs();
    const hasSlept = gapMs - this.#clockGapMs > sleptMs;
    this.#clockGapMs = gapMs;
    if (hasSlept) {
      this.#due.slept();
      // Safe after a sleep, because tills wake up one by one; a network comes back for all of them together.
      pace.hurry();
    }
    return hasSlept;
  }

  /** The watchdog: asserts that something will happen next, so that a bug never leaves an update unsent (F13). */
  #watch(): void {
    const { outbox, clock, connection, log } = this.#context;
    if (this.#noticeSleep()) this.tryNow();
    const orphans = outbox.recoverInterrupted(({ id }) => this.#inFlight.has(id));
    if (orphans > 0) log.write('error', 'the watchdog found updates that nobody sends', { orphans });
    const isUnderWay = this.#inFlight.size > 0 || this.#probing || connection.paused !== null;
    // An idle engine has one too, for its next probe.
    const hasTimer = this.#timerDueAtMs !== null && this.#timerDueAtMs + watchdogMs > clock.monotonicMs();
    if (orphans === 0 && (isUnderWay || hasTimer)) return;
    if (orphans === 0) log.write('error', 'the watchdog found no timer', outbox.counts());
    this.changed();
  }
}
