/**
 * `npm run test:faults [-- --kills N --tills N --only TEXT --disks N --seed N]`: the full crash rig, then tills that
 * die with their disk (`--disks`) while another imports their second copy. Prints the matrix of kills; exit code 1 if
 * anything was lost, doubled or stuck. `--only`: kills whose name contains the text. `--seed`: for the dead disks.
 */
import { parseArgs } from 'node:util';
import { systemRandom } from '../electron/machine/system-clock.ts';
import { runCrashRig } from '../test/faults/crash/crash-rig.ts';
import { runDeadDisks } from '../test/faults/crash/dead-disk.ts';
import { seededRandom } from '../test/helpers/virtual-clock.ts';
import { ensureBuilt } from './bundles.ts';
import { say } from './command-line.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '330' },
    tills: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    disks: { type: 'string', default: '12' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
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
say(`dead disks, seed ${values.seed}`);
const disks = await runDeadDisks({
  rounds: Number(values.disks),
  random: seededRandom(Number(values.seed)),
  progress: say,
});
for (const problem of disks.problems) say(problem);
process.exitCode = matrix.problems.length + disks.problems.length === 0 ? 0 : 1;
