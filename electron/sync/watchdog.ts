/** A round that comes whatever happens: it asserts what must always hold while the engine runs. */
import type { Clock } from '../machine/clock.ts';

export const watchdogMs = 30_000;

/** @returns a function that stops the rounds */
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
