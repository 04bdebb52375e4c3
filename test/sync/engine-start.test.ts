/** How an engine starts and ends, and what the rest of the till asks it. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { findUpdate } from '../../electron/updates/rows.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { diskFull, openAlone } from './engine-rig-alone.ts';

/** A till that stopped with this many updates waiting, of a customer each. */
async function stoppedWith(t: TestContext, updates: number) {
  const opened = await openAlone(t);
  const { server, start, db } = opened;
  server.reachable = false;
  const before = start();
  const ids = Array.from({ length: updates }, (_, at) =>
    before.save(before.addCustomer(String(at + 1)), { lastName: 'New' }),
  );
  await before.engine.close();
  server.reachable = true;
  await opened.clock.pass(0);
  const damage = (id: string | undefined) => db.prepare("update updates set changes = '{' where id = ?").run(id);
  const states = () => ids.map((id) => findUpdate(db, id)?.state);
  return { ...opened, ids, damage, states };
}

describe('an engine that starts', () => {
  it('reports updates that were being sent when the till stopped, because they may have arrived', async (t) => {
    for (const found of [0, 1]) {
      const { start, ids, states } = await stoppedWith(t, 1);
      const id = ids[0] ?? '';
      const rig = start();
      await rig.engine.close();
      if (found === 1) rig.outbox.claim(id, 0);
      const again = start();
      assert.equal(again.logged.includes('warn updates recovered at start'), found === 1);
      assert.deepEqual(states(), [found === 1 ? 'unknown' : 'queued']);
    }
  });

  it('hands unreadable updates to a person before it sends anything, and says so', async (t) => {
    const { start, ids, damage, states, clock } = await stoppedWith(t, 2);
    damage(ids[0]);
    const rig = start();
    assert.deepEqual(states(), ['attention', 'queued']);
    assert.equal(rig.logged.filter((line) => line === 'warn unreadable updates put before a person').length, 1);
    await clock.pass(1000);
    assert.deepEqual(states(), ['attention', 'applied']);
    await rig.engine.close();
    assert.deepEqual(start().logged, []);
  });

  it('checks fewer than a hundred waiting updates at once, more in parts, and sends nothing before', async (t) => {
    for (const [waiting, atOnce, parts] of [
      [99, [99], [99]],
      [100, [], [100]],
      [200, [], [100, 100]],
    ] as const) {
      const { start, clock, damage, ids, states } = await stoppedWith(t, waiting);
      damage(ids[0]);
      const looked: (readonly [number | undefined, number])[] = [];
      const rig = start();
      const surface = rig.outbox.surfaceUnreadable.bind(rig.outbox);
      const nextAsked = t.mock.method(rig.outbox, 'firstReady');
      assert.deepEqual(states()[0], atOnce.length === 1 ? 'attention' : 'queued');
      t.mock.method(rig.outbox, 'surfaceUnreadable', (seqs: readonly number[]) => {
        looked.push([seqs.length, nextAsked.mock.callCount()]);
        return surface(seqs);
      });
      rig.engine.changed();
      assert.equal(nextAsked.mock.callCount() > 0, atOnce.length === 1, 'nothing is sent before');
      await clock.pass(0);
      assert.deepEqual(looked, atOnce.length === 1 ? [] : parts.map((part) => [part, 0]));
      assert.equal(states()[0], 'attention');
      await rig.engine.close();
    }
  });

  it('checks no more updates once it is closed', async (t) => {
    const { start, clock } = await stoppedWith(t, 100);
    const rig = start();
    const looked = t.mock.method(rig.outbox, 'surfaceUnreadable');
    await rig.engine.close();
    await clock.pass(1000);
    assert.equal(looked.mock.callCount(), 0);
  });

  it('continues the check half a minute later if the database failed (F25)', async (t) => {
    const { start, clock, states } = await stoppedWith(t, 200);
    const rig = start();
    const surface = rig.outbox.surfaceUnreadable.bind(rig.outbox);
    const looked: number[] = [];
    const mocked = t.mock.method(rig.outbox, 'surfaceUnreadable', (seqs: readonly number[]) => {
      looked.push(seqs.length);
      return looked.length === 2 ? diskFull() : surface(seqs);
    });
    await clock.pass(29_999);
    assert.deepEqual(looked, [100, 100]);
    assert.deepEqual(rig.logged, ['error the outbox could not be looked through']);
    await clock.pass(1);
    assert.deepEqual(looked, [100, 100, 100]);
    mocked.mock.restore();
    await clock.pass(5 * 60_000);
    assert.ok(states().every((state) => state === 'applied'));
  });
});

