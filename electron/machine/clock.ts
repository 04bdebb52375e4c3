/**
 * Time and chance as parameters. Waits run on the monotonic clock, which a change of the wall clock cannot touch (F16);
 * the wall clock is only for what people read. Tests pass a virtual clock.
 */
export type Clock = {
  /** Milliseconds since 1970, as the machine believes. For display and records, never for order or waits. */
  readonly wallMs: () => number;
  /** Milliseconds from an arbitrary start; never goes back. */
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
