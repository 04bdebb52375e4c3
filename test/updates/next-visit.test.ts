import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, byServerId, openUpdates, save, savedId, statusOf, untilState } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = byServerId(anchors.ritaJames.userId);
const { userId } = anchors.ritaJames;

describe('a conflict that is put off until the next visit', () => {
  let rig: TillRig;
  let till: RigTill;
  let customerId: number;
  let updateId: string;
  let dataDir: string;
  const settings = { sync: { checkAfterMinutes: 0 } };

  beforeEach(async () => {
    rig = await startTillRig(40);
    dataDir = rig.newFolder();
    till = await rig.openTill(dataDir, settings);
    ({ customerId } = await bringIn(till, rita));
    rig.server.control.changeCustomer(userId, { lastName: 'Theirs' });
    updateId = await save(till, customerId, { lastName: 'Ours' });
    await untilState(till, customerId, updateId, 'attention');
  });
  afterEach(() => rig.close());

  const putOff = () => till.call['updates.putOff']({ updateId });
  const view = async () => {
    const customer = await till.call['customers.open']({ customerId });
    assert.ok(customer !== null);
    return customer;
  };

  it('no longer needs attention, counts as waiting, and stays in the list', async () => {
    assert.equal((await statusOf(till)).state, 'attention');
    assert.deepEqual(await putOff(), { kind: 'done' });
    const { state, unsent, counts } = await statusOf(till);
    assert.deepEqual([state, unsent, counts.attention, counts.nextVisit], ['waiting', 1, 0, 1]);
    const [listed] = await openUpdates(till);
    assert.equal(listed?.updateId, updateId);
    assert.equal(listed?.may.putOff, false);
    assert.ok(listed?.putOffAtMs !== null);
    assert.deepEqual(await putOff(), { kind: 'moved-on' });
  });

  it('does not make the till look late to monitoring', async () => {
    const metricsFile = path.join(rig.newFolder(), 'tillside.prom');
    const closed = async () => {
      await till.close();
      return readFileSync(metricsFile, 'utf8');
    };
    await till.close();
    till = await rig.openTill(dataDir, { ...settings, health: { metricsFile } });
    assert.match(await closed(), /^tillside_oldest_unsent_timestamp_seconds/m);
    till = await rig.openTill(dataDir, { ...settings, health: { metricsFile } });
    await putOff();
    const closedUpdates = await closed();
    assert.doesNotMatch(closedUpdates, /^tillside_oldest_unsent_timestamp_seconds/m);
    assert.match(closedUpdates, /state="nextVisit"\} 1$/m);
  });

  it('stays with the customer after a restart, even behind more closed updates than are shown', async () => {
    await putOff();
    for (let count = 0; count < 21; count += 1) {
      const later = await save(till, customerId, { firstName: `Rita ${count}` });
      await untilState(till, customerId, later, 'applied');
    }
    await rig.server.control.setConnection(false);
    const overRestart = await save(till, customerId, { firstName: 'Rita' });
    await till.close();
    await rig.server.control.setConnection(true);
    till = await rig.openTill(dataDir, settings);
    await untilState(till, customerId, overRestart, 'applied');
    const customer = await view();
    const question = customer.updates.find((update) => update.updateId === updateId);
    assert.ok(question !== undefined && question.putOffAtMs !== null);
    assert.equal(question.reason?.kind, 'conflict');
  });

  it("shows head office's value until then, and does not hold up later changes of the customer", async () => {
    await putOff();
    const before = await view();
    assert.equal(before.fields.lastName, 'Theirs');
    assert.ok(!before.pending.some(({ key }) => key === 'lastName'));
    const later = await save(till, customerId, { firstName: 'Riitta' });
    await untilState(till, customerId, later, 'applied');
    assert.deepEqual(
      rig.server.control.ledger.map((entry) => entry.changes),
      [{ firstName: 'Riitta' }],
    );
    assert.equal((await statusOf(till)).counts.nextVisit, 1);
  });

  it("is then asked with head office's value of that day, and the answer is sent like any other choice", async () => {
    await putOff();
    rig.server.control.changeCustomer(userId, { lastName: 'Theirs of today' });
    await till.call['customers.refresh']({ customerId });
    const question = (await view()).updates.find((update) => update.updateId === updateId);
    assert.deepEqual(question?.reason, {
      kind: 'conflict',
      fields: [{ key: 'lastName', was: 'James', theirs: 'Theirs of today', ours: 'Ours' }],
    });
    const answered = savedId(
      await till.call['updates.settleConflict']({
        updateId,
        token: randomUUID(),
        choices: { lastName: { keep: 'ours', theirs: 'Theirs of today' } },
      }),
    );
    await untilState(till, customerId, answered, 'applied');
    assert.equal(rig.server.control.customer(userId)?.lastName, 'Ours');
    assert.deepEqual((await statusOf(till)).state, 'all-sent');
    const history = await till.call['updates.history']({ updateId });
    assert.deepEqual(history.map(({ event, to }) => [event, to]).slice(-2), [
      ['put off until the next visit', 'attention'],
      ['fixed by a newer update', 'discarded'],
    ]);
  });

  it('also asks about a field that a later update changed, and does not overwrite it with the older value', async () => {
    await till.call['updates.discard']({ updateId, reason: 'another one for this test' });
    rig.server.control.changeCustomer(userId, { lastName: 'Theirs again' });
    updateId = await save(till, customerId, { lastName: 'Ours', firstName: 'Older' });
    await untilState(till, customerId, updateId, 'attention');
    await putOff();
    const later = await save(till, customerId, { firstName: 'Newer' });
    await untilState(till, customerId, later, 'applied');
    const answered = savedId(
      await till.call['updates.settleConflict']({
        updateId,
        token: randomUUID(),
        choices: { lastName: { keep: 'theirs', theirs: 'Theirs again' } },
      }),
    );
    const asked = await untilState(till, customerId, answered, 'attention');
    assert.deepEqual(asked.reason, {
      kind: 'conflict',
      fields: [{ key: 'firstName', was: 'Rita', theirs: 'Newer', ours: 'Older' }],
    });
    assert.equal(rig.server.control.customer(userId)?.firstName, 'Newer');
  });

  it('F05 repeating an answer with the same token gets the same result, whichever value it keeps', async () => {
    const answer = {
      updateId,
      token: randomUUID(),
      choices: { lastName: { keep: 'theirs', theirs: 'Theirs' } },
    } as const;
    const first = await till.call['updates.settleConflict'](answer);
    assert.deepEqual(first, { kind: 'saved', updateId, customerId });
    assert.deepEqual(await till.call['updates.settleConflict'](answer), first);
  });

  it('is only for conflicts: a refused update cannot be put off', async () => {
    rig.server.control.setFault('refuse', { times: 1, endpoint: 'customer/update' });
    const { customerId: other } = await bringIn(till, byServerId(anchors.ashaRaman.userId));
    const refused = await save(till, other, { lastName: 'Refused' });
    await untilState(till, other, refused, 'attention');
    assert.deepEqual(await till.call['updates.putOff']({ updateId: refused }), { kind: 'moved-on' });
  });
});
