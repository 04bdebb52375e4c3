import type { Clock } from '../../../electron/machine/clock.ts';

/** Timers in order of time, without promises, so that millions of steps fit in a second. */
export class EventQueue {
  nowMs = 0;
  readonly #due: { atMs: number; order: number; run: () => void; isOn: boolean }[] = [];
  #order = 0;
  /** Many tills share one clock. */
  readonly clock: Clock = {
    wallMs: () => this.nowMs,
    monotonicMs: () => this.nowMs,
    after: (delayMs, run) => {
      this.#order += 1;
      const entry = { atMs: this.nowMs + delayMs, order: this.#order, run, isOn: true };
      let at = this.#due.length;
      this.#due.push(entry);
      // A heap: the earliest timer comes first.
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!this.#isBefore(at, parent)) break;
        this.#swap(at, parent);
        at = parent;
      }
      return () => {
        entry.isOn = false;
      };
    },
  };

  /** Runs what is due until `isDone` or the time is up. */
  run(untilMs: number, isDone: () => boolean): void {
    while (!isDone()) {
      const first = this.#due[0];
      if (first === undefined || first.atMs > untilMs) return;
      const last = this.#due.pop();
      if (last !== undefined && this.#due.length > 0) {
        this.#due[0] = last;
        this.#sink();
      }
      this.nowMs = first.atMs;
      if (first.isOn) first.run();
    }
  }

  #sink(): void {
    let at = 0;
    while (true) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < this.#due.length && this.#isBefore(left, least)) least = left;
      if (right < this.#due.length && this.#isBefore(right, least)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#due[one], this.#due[other]];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#due[one], this.#due[other]];
    if (a === undefined || b === undefined) return;
    this.#due[one] = b;
    this.#due[other] = a;
  }
}
