/** The loyalty API's limit: a number of calls a minute, for all tills together. */
import type { Clock } from '../machine/clock.ts';
import type { Fault } from './faults.ts';

const minuteMs = 60_000;

export class CallLimit {
  readonly #callsAMinute: number;
  readonly #clock: Clock;
  #minute = -1;
  #left = 0;

  constructor(callsAMinute: number, clock: Clock) {
    this.#callsAMinute = callsAMinute;
    this.#clock = clock;
  }

  /** Counts a call. @returns the fault of a call beyond the limit; null: it is within */
  take(): Fault | null {
    const nowMs = this.#clock.monotonicMs();
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#left = this.#callsAMinute;
    }
    if (this.#left === 0) return { kind: 'busy', retryAfterSeconds: Math.ceil((minuteMs - (nowMs % minuteMs)) / 1000) };
    this.#left -= 1;
    return null;
  }
}
