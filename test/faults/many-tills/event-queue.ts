import type { Clock } from '../../../electron/machine/clock.ts';

type Timer = { readonly atMs: number; readonly order: number; readonly run: () => void; isOn: boolean };

/** Timers in order of time, without promises, so that millions of steps fit in a second. */
export class EventQueue {
  nowMs = 0;
  /** A heap: a timer is due no later than the two at twice its place. */
  readonly #timers: Timer[] = [];
  /** When each is due, side by side: comparing them is most of the work. */
  readonly #atMs: number[] = [];
  #order = 0;
  /** Many tills share one clock. */
  readonly clock: Clock = {
    wallMs: () => this.nowMs,
    monotonicMs: () => this.nowMs,
    after: (delayMs, run) => {
      this.#order += 1;
      const timer = { atMs: this.nowMs + delayMs, order: this.#order, run, isOn: true };
      let place = this.#timers.length;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        // Of two at the same time, the one set first runs first.
        if (this.#dueAt(parent) <= timer.atMs) break;
        this.#move(parent, place);
        place = parent;
      }
      this.#put(timer, place);
      return () => {
        timer.isOn = false;
      };
    },
  };

  /** Runs what is due until `isDone` or the time is up. */
  run(untilMs: number, isDone: () => boolean): void {
    while (!isDone()) {
      const first = this.#timers[0];
      if (first === undefined || first.atMs > untilMs) return;
      const last = this.#timers.pop();
      this.#atMs.pop();
      if (last !== undefined && last !== first) this.#sink(last);
      this.nowMs = first.atMs;
      if (first.isOn) first.run();
    }
  }

  /** Puts the timer where it belongs, from the first place down. */
  #sink(timer: Timer): void {
    const end = this.#timers.length;
    let place = 0;
    for (let child = 1; child < end; child = 2 * place + 1) {
      if (child + 1 < end && this.#isBefore(child + 1, this.#dueAt(child), this.#timers[child])) child += 1;
      if (!this.#isBefore(child, timer.atMs, timer)) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(timer, place);
  }

  #isBefore(place: number, atMs: number, other: Timer | undefined): boolean {
    const dueAt = this.#dueAt(place);
    return dueAt < atMs || (dueAt === atMs && (this.#timers[place]?.order ?? 0) < (other?.order ?? 0));
  }

  #dueAt(place: number): number {
    return this.#atMs[place] ?? Number.POSITIVE_INFINITY;
  }

  #move(from: number, to: number): void {
    const timer = this.#timers[from];
    if (timer !== undefined) this.#put(timer, to);
  }

  #put(timer: Timer, place: number): void {
    this.#timers[place] = timer;
    this.#atMs[place] = timer.atMs;
  }
}
