import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type EngineRig, ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;
/** Nine tenths of 300 calls a minute, for each of five thousand. */
const shareMs = Math.round((5000 / 270) * minuteMs);

describe('a till among five thousand that share a limit', () => {
  let clock: VirtualClock;
  let server: ModelServer;
  let rig: EngineRig;

  beforeEach(async () => {
    clock = virtualClock();
    server = new ModelServer(clock, 40);
    const sharedLimit = { callsPerMinute: 300, tills: 5000 };
    const options = { server, clock, random: seededRandom(4), folder: temporaryFolder() };
    rig = startEngine({ ...options, requestsPerMinute: 60, sharedLimit });
    await clock.pass(1000);
  });
  afterEach(async () => {
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  });

  it('checks at its start whether the server is there, and rarely after that', async () => {
    assert.equal(server.calls, 1);
    await clock.pass(24 * 60 * minuteMs);
    assert.ok(server.calls > 5 && server.calls < 10, `${server.calls} calls in a day`);
  });

  it('sends the backlog of an outage at its share, all of it, and a save at the counter at once', async () => {
    server.reachable = false;
    for (const userId of ['1', '2', '3', '4', '5']) rig.save(rig.addCustomer(userId), { lastName: `Waits ${userId}` });
    await clock.pass(4 * 60 * minuteMs);
    server.reachable = true;
    const before = server.calls;
    await clock.pass(2 * shareMs);
    assert.ok(server.ledger.length >= 1 && server.ledger.length <= 2, `${server.ledger.length} at once`);
    rig.save(rig.addCustomer('9'), { lastName: 'Stands here' });
    await clock.pass(1000);
    assert.deepEqual(server.ledger.at(-1)?.changes, { lastName: 'Stands here' });
    await clock.pass(14 * shareMs);
    assert.equal(server.ledger.length, 6);
    assert.ok(server.calls - before <= 14, `${server.calls - before} calls`);
  });

  it('tries no more often than its share during an outage, whatever staff press', async () => {
    server.reachable = false;
    rig.save(rig.addCustomer('1'), { lastName: 'Waits' });
    await clock.pass(2 * minuteMs);
    const before = server.calls;
    for (let press = 0; press < 60; press += 1) {
      rig.engine.sendNow();
      await clock.pass(Math.round((4 * shareMs) / 60));
    }
    assert.ok(server.calls - before <= 4, `${server.calls - before} calls`);
  });
});
