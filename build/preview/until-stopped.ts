import { faultFacts } from '../../electron/machine/fault-facts.ts';
import { askedToStop, exitCodes, say } from '../command-line.ts';
import type { RunningPreview } from './run-preview.ts';

/** A close that hangs must not keep the computer from shutting down; everything saved is durable anyway. */
const longestCloseMs = 15_000;

/**
 * Runs the preview until it should stop, `alsoEnds` resolves, or a fault occurs, then closes it.
 * @returns the exit code
 */
export async function untilStopped(preview: RunningPreview, alsoEnds?: Promise<unknown>): Promise<number> {
  // Whoever read our output may be gone, which is no reason to stop.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const fault = new Promise<number>((resolve) => {
    const report = (reason: unknown) => {
      preview.log.write('error', 'fault', faultFacts(reason));
      say('Tillside stopped because of a fault; the log says where.');
      resolve(exitCodes.fault);
    };
    process.once('uncaughtException', report);
    process.once('unhandledRejection', report);
  });
  const clean = Promise.race([askedToStop(), ...(alsoEnds === undefined ? [] : [alsoEnds])]).then(
    () => exitCodes.clean,
  );
  const code = await Promise.race([fault, clean]);
  setTimeout(() => process.exit(exitCodes.fault), longestCloseMs).unref();
  await preview.close();
  return code;
}
