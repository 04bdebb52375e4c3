import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findUpdate } from '../../electron/updates/rows.ts';
import { type EngineRig, ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('long periods, on a virtual clock', () => {
  let clock: VirtualClock;
  let server: ModelServer;
  let rig: EngineRig;
  beforeEach(() => {
    clock = virtualClock();
    server = new ModelServer(clock);
    rig = startEngine({ server, clock, random: seededRandom(1), folder: temporaryFolder(), requestsPerMinute: 60 });
  });
  afterEach(async () => {
    await rig.stop();
  });

  it('F12 a refused update that nobody touches for 30 days is still there and still counted', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => ({
      kind: 'rejected',
      rejection: { code: 1016, field: null, message: null },
      answer: {
        httpStatus: 200,
        requestId: null,
        code: 500,
        message: null,
        total: 1,
        successCount: 0,
        itemCode: 1016,
        itemMessage: null,
      },
    });
    const updateId = rig.save(customerId, { lastName: 'Refused' });
    await clock.pass(30 * dayMs);
    assert.equal(findUpdate(rig.db, updateId)?.state, 'attention');
    assert.equal(rig.engine.status().unsent, 1);
    assert.equal(server.updateCalls, 1);
  });

  it('F13 after one failed try and no other event, a server that is back gets the update within its back-off and a minute', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    rig.save(customerId, { lastName: 'Later' });
    await clock.pass(5 * minuteMs);
    server.reachable = true;
    await clock.pass(30_000 + minuteMs);
    assert.equal(server.ledger.length, 1);
    assert.equal(rig.engine.status().state, 'all-sent');
  });

  it('F14 a server that is down for a whole day is retried at capped waits, and the log stays small', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    rig.save(customerId, { lastName: 'Tomorrow' });
    await clock.pass(60 * minuteMs);
    const [triesInFirstHour, linesInFirstHour] = [server.calls, rig.logged.length];
    // Each wait is 15 to 30 seconds.
    assert.ok(triesInFirstHour >= 110 && triesInFirstHour <= 260, `${triesInFirstHour} tries in an hour`);
    assert.ok(linesInFirstHour < 20, `${linesInFirstHour} lines in the first hour`);
    await clock.pass(dayMs - 60 * minuteMs);
    assert.ok(rig.logged.length < 20, `${rig.logged.length} lines in a day`);
    const history = rig.db.prepare('select count(*) from update_history').pluck().get();
    assert.ok(Number(history) < 10, `${history} rows of history`);
    server.reachable = true;
    await clock.pass(30_000 + minuteMs);
    assert.equal(server.ledger.length, 1);
  });

  it('F15 when the computer wakes after eight hours, sending starts within five seconds', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    rig.save(customerId, { lastName: 'Asleep' });
    await clock.pass(10 * minuteMs);
    clock.setWall(clock.wallMs() + 8 * 60 * minuteMs);
    server.reachable = true;
    rig.engine.tryNow();
    await clock.pass(5000);
    assert.equal(server.ledger.length, 1);
  });

  it('F16 a wall clock that jumps a day either way changes neither order nor waits', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    rig.save(customerId, { 'subscription.sms.BULK': '0' });
    clock.setWall(clock.wallMs() - dayMs);
    rig.save(customerId, { 'subscription.sms.BULK': '1' });
    clock.setWall(clock.wallMs() + 2 * dayMs);
    rig.save(customerId, { 'subscription.sms.BULK': '0' });
    await clock.pass(minuteMs);
    server.reachable = true;
    await clock.pass(30_000 + minuteMs);
    assert.deepEqual(
      server.ledger.map((entry) => entry.changes['subscription.sms.BULK']),
      ['0', '1', '0'],
    );
  });

  it("F16 a clock more than five minutes off the server's is shown", async () => {
    rig.engine.noteServerTime(clock.wallMs() - 6 * minuteMs);
    assert.equal(rig.engine.status().clockSkewMs, 6 * minuteMs);
    rig.engine.noteServerTime(clock.wallMs() - 4 * minuteMs);
    assert.equal(rig.engine.status().clockSkewMs, null);
  });
});
