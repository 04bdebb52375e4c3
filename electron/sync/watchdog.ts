/** Regularly checks invariants while the engine runs, whatever else happens. */
import type { Clock } from '../machine/clock.ts';

export const watchdogMs = 30_000;

/** @returns a function that stops the checks */
export function watchOver(clock: Clock, look: () => void, failed: (error: unknown) => void): () => void {
  let cancel = clock.after(watchdogMs, round);
  function round(): void {
    cancel = clock.after(watchdogMs, round);
    try {
      look();
    } catch (error) {
      failed(error);
    }
  }
  return () => cancel();
}
