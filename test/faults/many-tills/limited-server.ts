import type { Clock } from '../../../electron/machine/clock.ts';

const minuteMs = 60_000;

/** `window`: a number of calls in each minute of the clock. `bucket`: the allowance refills steadily. */
export type Limit = { readonly kind: 'window' | 'bucket'; readonly namesWait: boolean };
export type Reply = { readonly kind: 'taken' } | { readonly kind: 'refused'; readonly retryAfterMs: number | null };

export class LimitedServer {
  /** When it was last reachable again. */
  backAtMs = Number.POSITIVE_INFINITY;
  calls = 0;
  refused = 0;
  readonly #limit: Limit;
  readonly #perMinute: number;
  readonly #clock: Clock;
  #minute = -1;
  #left = 0;
  #filledAtMs = 0;

  constructor(limit: Limit, perMinute: number, clock: Clock) {
    this.#limit = limit;
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  get isReachable(): boolean {
    return this.backAtMs <= this.#clock.monotonicMs();
  }

  goAway(): void {
    this.backAtMs = Number.POSITIVE_INFINITY;
  }

  comeBack(): void {
    this.backAtMs = this.#clock.monotonicMs();
  }

  ask(): Reply | null {
    if (!this.isReachable) return null;
    this.calls += 1;
    this.#fill();
    if (this.#left >= 1) {
      this.#left -= 1;
      return { kind: 'taken' };
    }
    this.refused += 1;
    const waitMs = this.#limit.kind === 'window' ? minuteMs - (this.#clock.monotonicMs() % minuteMs) : 1000;
    return { kind: 'refused', retryAfterMs: this.#limit.namesWait ? waitMs : null };
  }

  #fill(): void {
    const now = this.#clock.monotonicMs();
    if (this.#limit.kind === 'bucket') {
      const most = this.#perMinute / 6;
      this.#left = Math.min(most, this.#left + ((now - this.#filledAtMs) / minuteMs) * this.#perMinute);
      this.#filledAtMs = now;
      return;
    }
    const minute = Math.floor(now / minuteMs);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#left = this.#perMinute;
  }
}
