/**
 * `npm run preview -- --config FILE --data DIR --port N [--no-open]` prints one line with the address once ready and
 * runs until told to stop. Exit codes: 0 stopped, 1 fault, 2 bad arguments or config, 3 another Tillside has the data
 * open. If the data cannot be used, the page says why and what to do.
 */

import { TillCannotOpen } from '../electron/machine/till-cannot-open.ts';
import { takeSecret } from '../electron/start-till.ts';
import { explain, readArguments, say } from './command-line.ts';
import { messagePage, openAppWindow } from './preview/app-window.ts';
import { runPreview } from './preview/run-preview.ts';
import { untilStopped } from './preview/until-stopped.ts';

async function main(): Promise<number> {
  const secret = takeSecret(process.env);
  const { open, ...options } = readArguments(process.argv.slice(2), false);
  try {
    const preview = await runPreview({ ...options, secret });
    const stopped = untilStopped(preview);
    if (preview.trouble !== null) say(`Tillside cannot open: ${preview.trouble.message} (${preview.trouble.code})`);
    process.stdout.write(`${JSON.stringify({ ready: true, url: preview.url })}\n`);
    if (open) await openAppWindow(preview.newWindowUrl(), options.dataDir);
    return await stopped;
  } catch (error) {
    if (open && error instanceof TillCannotOpen) await openAppWindow(messagePage(error.message), options.dataDir);
    throw error;
  }
}

process.exit(await main().catch(explain));
