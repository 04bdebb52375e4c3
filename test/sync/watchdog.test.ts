import assert from 'node:assert/strict';
import { it } from 'node:test';
import { watchOver } from '../../electron/sync/watchdog.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const everyMs = 30_000;

it('the watchdog looks again and again, whatever it finds, until it is stopped', async () => {
  const clock = virtualClock();
  const failures: unknown[] = [];
  let looks = 0;
  const broken = new Error('broken');
  const stop = watchOver(
    clock,
    () => {
      looks += 1;
      if (looks === 2) throw broken;
    },
    (error) => failures.push(error),
  );
  await clock.pass(everyMs - 1);
  assert.equal(looks, 0);
  await clock.pass(1);
  assert.equal(looks, 1);
  await clock.pass(2 * everyMs);
  assert.deepEqual([looks, failures], [3, [broken]]);
  stop();
  await clock.pass(2 * everyMs);
  assert.deepEqual([looks, clock.timers()], [3, 0]);
});
