/**
 * Whether the server can be reached, told from real exchanges only: a socket that opens, or a system that says
 * "online", proves nothing (F17). After a failure the next try comes after a back-off that grows to half a minute and
 * is never longer (F13, F14); one exchange with the API's own answer ends it.
 */
import type { Clock, Random } from '../machine/clock.ts';
import type { NotSentReason } from '../model/outcome.ts';
import type { Connection, PauseReason } from '../model/sync-status.ts';

const firstBackoffMs = 1000;
const longestBackoffMs = 30_000;

export type Failure = NotSentReason | 'timeout' | 'connection-lost' | 'server-error';

export class ConnectionState {
  readonly #clock: Clock;
  readonly #random: Random;
  #connection: Connection = { kind: 'untried' };
  #paused: PauseReason | null = null;
  #failures = 0;
  #retryAtMs: number | null = null;
  #lastAnswerAtMs: number | null = null;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get paused(): PauseReason | null {
    return this.#paused;
  }

  /** Wall time of the last answer that was the API's own. */
  get lastAnswerAtMs(): number | null {
    return this.#lastAnswerAtMs;
  }

  /** How long until the next try; 0: now. */
  get waitMs(): number {
    return this.#retryAtMs === null ? 0 : Math.max(0, this.#retryAtMs - this.#clock.monotonicMs());
  }

  /** Only one request goes while it is not known that the server is there: a probe, not a burst. */
  get isProbing(): boolean {
    return this.#failures > 0;
  }

  /** The API itself answered, whatever it said. */
  answered(): void {
    this.#connection = { kind: 'online' };
    this.#failures = 0;
    this.#retryAtMs = null;
    this.#lastAnswerAtMs = this.#clock.wallMs();
  }

  failed(why: Failure): void {
    this.#connection = { kind: 'offline', why };
    this.#failures += 1;
    const grown = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(this.#failures - 1, 10));
    // Between half and the whole: tills that lost the line together do not all try in the same instant.
    this.#retryAtMs = this.#clock.monotonicMs() + grown * (0.5 + 0.5 * this.#random.fraction());
  }

  /**
   * One update failed, and it is not known whether the line did: the next request goes alone, and at once. Until it tells,
   * the status follows the last real exchange (F17).
   */
  doubt(why: Failure): void {
    this.#connection = { kind: 'offline', why };
    this.#failures = Math.max(1, this.#failures);
  }

  /** The next request waits so long. */
  waitFor(ms: number): void {
    this.#retryAtMs = this.#clock.monotonicMs() + ms;
  }

  pause(why: PauseReason): void {
    this.#paused = why;
  }

  /** One request goes first, to see whether the server takes it now. */
  resume(): void {
    this.#paused = null;
    this.#failures = Math.max(1, this.#failures);
  }

  /**
   * Somebody asked, or the machine woke up: the next try is due at once, and the back-off begins anew, so that a request
   * that left before and fails after it does not take half a minute of what was asked for. The pace still holds.
   */
  tryNow(): void {
    this.#retryAtMs = null;
    this.#failures = Math.min(1, this.#failures);
  }
}
