/** The status as it is told to the screen: counted from the outbox, one event for a burst of changes. */
import type { SyncState, SyncStatus } from '../model/sync-status.ts';
import type { SyncContext } from './context.ts';

/** Of the time, no more than one part in so many goes into counting the outbox for the status, however long it is. */
const statusShare = 20;
/** A clock that is further off than this is shown (F16). */
const skewShownMs = 5 * 60_000;
const confirmedWithinMs = 24 * 60 * 60_000;

export class StatusTeller {
  readonly #context: Pick<SyncContext, 'outbox' | 'connection' | 'clock' | 'log'>;
  readonly #nextTryAtMs: () => number | null;
  readonly #tell: (status: SyncStatus) => void;
  #isDue = false;
  #notBeforeMs = 0;
  #clockSkewMs: number | null = null;
  /** This machine's clock less the server's; null: not asked yet, and NaN: the server tells none. */
  #serverSkewMs: number | null = null;
  #closed = false;

  /** @param nextTryAtMs when the engine has something to do again, on the monotonic clock */
  constructor(
    context: Pick<SyncContext, 'outbox' | 'connection' | 'clock' | 'log'>,
    nextTryAtMs: () => number | null,
    tell: (status: SyncStatus) => void,
  ) {
    this.#context = context;
    this.#nextTryAtMs = nextTryAtMs;
    this.#tell = tell;
  }

  now(): SyncStatus {
    const { outbox, connection, clock } = this.#context;
    const counts = outbox.counts();
    const unsent = counts.queued + counts.sending + counts.unknown + counts.attention + counts.nextVisit;
    const dueAtMs = this.#nextTryAtMs();
    const dueInMs = dueAtMs === null ? null : Math.max(0, dueAtMs - clock.monotonicMs());
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

  /** What a login told of the machine's clock. */
  noteServerTime(serverTimeMs: number | null): void {
    if (serverTimeMs === null) {
      this.#serverSkewMs ??= Number.NaN;
      return;
    }
    const skewMs = this.#context.clock.wallMs() - serverTimeMs;
    this.#serverSkewMs = skewMs;
    this.#clockSkewMs = Math.abs(skewMs) > skewShownMs ? skewMs : null;
    this.changed();
  }

  /** The server answered since the start, and did not say that this clock is more than a day off. */
  get isClockConfirmed(): boolean {
    const skewMs = this.#serverSkewMs;
    return skewMs !== null && (Number.isNaN(skewMs) || Math.abs(skewMs) < confirmedWithinMs);
  }

  /** Tells it soon. */
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
        log.write('error', 'the status could not be told', { error: error instanceof Error ? error.name : 'unknown' });
      }
      const nowMs = clock.monotonicMs();
      this.#notBeforeMs = nowMs + statusShare * (nowMs - countedMs);
    });
  }

  close(): void {
    this.#closed = true;
  }

  #stateOf(counts: SyncStatus['counts']): SyncState {
    const { paused, connection } = this.#context.connection;
    if (paused !== null) return 'paused';
    if (counts.attention > 0) return 'attention';
    if (counts.unknown > 0) return 'checking';
    if (connection.kind === 'offline' && connection.why !== 'busy') return 'offline';
    if (counts.sending > 0) return 'sending';
    return counts.queued + counts.nextVisit > 0 ? 'waiting' : 'all-sent';
  }
}
