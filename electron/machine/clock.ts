/**
 * Time and randomness as parameters, so that tests can pass virtual ones. Waits run on the monotonic clock, which does
 * not change with the wall clock (F16); the wall clock is only for what people read.
 */
export type Clock = {
  /** Milliseconds since 1970 by the machine's clock. For display and records, never for order or waits. */
  readonly wallMs: () => number;
  /** Milliseconds since an arbitrary start; never goes back. */
  readonly monotonicMs: () => number;
  /** Calls `run` once after `delayMs`. Returns a function that cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
};

export type Random = {
  /** From 0 up to but not including 1. */
  readonly fraction: () => number;
  /** A new unique id (UUID). */
  readonly id: () => string;
};

/** A random moment within this time, so that a chain's tills do not all do something at once. */
export function ownMomentMs(random: Random, withinMs: number): number {
  return Math.round(withinMs * random.fraction());
}
