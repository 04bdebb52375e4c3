import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, byServerId, save, statusOf, untilState } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = byServerId(anchors.ritaJames.userId);
const { userId } = anchors.ritaJames;

describe('points after an update was sent more than once', () => {
  let rig: TillRig;
  let till: RigTill;
  let customerId: number;
  let pointsBefore: number;
  beforeEach(async () => {
    rig = await startTillRig(40);
    till = await rig.openTill(rig.newFolder(), { sync: { settleSeconds: 0.05 } });
    const customer = await bringIn(till, rita);
    customerId = customer.customerId;
    pointsBefore = customer.loyalty?.points ?? 0;
  });
  afterEach(() => rig.close());

  const doubled = () => till.call['updates.list']({ which: 'doubled', offset: 0, limit: 10 });

  /** The first attempt is delayed, looks lost, and has not arrived when the second is answered. */
  const sendTwice = async ({ arrivesBeforeTheAnswer = false } = {}) => {
    const { control } = rig.server;
    const first = control.hold('received', { endpoint: 'customer/update' });
    const updateId = await save(till, customerId, { lastName: 'Twice' });
    await first.reached;
    await control.setConnection(false);
    await till.until('it is being checked', async () => (await statusOf(till)).counts.unknown === 1);
    const second = control.hold('applied', { endpoint: 'customer/update' });
    await control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await second.reached;
    const arrive = async () => {
      const there = control.hold('applied', { endpoint: 'customer/update' });
      first.release();
      await there.reached;
      there.release();
    };
    if (arrivesBeforeTheAnswer) await arrive();
    second.release();
    await untilState(till, customerId, updateId, 'applied');
    return { updateId, arrive };
  };

  it('a double award is listed with its evidence if the first attempt arrived after all', async () => {
    const { updateId, arrive } = await sendTwice();
    assert.equal((await doubled()).total, 0);
    await arrive();
    await till.call['customers.refresh']({ customerId });
    const { updates, total } = await doubled();
    assert.equal(total, 1);
    assert.equal(updates[0]?.updateId, updateId);
    const found = updates[0]?.doubleAward;
    assert.deepEqual(
      [found?.pointsBefore, found?.pointsAfter, found?.explained, found?.purchasesMoved],
      [pointsBefore, pointsBefore + 100, 50, false],
    );
    assert.equal(found?.attemptIds.length, 2);
    assert.equal(found?.requestIds.length, 1);
    assert.equal((await statusOf(till)).doubleAwards, 1);
    // It is not an unsent update, so the pill does not ask for attention.
    assert.equal((await statusOf(till)).state, 'all-sent');
  });

  it('a double award leaves the list once a person has looked at it, and stays in the history', async () => {
    const { updateId, arrive } = await sendTwice();
    await arrive();
    await till.call['customers.refresh']({ customerId });
    assert.deepEqual(await till.call['updates.awardSeen']({ updateId }), { kind: 'done' });
    assert.deepEqual(await till.call['updates.awardSeen']({ updateId }), { kind: 'moved-on' });
    assert.equal((await doubled()).total, 0);
    assert.equal((await statusOf(till)).doubleAwards, 0);
    const events = (await till.call['updates.history']({ updateId })).map(({ event }) => event);
    assert.deepEqual(events.slice(-2), ['possible double award', 'possible double award looked at']);
  });

  it('the till looks for a double award by itself, after the wait before reading back', async () => {
    await sendTwice({ arrivesBeforeTheAnswer: true });
    await till.until('it is listed', async () => (await doubled()).total === 1);
  });

  it('nothing is listed if the answer explains every point', async () => {
    rig.server.control.setFault('drop-before', { times: 1, endpoint: 'customer/update' });
    const updateId = await save(till, customerId, { lastName: 'Once' });
    const applied = await untilState(till, customerId, updateId, 'applied');
    assert.equal(applied.attempts, 2);
    // Later updates of this customer award points of their own.
    const later = await save(till, customerId, { firstName: 'Later' });
    await untilState(till, customerId, later, 'applied');
    await till.call['customers.refresh']({ customerId });
    assert.equal((await doubled()).total, 0);
    assert.equal(rig.server.control.ledger.filter((entry) => entry.customerId === userId).length, 2);
  });

  it('nothing is listed for points of a later update whose answer is still on its way', async () => {
    rig.server.control.setFault('drop-before', { times: 1, endpoint: 'customer/update' });
    const updateId = await save(till, customerId, { lastName: 'Once' });
    await untilState(till, customerId, updateId, 'applied');
    const answer = rig.server.control.hold('applied', { endpoint: 'customer/update' });
    const later = await save(till, customerId, { firstName: 'Later' });
    await answer.reached;
    await till.call['customers.refresh']({ customerId });
    assert.equal((await doubled()).total, 0);
    answer.release();
    await untilState(till, customerId, later, 'applied');
    await till.call['customers.refresh']({ customerId });
    assert.equal((await doubled()).total, 0);
  });

  it('nothing is listed for an update that was sent once', async () => {
    rig.server.control.setFault('drop-reply', { times: 1, endpoint: 'customer/update' });
    const updateId = await save(till, customerId, { lastName: 'Read back' });
    const applied = await untilState(till, customerId, updateId, 'applied');
    assert.equal(applied.result?.confirmedBy, 'read');
    await till.call['customers.refresh']({ customerId });
    assert.equal((await doubled()).total, 0);
  });

  it('a double award is listed if no answer said what was awarded and the points rose after two attempts', async () => {
    rig.server.control.setFault('drop-before', { times: 1, endpoint: 'customer/update' });
    const readBack = rig.server.control.hold('received', { endpoint: 'customer/get' });
    const updateId = await save(till, customerId, { lastName: 'Untold' });
    await readBack.reached;
    rig.server.control.setFault('drop-reply', { times: 1, endpoint: 'customer/update' });
    readBack.release();
    const applied = await untilState(till, customerId, updateId, 'applied');
    assert.equal(applied.result?.confirmedBy, 'read');
    assert.equal(applied.attempts, 2);
    assert.deepEqual(
      (await doubled()).updates.map((update) => [update.doubleAward?.pointsAfter, update.doubleAward?.explained]),
      [[pointsBefore + 50, 0]],
    );
  });
});
