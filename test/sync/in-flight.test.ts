import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SqliteError } from 'better-sqlite3';
import { type EngineRig, ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const atOnce = 4;
const minuteMs = 60_000;

describe('updates in flight', () => {
  let clock: VirtualClock;
  let server: ModelServer;
  let rig: EngineRig;
  let onTheirWay: number;
  let most: number;

  const saveFor = (customers: number) => {
    for (let at = 1; at <= customers; at += 1) rig.save(rig.addCustomer(String(at)), { lastName: `Changed${at}` });
  };

  beforeEach(async () => {
    clock = virtualClock();
    server = new ModelServer(clock, 50);
    [onTheirWay, most] = [0, 0];
    server.onArrival = async (call) => {
      if (call !== 'update') return;
      onTheirWay += 1;
      most = Math.max(most, onTheirWay);
    };
    server.onAnswer = async (call) => {
      if (call === 'update') onTheirWay -= 1;
    };
    rig = startEngine({ server, clock, random: seededRandom(5), folder: temporaryFolder(), maxInFlight: atOnce });
    await clock.pass(1000);
  });
  afterEach(async () => {
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  });

  it('are never more than the config allows', async () => {
    saveFor(10 * atOnce);
    await clock.pass(minuteMs);
    assert.equal(rig.engine.status().state, 'all-sent');
    assert.equal(most, atOnce);
  });

  it("F25 an answer lets the next update go before it is stored, within the server's limit", async (t) => {
    const broken = t.mock.method(rig.outbox, 'applied', () => {
      throw new SqliteError('database or disk is full', 'SQLITE_FULL');
    });
    saveFor(10 * atOnce);
    await clock.pass(minuteMs);
    // The last of the first round finds the disk full for all of them.
    assert.equal(server.updateCalls, 2 * atOnce - 1);
    broken.mock.restore();
    await clock.pass(5 * minuteMs);
    assert.equal(rig.engine.status().state, 'all-sent');
    assert.equal(server.updateCalls, 10 * atOnce);
  });

  it('counting the outbox for the status takes little of the time, and the final status is sent', async (t) => {
    await rig.stop();
    let spentMs = 0;
    const passing = { ...clock, monotonicMs: () => clock.monotonicMs() + spentMs };
    rig = startEngine({
      server,
      clock: passing,
      random: seededRandom(5),
      folder: temporaryFolder(),
      maxInFlight: atOnce,
    });
    const counts = rig.outbox.counts.bind(rig.outbox);
    t.mock.method(rig.outbox, 'counts', () => {
      spentMs += 5;
      return counts();
    });
    server.reachable = false;
    saveFor(1);
    await clock.pass(500);
    const toldBefore = rig.statuses.length;
    for (let round = 0; round < 50; round += 1) {
      rig.engine.changed();
      await clock.pass(1);
    }
    const sentStatuses = rig.statuses.length - toldBefore;
    assert.ok(sentStatuses <= 2, `${sentStatuses} times in 50 ms`);
    rig.save(rig.addCustomer('2'), { lastName: 'Last' });
    await clock.pass(500);
    assert.equal(rig.statuses.at(-1)?.unsent, 2);
  });
});
