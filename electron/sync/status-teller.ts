/** Sends the sync status to the screen: counts the outbox, and combines a burst of changes into one event. */
import type { InFiles, SyncState, SyncStatus } from '../model/sync-status.ts';
import type { SyncContext } from './context.ts';

/** Counting the outbox takes at most one part in this many of the time, however long the outbox is. */
const statusShare = 20;
/** A larger difference of the clock is shown (F16). */
const skewShownMs = 5 * 60_000;
const confirmedWithinMs = 24 * 60 * 60_000;

type Context = Pick<SyncContext, 'outbox' | 'connection' | 'clock' | 'log'>;

export class StatusTeller {
  readonly #context: Context;
  readonly #nextTryAtMs: () => number | null;
  readonly #tell: (status: SyncStatus) => void;
  #isDue = false;
  #notBeforeMs = 0;
  /** This machine's clock minus the server's; null: not asked yet, NaN: the server does not send its time. */
  #serverSkewMs: number | null = null;
  #closed = false;

  /** @param nextTryAtMs when the engine has its next job, on the monotonic clock */
  constructor(context: Context, nextTryAtMs: () => number | null, tell: (status: SyncStatus) => void) {
    this.#context = context;
    this.#nextTryAtMs = nextTryAtMs;
    this.#tell = tell;
  }

  now(): SyncStatus {
    const { outbox, connection, clock } = this.#context;
    const counts = outbox.counts();
    const inFiles = outbox.inFiles();
    const unsent = counts.queued + counts.sending + counts.unknown + counts.attention + counts.nextVisit;
    const skewMs = this.#serverSkewMs;
    const dueAtMs = this.#nextTryAtMs();
    const dueInMs = dueAtMs === null ? null : Math.max(0, dueAtMs - clock.monotonicMs());
    return {
      state: this.#stateOf(counts, inFiles),
      unsent,
      counts,
      doubleAwards: outbox.doubleAwards(),
      oldestSavedAtMs: outbox.oldestOpenSavedAtMs(),
      inFiles,
      paused: connection.paused,
      connection: connection.connection,
      lastAnswerAtMs: connection.lastAnswerAtMs,
      nextTryAtMs: unsent === 0 || dueInMs === null ? null : Math.round(clock.wallMs() + dueInMs),
      clockSkewMs: skewMs !== null && Math.abs(skewMs) > skewShownMs ? skewMs : null,
    };
  }

  /** Compares the machine's clock with the server time of a login. */
  noteServerTime(serverTimeMs: number | null): void {
    if (serverTimeMs === null) {
      this.#serverSkewMs ??= Number.NaN;
      return;
    }
    this.#serverSkewMs = this.#context.clock.wallMs() - serverTimeMs;
    this.changed();
  }

  /** The server has answered since the start, and this clock is not more than a day off. */
  get isClockConfirmed(): boolean {
    const skewMs = this.#serverSkewMs;
    return skewMs !== null && (Number.isNaN(skewMs) || Math.abs(skewMs) < confirmedWithinMs);
  }

  /** Schedules an event. */
  changed(): void {
    if (this.#isDue || this.#closed) return;
    this.#isDue = true;
    const { clock, log } = this.#context;
    clock.after(Math.max(0, this.#notBeforeMs - clock.monotonicMs()), () => {
      this.#isDue = false;
      if (this.#closed) return;
      const countedMs = clock.monotonicMs();
      try {
        this.#tell(this.now());
      } catch (error) {
        log.write('error', 'the status could not be sent to the screen', {
          error: error instanceof Error ? error.name : 'unknown',
        });
      }
      const nowMs = clock.monotonicMs();
      this.#notBeforeMs = nowMs + statusShare * (nowMs - countedMs);
    });
  }

  close(): void {
    this.#closed = true;
  }

  #stateOf(counts: SyncStatus['counts'], inFiles: InFiles): SyncState {
    const { paused, connection } = this.#context.connection;
    if (paused !== null) return 'paused';
    if (counts.attention > 0) return 'attention';
    if (counts.unknown > 0) return 'checking';
    if (connection.kind === 'offline' && connection.why !== 'busy') return 'offline';
    if (counts.sending > 0) return 'sending';
    return counts.queued + counts.nextVisit + inFiles.updates > 0 ? 'waiting' : 'all-sent';
  }
}
