/**
 * Whether the server is reachable, based on real exchanges only: an open socket, or a system that says "online", proves
 * nothing (F17). After a failure, the next try waits for a back-off of up to half a minute (F13, F14), which ends with
 * the first answer from the API itself.
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
  #answeredAtMs = Number.NEGATIVE_INFINITY;

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

  /** Wall time of the last answer from the API itself. */
  get lastAnswerAtMs(): number | null {
    return this.#lastAnswerAtMs;
  }

  get sinceAnswerMs(): number {
    return this.#clock.monotonicMs() - this.#answeredAtMs;
  }

  /** How long until the next try; 0: now. */
  get waitMs(): number {
    return this.#retryAtMs === null ? 0 : Math.max(0, this.#retryAtMs - this.#clock.monotonicMs());
  }

  /** While it is not known that the server is reachable, only one request goes at a time. */
  get isProbing(): boolean {
    return this.#failures > 0;
  }

  /** The API itself answered, whatever it said. */
  answered(): void {
    this.#connection = { kind: 'online' };
    this.#failures = 0;
    this.#retryAtMs = null;
    this.#lastAnswerAtMs = this.#clock.wallMs();
    this.#answeredAtMs = this.#clock.monotonicMs();
  }

  failed(why: Failure): void {
    this.#connection = { kind: 'offline', why };
    this.#failures += 1;
    const grown = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (this.#failures - 1));
    // Random between half and full, so that tills that lost the connection together do not all retry together.
    this.#retryAtMs = this.#clock.monotonicMs() + grown * (0.5 + 0.5 * this.#random.fraction());
  }

  /**
   * One update failed, and it may not be the connection's fault, so the next request goes immediately and alone. Until
   * it is answered, the status follows the last real exchange (F17).
   */
  doubt(why: Failure): void {
    this.#connection = { kind: 'offline', why };
    this.goAlone();
  }

  /** Delays the next request. */
  waitFor(ms: number): void {
    this.#retryAtMs = this.#clock.monotonicMs() + ms;
  }

  pause(why: PauseReason): void {
    this.#paused = why;
  }

  /** Lets one request go first, to see if the server accepts it now. */
  resume(): void {
    this.#paused = null;
    this.goAlone();
  }

  /** The next request goes alone, until it is answered. */
  goAlone(): void {
    this.#failures = Math.max(1, this.#failures);
  }

  /**
   * Somebody asked, or the machine woke up: the next try is due now and the back-off starts over, so that an older
   * request that fails afterwards does not cause a long wait. The pace still applies.
   */
  tryNow(): void {
    this.#retryAtMs = null;
    this.#failures = Math.min(1, this.#failures);
  }
}
