import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import {
  bringIn,
  byServerId,
  openUpdates,
  save,
  statusOf,
  untilAllSent,
  untilState,
} from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = byServerId(anchors.ritaJames.userId);

describe('updates that may or may not have arrived', () => {
  let rig: TillRig;
  beforeEach(async () => {
    rig = await startTillRig(40);
  });
  afterEach(() => rig.close());

  const appliedTo = (userId: number) => rig.server.control.ledger.filter((entry) => entry.customerId === userId);

  for (const fault of ['drop-reply', 'truncated', 'server-error', 'drop-before'] as const) {
    it(`F01 an update whose answer was lost (${fault}) is unknown, is read back, and is never sent blindly`, async () => {
      const till = await rig.openTill(rig.newFolder(), { sync: { settleSeconds: 0.05 } });
      const customer = await bringIn(till, rita);
      rig.server.control.setFault(fault, { times: 1, endpoint: 'customer/update' });
      const updateId = await save(till, customer.customerId, { lastName: 'Fogg' });
      await untilAllSent(till);
      const history = await till.call['updates.history']({ updateId });
      assert.ok(history.some((entry) => entry.to === 'unknown'));
      assert.equal(appliedTo(anchors.ritaJames.userId).length, 1);
      assert.equal(rig.server.control.customer(anchors.ritaJames.userId)?.lastName, 'Fogg');
    });
  }

  it('F03 a server that awards points and drops the reply awards once, and the balance read back is shown', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    const before = customer.loyalty?.points ?? 0;
    rig.server.control.setFault('drop-reply', { times: 1, endpoint: 'customer/update' });
    const updateId = await save(till, customer.customerId, { lastName: 'Once' });
    const applied = await untilState(till, customer.customerId, updateId, 'applied');
    assert.equal(applied.result?.confirmedBy, 'read');
    assert.equal(applied.attempts, 1);
    assert.equal(appliedTo(anchors.ritaJames.userId).length, 1);
    const now = await till.call['customers.open']({ customerId: customer.customerId });
    assert.equal(now?.loyalty?.points, before + 50);
  });

  it('F01 an update that did not arrive is sent exactly once more', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    rig.server.control.setFault('drop-before', { times: 1, endpoint: 'customer/update' });
    const updateId = await save(till, customer.customerId, { lastName: 'Twice' });
    const applied = await untilState(till, customer.customerId, updateId, 'applied');
    assert.equal(applied.attempts, 2);
    assert.equal(applied.result?.confirmedBy, 'answer');
    assert.equal(appliedTo(anchors.ritaJames.userId).length, 1);
  });

  it('an update that fails to arrive twice is left to a person', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    rig.server.control.setFault('drop-before', { times: 2, endpoint: 'customer/update' });
    const updateId = await save(till, customer.customerId, { lastName: 'Never' });
    const stuck = await untilState(till, customer.customerId, updateId, 'attention');
    assert.deepEqual(stuck.reason, { kind: 'cannot-tell', after: 'connection-lost', because: 'resent-once' });
    assert.equal(appliedTo(anchors.ritaJames.userId).length, 0);
  });

  it('if the till may not read back, an uncertain update is left to a person, or sent again if IT allows it', async () => {
    for (const [resendUnconfirmed, state] of [
      ['after-read-back', 'attention'],
      ['always', 'applied'],
    ] as const) {
      const till = await rig.openTill(rig.newFolder(), { sync: { readBack: false, resendUnconfirmed } });
      const customer = await bringIn(till, rita);
      rig.server.control.setFault('drop-before', { times: 1, endpoint: 'customer/update' });
      const updateId = await save(till, customer.customerId, { lastName: `Policy ${resendUnconfirmed}` });
      await untilState(till, customer.customerId, updateId, state);
      await till.close();
    }
  });

  it('F01 if IT allows an unconfirmed update to be sent again, it goes once more, not until the points pile up', async () => {
    const till = await rig.openTill(rig.newFolder(), { sync: { readBack: false, resendUnconfirmed: 'always' } });
    const customer = await bringIn(till, rita);
    rig.server.control.setFault('drop-reply', { endpoint: 'customer/update' });
    const updateId = await save(till, customer.customerId, { lastName: 'Again' });
    const stuck = await untilState(till, customer.customerId, updateId, 'attention');
    assert.deepEqual(stuck.reason, { kind: 'cannot-tell', after: 'connection-lost', because: 'resent-once' });
    assert.equal(appliedTo(anchors.ritaJames.userId).length, 2);
  });

  it('F02 an update that was being sent when the till stopped is unknown at the next start, then settled by reading back', async () => {
    const folder = rig.newFolder();
    const first = await rig.openTill(folder);
    const customer = await bringIn(first, rita);
    const hold = rig.server.control.hold('applied', { endpoint: 'customer/update' });
    const updateId = await save(first, customer.customerId, { lastName: 'Interrupted' });
    await hold.reached;
    await first.close();
    hold.release();
    const second = await rig.openTill(folder);
    assert.notEqual((await openUpdates(second))[0]?.state, 'queued');
    assert.notEqual((await openUpdates(second))[0]?.state, 'sending');
    const applied = await untilState(second, customer.customerId, updateId, 'applied');
    assert.equal(applied.result?.confirmedBy, 'read');
    assert.equal(appliedTo(anchors.ritaJames.userId).length, 1);
  });

  it('F05 one save token makes one update, however often the call is repeated', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    const request = {
      token: randomUUID(),
      target: { customerId: customer.customerId },
      changes: { lastName: 'Single' },
      replaces: null,
      confirmedFills: [],
    };
    const results = await Promise.all([1, 2, 3].map(() => till.call['updates.save'](request)));
    assert.deepEqual(results[1], results[0]);
    await untilAllSent(till);
    assert.deepEqual(await till.call['updates.save'](request), results[0]);
    assert.equal((await statusOf(till)).unsent, 0);
    assert.equal(appliedTo(anchors.ritaJames.userId).length, 1);
  });

  it('F06 a connection that drops during a save leaves one update', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    const hold = rig.server.control.hold('received', { endpoint: 'customer/update' });
    await save(till, customer.customerId, { lastName: 'Dropped' });
    await hold.reached;
    await rig.server.control.setConnection(false);
    hold.release();
    await till.until('it is being checked', async () => (await statusOf(till)).counts.unknown === 1);
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
    assert.equal((await till.call['updates.list']({ which: 'closed', offset: 0, limit: 10 })).total, 1);
    assert.equal(rig.server.control.customer(anchors.ritaJames.userId)?.lastName, 'Dropped');
    assert.ok(appliedTo(anchors.ritaJames.userId).length <= 1);
  });

  it('F19 an edit while an update is being sent becomes its own update behind it', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    const hold = rig.server.control.hold('received', { endpoint: 'customer/update' });
    const firstId = await save(till, customer.customerId, { lastName: 'First' });
    await hold.reached;
    const secondId = await save(till, customer.customerId, { lastName: 'Second' });
    assert.notEqual(secondId, firstId);
    const waiting = (await openUpdates(till)).find((one) => one.updateId === secondId);
    assert.equal(waiting?.behindAnother, true);
    hold.release();
    await untilAllSent(till);
    assert.deepEqual(
      appliedTo(anchors.ritaJames.userId).map((entry) => entry.changes),
      [{ lastName: 'First' }, { lastName: 'Second' }],
    );
  });
});
