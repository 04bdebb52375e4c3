import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureBuilt } from '../../../build/bundles.ts';
import { seededRandom } from '../../helpers/virtual-clock.ts';
import { runDeadDisks } from './dead-disk.ts';

test('F63: till A dies with its disk, B imports its copy, A comes back: every copied change is applied once', async (t) => {
  await ensureBuilt(['preload', 'renderer']);
  const seed = Math.floor(Math.random() * 1e9);
  t.diagnostic(`seed ${seed}`);
  const result = await runDeadDisks({ rounds: 3, random: seededRandom(seed), progress: (line) => t.diagnostic(line) });
  assert.deepEqual(result.problems, [], `seed ${seed}`);
  assert.ok(result.saves > 5, `${result.saves} saves`);
});
