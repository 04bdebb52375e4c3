import type { Log } from './log.ts';

/** Closes parts one after another. If one fails, that is logged and the others are still closed (F37). */
export async function closeInTurn(log: Log, steps: readonly (() => unknown)[]): Promise<void> {
  for (const [at, step] of steps.entries()) {
    try {
      await step();
    } catch (error) {
      log.write('error', 'a part of the till did not close', {
        at,
        error: error instanceof Error ? error.name : 'unknown',
      });
    }
  }
}
