/** A clock that moves when told to. */
import type { Clock } from '../../electron/machine/clock.ts';

export function createFakeClock() {
  let monotonicMs = 5_000;
  let wallMs = Date.parse('2026-03-01T10:00:00Z');
  const clock: Clock = {
    wallMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    after: () => () => undefined,
  };
  return {
    clock,
    pass: (delayMs: number) => {
      monotonicMs += delayMs;
      wallMs += delayMs;
    },
    /** The computer slept: the monotonic clock stood still. */
    sleep: (delayMs: number) => {
      wallMs += delayMs;
    },
  };
}