describe('an engine that is closed', () => {
  const open = async (t: TestContext) => {
    const opened = await openAlone(t);
    const rig = opened.start();
    await opened.clock.pass(0);
    const release = opened.hold('update');
    const customerId = rig.addCustomer('1');
    const id = rig.save(customerId, { lastName: 'New' });
    await opened.clock.pass(0);
    assert.equal(findUpdate(opened.db, id)?.state, 'sending');
    let isClosed = false;
    const close = () => {
      const closing = rig.engine.close().then(() => {
        isClosed = true;
      });
      return closing;
    };
    const state = () => findUpdate(opened.db, id)?.state;
    return { ...opened, rig, customerId, release, close, isClosed: () => isClosed, state };
  };

  it('waits for what is on its way, stores its answer, and leaves no timer', async (t) => {
    const { clock, release, close, isClosed, state, rig } = await open(t);
    void close();
    await clock.pass(1000);
    assert.equal(isClosed(), false);
    release();
    await clock.pass(1);
    assert.deepEqual([isClosed(), state(), clock.timers()], [true, 'applied', 0]);
    const told = rig.statuses.length;
    rig.engine.changed();
    await clock.pass(60_000);
    assert.deepEqual([rig.statuses.length, clock.timers()], [told, 0]);
  });

  it('waits three seconds at most, and a late answer changes nothing', async (t) => {
    const { clock, release, close, isClosed, state, rig } = await open(t);
    void close();
    await clock.pass(2999);
    assert.deepEqual([isClosed(), state()], [false, 'sending']);
    await clock.pass(1);
    assert.deepEqual([isClosed(), state()], [true, 'unknown']);
    release();
    await clock.pass(60_000);
    assert.deepEqual([state(), rig.logged], ['unknown', ['info update answered']]);
  });

  it('does not touch the closed database when an answer comes late', async (t) => {
    const { clock, server, start, hold } = await openAlone(t);
    const rig = start({ folder: temporaryFolder() });
    await clock.pass(0);
    const release = hold('update');
    rig.save(rig.addCustomer('1'), { lastName: 'New' });
    await clock.pass(0);
    const stopped = rig.stop();
    await clock.pass(3000);
    await stopped;
    release();
    await clock.pass(60_000);
    assert.equal(server.ledger.length, 1);
    assert.deepEqual(rig.logged, ['info update answered']);
  });

  it('logs an error if it cannot note what was on its way', async (t) => {
    const { clock, close, isClosed, rig } = await open(t);
    t.mock.method(rig.outbox, 'recoverInterrupted', diskFull);
    void close();
    await clock.pass(3000);
    assert.equal(isClosed(), true);
    assert.deepEqual(rig.logged, ['error what was on its way could not be noted']);
  });

  it('sends no status and starts no probe, even if one was due', async (t) => {
    const { rig, clock, release, close } = await open(t);
    release();
    await clock.pass(1000);
    const told = rig.statuses.length;
    rig.engine.changed();
    await close();
    await clock.pass(1000);
    assert.deepEqual([rig.statuses.length, clock.timers()], [told, 0]);
  });

  it('knows whose update is on its way until it is answered', async (t) => {
    const { rig, customerId, release, clock } = await open(t);
    assert.deepEqual([rig.engine.isBusy(customerId), rig.engine.isBusy(customerId + 1)], [true, false]);
    const told = rig.statuses.length;
    release();
    await clock.pass(1);
    assert.equal(rig.engine.isBusy(customerId), false);
    assert.ok(rig.statuses.length > told);
    assert.equal(rig.statuses.at(-1)?.state, 'all-sent');
  });
});
