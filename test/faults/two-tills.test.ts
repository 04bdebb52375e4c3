import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { secondPracticeCredentials } from '../../electron/practice/practice-config.ts';
import {
  bringIn,
  byServerId,
  openUpdates,
  save,
  savedId,
  statusOf,
  trySave,
  untilAllSent,
  untilState,
  updateOf,
} from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = byServerId(anchors.ritaJames.userId);

describe('two tills and one server', () => {
  let rig: TillRig;
  beforeEach(async () => {
    rig = await startTillRig(40);
  });
  afterEach(() => rig.close());

  const twoTills = async () => ({
    one: await rig.openTill(rig.newFolder()),
    two: await rig.openTill(rig.newFolder(), { till: secondPracticeCredentials.till }),
  });

  it('F21 changes of different fields, made offline on two tills, both survive', async () => {
    const { one, two } = await twoTills();
    const onOne = await bringIn(one, rita);
    const onTwo = await bringIn(two, rita);
    await rig.server.control.setConnection(false);
    await save(one, onOne.customerId, { firstName: 'Riitta' });
    await save(two, onTwo.customerId, { lastName: 'Jaakkola' });
    await rig.server.control.setConnection(true);
    await one.call['sync.sendNow'](undefined);
    await untilAllSent(one);
    await two.call['sync.sendNow'](undefined);
    await untilAllSent(two);
    const there = rig.server.control.customer(anchors.ritaJames.userId);
    assert.deepEqual([there?.firstName, there?.lastName], ['Riitta', 'Jaakkola']);
    assert.deepEqual(
      rig.server.control.ledger.map((entry) => entry.changes),
      [{ firstName: 'Riitta' }, { lastName: 'Jaakkola' }],
    );
  });

  it('F22 a value that changed on the server is shown as it was, theirs and ours, and staff choose', async () => {
    const till = await rig.openTill(rig.newFolder(), { sync: { checkAfterMinutes: 0 } });
    const customer = await bringIn(till, rita);
    rig.server.control.changeCustomer(anchors.ritaJames.userId, { lastName: 'Theirs' });
    const updateId = await save(till, customer.customerId, { lastName: 'Ours', firstName: 'Rita-Maria' });
    const stuck = await untilState(till, customer.customerId, updateId, 'attention');
    assert.deepEqual(stuck.reason, {
      kind: 'conflict',
      fields: [{ key: 'lastName', was: 'James', theirs: 'Theirs', ours: 'Ours' }],
    });
    assert.equal(rig.server.control.ledger.length, 0);

    savedId(
      await till.call['updates.settleConflict']({
        updateId,
        token: randomUUID(),
        choices: { lastName: { keep: 'theirs', theirs: 'Theirs' } },
      }),
    );
    await untilAllSent(till);
    assert.deepEqual(rig.server.control.ledger.at(-1)?.changes, { firstName: 'Rita-Maria' });

    const again = await save(till, customer.customerId, { lastName: 'Ours again' });
    await untilState(till, customer.customerId, again, 'applied');
    rig.server.control.changeCustomer(anchors.ritaJames.userId, { lastName: 'Moved' });
    const second = await save(till, customer.customerId, { lastName: 'Mine' });
    await untilState(till, customer.customerId, second, 'attention');
    const chooseOurs = (seen: string) =>
      till.call['updates.settleConflict']({
        updateId: second,
        token: randomUUID(),
        choices: { lastName: { keep: 'ours', theirs: seen } },
      });
    savedId(await chooseOurs('Moved'));
    await untilAllSent(till);
    assert.equal(rig.server.control.customer(anchors.ritaJames.userId)?.lastName, 'Mine');
  });

  it('F22 choosing a value that has changed again settles nothing, and the newest value is shown', async () => {
    const till = await rig.openTill(rig.newFolder(), { sync: { checkAfterMinutes: 0 } });
    const { customerId } = await bringIn(till, rita);
    rig.server.control.changeCustomer(anchors.ritaJames.userId, { lastName: 'Seen' });
    const updateId = await save(till, customerId, { lastName: 'Ours' });
    await untilState(till, customerId, updateId, 'attention');
    rig.server.control.changeCustomer(anchors.ritaJames.userId, { lastName: 'Unseen' });
    await till.call['customers.refresh']({ customerId });
    const eventsBefore = till.events.length;
    const choose = (theirs: string) =>
      till.call['updates.settleConflict']({
        updateId,
        token: randomUUID(),
        choices: { lastName: { keep: 'ours', theirs } },
      });
    assert.equal((await choose('Seen')).kind, 'moved-on');
    assert.ok(till.events.slice(eventsBefore).some(({ name }) => name === 'updates.changed'));
    const { reason } = await updateOf(till, customerId, updateId);
    assert.deepEqual(reason?.kind === 'conflict' && reason.fields.map(({ theirs }) => theirs), ['Unseen']);
    assert.equal(rig.server.control.ledger.length, 0);
    savedId(await choose('Unseen'));
    await untilAllSent(till);
    assert.equal(rig.server.control.customer(anchors.ritaJames.userId)?.lastName, 'Ours');
  });

  it('F22 a change that another till already made needs no sending', async () => {
    const till = await rig.openTill(rig.newFolder(), { sync: { checkAfterMinutes: 0 } });
    const customer = await bringIn(till, rita);
    rig.server.control.changeCustomer(anchors.ritaJames.userId, { lastName: 'Agreed' });
    const updateId = await save(till, customer.customerId, { lastName: 'Agreed' });
    const applied = await untilState(till, customer.customerId, updateId, 'applied');
    assert.equal(applied.result?.confirmedBy, 'already');
    assert.equal(rig.server.control.ledger.length, 0);
  });

  it('F23 an email filled in offline that belongs to somebody else is not sent', async () => {
    const till = await rig.openTill(rig.newFolder());
    const asha = await bringIn(till, byServerId(anchors.ashaRaman.userId));
    assert.equal(asha.fields.email ?? null, null);
    const updateId = await save(till, asha.customerId, { email: anchors.ritaJames.email });
    const stuck = await untilState(till, asha.customerId, updateId, 'attention');
    assert.deepEqual(stuck.reason, {
      kind: 'belongs-to-other',
      key: 'email',
      otherUserId: String(anchors.ritaJames.userId),
    });
    assert.equal(rig.server.control.ledger.length, 0);
    // Known on this till, so it is refused at once.
    await bringIn(till, rita);
    const refused = await trySave(till, asha.customerId, { email: anchors.ritaJames.email }, updateId);
    assert.equal(refused.kind, 'invalid');
    assert.equal(refused.problems[0]?.code, 'belongs-to-other');
  });

  it("F11 a refused update holds up only the same customer's later edits", async () => {
    const till = await rig.openTill(rig.newFolder());
    const people = rig.server.control.customers
      .filter((one) => one.mobile !== null && one.type === 'LOYALTY')
      .slice(0, 21);
    const [first, ...others] = people;
    assert.ok(first !== undefined);
    const refusedOne = await bringIn(till, byServerId(first.userId));
    rig.server.control.setFault('refuse', { customerId: first.userId, endpoint: 'customer/update' });
    await rig.server.control.setConnection(false);
    const refusedId = await save(till, refusedOne.customerId, { lastName: 'Refused' });
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilState(till, refusedOne.customerId, refusedId, 'attention');
    const laterId = await save(till, refusedOne.customerId, { firstName: 'Later' });
    for (const one of others) {
      const customer = await bringIn(till, byServerId(one.userId));
      await save(till, customer.customerId, { lastName: 'Sent' });
    }
    await till.until('the others are sent', async () => (await statusOf(till)).unsent === 2);
    const left = await openUpdates(till);
    assert.deepEqual(
      left.map((one) => [one.updateId, one.state, one.behindAnother]),
      [
        [refusedId, 'attention', false],
        [laterId, 'queued', true],
      ],
    );
    assert.equal(rig.server.control.ledger.length, 20);
  });

  it("F20 turning consent off and on again reaches the server as two steps, and two people's edits are not joined", async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    await till.call['org.refresh'](undefined);
    await rig.server.control.setConnection(false);
    const ids = [
      await save(till, customer.customerId, { 'subscription.sms.BULK': '0' }),
      await save(till, customer.customerId, { 'subscription.sms.BULK': '1' }),
      await save(till, customer.customerId, { lastName: 'By nobody' }),
    ];
    const [member] = (await till.call['staff.list'](undefined)).members;
    assert.ok(member !== undefined);
    await till.call['staff.signIn']({ code: member.code });
    ids.push(await save(till, customer.customerId, { lastName: 'By somebody' }));
    assert.equal(new Set(ids).size, 4);
    // The same person's next name change joins.
    assert.equal(await save(till, customer.customerId, { firstName: 'Joined' }), ids[3]);
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
    assert.deepEqual(
      rig.server.control.ledger.map((entry) => [entry.changes, entry.staff]),
      [
        [{ 'subscription.sms.BULK': '0' }, null],
        [{ 'subscription.sms.BULK': '1' }, null],
        [{ lastName: 'By nobody' }, null],
        [{ lastName: 'By somebody', firstName: 'Joined' }, member.code],
      ],
    );
  });

  it('F28 waiting updates keep their author after staff sign out and credentials change', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    await till.call['org.refresh'](undefined);
    const [member] = (await till.call['staff.list'](undefined)).members;
    assert.ok(member !== undefined);
    await till.call['staff.signIn']({ code: member.code });
    await rig.server.control.setConnection(false);
    const updateId = await save(till, customer.customerId, { lastName: 'Authored' });
    await till.call['staff.signOut'](undefined);
    await till.call['app.provideSecret']({ secret: 'practice' });
    assert.equal((await openUpdates(till))[0]?.staff?.code, member.code);
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilState(till, customer.customerId, updateId, 'applied');
    assert.equal(rig.server.control.ledger.at(-1)?.staff, member.code);
  });
});
