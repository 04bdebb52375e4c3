/**
 * A process that opens a till and does one thing, then prints what came of it. `saving-child.ts save FOLDER` saves and
 * stays until it is killed; `open FOLDER` only tries to open.
 */
import { TillCannotOpen } from '../../electron/machine/till-cannot-open.ts';
import { openOfflineTill, saveFor, someMobile } from './offline-till.ts';

const [what, folder] = process.argv.slice(2);
try {
  const till = await openOfflineTill(folder ?? '');
  if (what === 'save') {
    const result = await saveFor(till, someMobile, 'Durable');
    process.stdout.write(`${result.kind}\n`);
  } else process.stdout.write('opened\n');
} catch (error) {
  process.stdout.write(`${error instanceof TillCannotOpen ? error.code : 'a bug'}\n`);
  process.exitCode = 1;
}
