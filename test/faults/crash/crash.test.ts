import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureBuilt } from '../../../build/bundles.ts';
import { systemRandom } from '../../../electron/machine/system-clock.ts';
import { runCrashRig } from './crash-rig.ts';

test('F02, F03, F24 a till that is killed thirty times, at named steps and at random, loses nothing, doubles nothing and strands nothing', async () => {
  await ensureBuilt(['preload', 'renderer']);
  const matrix = await runCrashRig({ kills: 30, tills: 2, random: systemRandom, progress: () => undefined });
  assert.deepEqual(matrix.problems, []);
  assert.ok(matrix.kills >= 30, `${matrix.kills} kills`);
  const { saves, awards, cutOff } = matrix.books;
  // Counted in kills, not in time: a slow machine saves less between two kills, which is not the till's fault.
  const enough = saves >= 2 * matrix.kills && awards >= matrix.kills && cutOff > 5;
  assert.ok(enough, `the rig did too little: ${JSON.stringify(matrix.books)}`);
});
