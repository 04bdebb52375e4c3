/**
 * `node build/packaging/stage-update.ts FOLDER PERCENT` sets how many tills take the new version in this feed. The
 * checksums of its other files stay.
 */
import { stageUpdate, writeChecksums } from './release-files.ts';

const [folder, percent] = process.argv.slice(2);
const percentage = Number(percent);
if (
  folder === undefined ||
  percent === undefined ||
  !(Number.isInteger(percentage) && percentage >= 0 && percentage <= 100)
) {
  process.stderr.write('stage-update FOLDER PERCENT: PERCENT is a whole number from 0 to 100\n');
  process.exitCode = 2;
} else {
  const changed = stageUpdate(folder, percentage);
  await writeChecksums(folder, true);
  process.stdout.write(`${changed.join(', ') || 'no feed here'}: ${percentage} % of the tills\n`);
  if (changed.length === 0) process.exitCode = 1;
}
