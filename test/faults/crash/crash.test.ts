import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureBuilt } from '../../../build/bundles.ts';
import { systemRandom } from '../../../electron/clock/system-clock.ts';
import { runCrashRig } from './crash-rig.ts';

test('F02, F03, F24 a till that is killed thirty times at named steps and random instants loses, doubles and strands nothing', async () => {
  await ensureBuilt(['preload', 'renderer']);
  const matrix = await runCrashRig({ kills: 30, tills: 2, random: systemRandom, progress: () => undefined });
  assert.deepEqual(matrix.problems, []);
  assert.ok(matrix.kills >= 30, `${matrix.kills} kills`);
  const { saves, awards, cutOff } = matrix.books;
  assert.ok(saves > 100 && awards > 50 && cutOff > 5, `the rig did too little: ${JSON.stringify(matrix.books)}`);
});
