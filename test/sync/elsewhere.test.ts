/** What is sent while another till may have it from this till's second copy (F63). */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Whereabouts } from '../../electron/sync/context.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import { type EngineRig, ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

describe('F63 an update that another till may have', () => {
  let clock: VirtualClock;
  let server: ModelServer;
  let rig: EngineRig;
  let whereabouts: Whereabouts;
  let saved: string;

  beforeEach(async () => {
    clock = virtualClock();
    server = new ModelServer(clock, 50);
    whereabouts = 'here';
    rig = startEngine({
      server,
      clock,
      random: seededRandom(7),
      folder: temporaryFolder(),
      whereabouts: async () => whereabouts,
    });
    await clock.pass(1000);
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    saved = rig.save(customerId, { lastName: 'Mine' });
    await clock.pass(minuteMs);
  });
  afterEach(async () => {
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  });

  async function backOnline(ms: number): Promise<string> {
    server.reachable = true;
    rig.engine.tryNow();
    await clock.pass(ms);
    return findUpdate(rig.db, saved)?.state ?? 'gone';
  }
  const sentByUs = () => server.updateCalls - callsBefore;
  let callsBefore = 0;
  beforeEach(() => {
    callsBefore = server.updateCalls;
  });

  it('is sent if the copy cannot be seen and the server proves that it did not arrive', async () => {
    whereabouts = 'unseen';
    assert.equal(await backOnline(minuteMs), 'applied');
    assert.equal(server.ledger.length, 1);
  });

  it('counts as arrived if the other till sent it, and is not sent again', async () => {
    whereabouts = 'unseen';
    server.apply('1', { lastName: 'Mine' });
    assert.equal(await backOnline(minuteMs), 'applied');
    assert.equal(sentByUs(), 0);
  });

  it('waits if points changed although its field did not, and is sent once the copy shows that nobody took it', async () => {
    whereabouts = 'unseen';
    server.apply('1', { firstName: 'Other' });
    assert.equal(await backOnline(10 * minuteMs), 'queued');
    assert.equal(sentByUs(), 0);
    whereabouts = 'here';
    rig.engine.tryNow();
    await clock.pass(minuteMs);
    assert.equal(findUpdate(rig.db, saved)?.state, 'applied');
  });

  it('is not sent while the other till imports it, whatever the server says', async () => {
    whereabouts = 'being-taken';
    assert.equal(await backOnline(30 * minuteMs), 'queued');
    assert.equal(sentByUs(), 0);
    assert.ok(server.calls < 60, `${server.calls} calls for one update`);
  });

  it('is left to a person if nothing is proved for an hour', async () => {
    whereabouts = 'unproved';
    server.apply('1', { firstName: 'Other' });
    assert.equal(await backOnline(minuteMs), 'attention');
    const { reason } = findUpdate(rig.db, saved) ?? {};
    assert.equal(reason?.kind === 'cannot-tell' ? reason.because : null, 'may-be-elsewhere');
    assert.equal(sentByUs(), 0);
  });
});
