import type { Clock } from '../../electron/machine/clock.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';

/** The system's clock, running `times` as fast. */
export function fastClock(times: number): Clock {
  const startWallMs = systemClock.wallMs();
  const startMs = systemClock.monotonicMs();
  const passedMs = () => (systemClock.monotonicMs() - startMs) * times;
  return {
    wallMs: () => Math.round(startWallMs + passedMs()),
    monotonicMs: passedMs,
    after: (delayMs, run) => systemClock.after(delayMs / times, run),
  };
}
