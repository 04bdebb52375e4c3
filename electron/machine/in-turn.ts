import type { Log } from './log.ts';

/** Closes one part after the other. One that fails is told in the log, and those behind it are closed all the same (F37). */
export async function inTurn(log: Log, steps: readonly (() => unknown)[]): Promise<void> {
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
