/**
 * `npm run test:faults [-- --kills N --tills N --only TEXT]`: the full crash rig. Prints the matrix of kills; exit code
 * 1 if anything was lost, doubled or stuck. `--only`: kills whose name contains the text.
 */
import { parseArgs } from 'node:util';
import { systemRandom } from '../electron/machine/system-clock.ts';
import { runCrashRig } from '../test/faults/crash/crash-rig.ts';
import { ensureBuilt } from './bundles.ts';
import { say } from './command-line.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '330' },
    tills: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});

await ensureBuilt(['preload', 'renderer']);
const matrix = await runCrashRig({
  kills: Number(values.kills),
  tills: Number(values.tills),
  only: values.only,
  random: systemRandom,
  progress: (kills) => {
    if (kills % 25 === 0) say(`${kills} kills`);
  },
});
process.stdout.write(`${matrix.toString()}\n`);
for (const problem of matrix.problems) say(problem);
process.exitCode = matrix.problems.length === 0 ? 0 : 1;
