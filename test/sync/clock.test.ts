import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const dayMs = 24 * 60 * 60_000;

test('nothing is deleted by age before the server has confirmed the clock, nor by a clock set years ahead', async () => {
  for (const [aheadMs, isConfirmed] of [
    [0, true],
    [2 * dayMs, false],
    [-3000 * dayMs, false],
    [null, true],
  ] as const) {
    const clock = virtualClock();
    const server = new ModelServer(clock);
    server.serverTimeMs = aheadMs === null ? null : clock.wallMs() - aheadMs;
    const rig = startEngine({ server, clock, random: seededRandom(1), folder: temporaryFolder() });
    assert.equal(rig.engine.isClockConfirmed, false);
    await clock.pass(1000);
    assert.equal(rig.engine.isClockConfirmed, isConfirmed, String(aheadMs));
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  }
});
