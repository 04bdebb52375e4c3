import type { Clock } from '../machine/clock.ts';

const lookEveryMs = 5000;

/**
 * Detects when the system comes back online, by polling: Electron's main process has no event for it.
 * @returns a function that stops polling
 */
export function watchOnline(clock: Clock, isOnline: () => boolean, cameOnline: () => void): () => void {
  let before = isOnline();
  let cancel = clock.after(lookEveryMs, look);
  function look(): void {
    const now = isOnline();
    if (now && !before) cameOnline();
    before = now;
    cancel = clock.after(lookEveryMs, look);
  }
  return () => cancel();
}
