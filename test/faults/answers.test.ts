import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import {
  bringIn,
  byServerId,
  openUpdates,
  save,
  statusOf,
  typedAs,
  untilAllSent,
  untilState,
  updateOf,
} from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = byServerId(anchors.ritaJames.userId);

describe('answers from the server and the network', () => {
  let rig: TillRig;
  beforeEach(async () => {
    rig = await startTillRig(40);
  });
  afterEach(() => rig.close());

  it('F07, F10 an item that fails inside an HTTP 200 fails by its own code, and the update keeps every status that came with it', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    rig.server.control.setFault('refuse', { code: 1016, endpoint: 'customer/update' });
    const updateId = await save(till, customer.customerId, { lastName: 'Failed' });
    const refused = await untilState(till, customer.customerId, updateId, 'attention');
    assert.equal(refused.reason?.kind, 'refused');
    assert.equal(refused.reason?.rejection.code, 1016);
    assert.equal(refused.lastAnswer?.httpStatus, 200);
    assert.equal(refused.lastAnswer?.itemCode, 1016);
    assert.match(refused.lastAnswer?.requestId ?? '', /./);
    assert.equal((await statusOf(till)).state, 'attention');
    await till.call['updates.discard']({ updateId, reason: 'Customer left' });
    const closed = await updateOf(till, customer.customerId, updateId);
    assert.deepEqual([closed.state, closed.discardReason], ['discarded', 'Customer left']);
    assert.equal(closed.lastAnswer?.itemCode, 1016);
  });

  it("F08 a captive portal's sign-in page leaves the update queued, costs no attempt, and is reported as one", async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    rig.server.control.setFault('captive-portal');
    const updateId = await save(till, customer.customerId, { lastName: 'Portal' });
    await till.until('it was tried and waits', async () => {
      const history = await till.call['updates.history']({ updateId });
      return history.some((entry) => entry.event === 'not sent') && (await statusOf(till)).state === 'offline';
    });
    assert.deepEqual((await statusOf(till)).connection, { kind: 'offline', why: 'sign-in-page' });
    const [waiting] = await openUpdates(till);
    assert.deepEqual([waiting?.state, waiting?.attempts, waiting?.may.cancel], ['queued', 0, true]);
    rig.server.control.setFault('none');
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
    assert.equal(rig.server.control.ledger.length, 1);
  });

  it('F09 a success with warnings counts as applied, and the screen names the field that was not saved', async () => {
    const till = await rig.openTill(rig.newFolder());
    const asha = await bringIn(till, byServerId(anchors.ashaRaman.userId));
    rig.server.control.setOrgConfig({ allowFill: { mobile: true, email: false, external_id: false } });
    const updateId = await save(till, asha.customerId, { lastName: 'Warned', email: 'asha.warned@example.com' });
    const applied = await untilState(till, asha.customerId, updateId, 'applied');
    assert.deepEqual(
      applied.result?.warnings.map(({ code, field }) => [code, field]),
      [[91006, 'email']],
    );
    const now = await till.call['customers.open']({ customerId: asha.customerId });
    assert.equal(now?.fields.lastName, 'Warned');
    assert.equal(now?.fields.email ?? null, null);
  });

  it('a busy server delays the update without failing it, until the time the server named', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    rig.server.control.setFault('busy', { times: 1, retryAfterSeconds: 0, endpoint: 'customer/update' });
    const updateId = await save(till, customer.customerId, { lastName: 'Busy' });
    const applied = await untilState(till, customer.customerId, updateId, 'applied');
    assert.equal(applied.attempts, 1);
  });

  it('F17 the status follows the last real exchange with the server', async () => {
    const till = await rig.openTill(rig.newFolder());
    await till.until('it is online', async () => (await statusOf(till)).connection.kind === 'online');
    await rig.server.control.setConnection(false);
    const failed = await till.call['customers.lookUpOnline']({ query: typedAs(rita) });
    assert.deepEqual(failed, { kind: 'failed', why: 'offline' });
    assert.equal((await statusOf(till)).state, 'offline');
    await rig.server.control.setConnection(true);
    await bringIn(till, rita);
    assert.equal((await statusOf(till)).state, 'all-sent');
  });

  it('F31 a failed lookup says so, and cached values keep their age', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    await rig.server.control.setConnection(false);
    assert.deepEqual(await till.call['customers.refresh']({ customerId: customer.customerId }), {
      kind: 'failed',
      why: 'offline',
    });
    const now = await till.call['customers.open']({ customerId: customer.customerId });
    assert.equal(now?.asOfMs, customer.asOfMs);
    assert.deepEqual(now?.loyalty, customer.loyalty);
  });

  it('F33 search, look-up and refresh work while the queue is stuck', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, rita);
    rig.server.control.setFault('permission', { endpoint: 'customer/update' });
    await save(till, customer.customerId, { lastName: 'Stuck' });
    await till.until('it is paused', async () => (await statusOf(till)).paused === 'permission');
    assert.equal((await till.call['customers.search']({ query: 'stuck', limit: 5 })).hits.length, 1);
    const refreshed = await till.call['customers.refresh']({ customerId: customer.customerId });
    assert.equal(refreshed.kind, 'found');
    await bringIn(till, byServerId(anchors.wangXiuying.userId));
    assert.equal((await statusOf(till)).paused, 'permission');
    rig.server.control.setFault('none');
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
  });

  it('an answer in any awkward shape still settles the update', async () => {
    const till = await rig.openTill(rig.newFolder());
    rig.server.control.setAwkward(true);
    const customer = await bringIn(till, rita);
    for (const lastName of ['Odd', 'Odder', 'Oddest', 'Even']) {
      const updateId = await save(till, customer.customerId, { lastName });
      await untilState(till, customer.customerId, updateId, 'applied');
    }
    const now = await till.call['customers.open']({ customerId: customer.customerId });
    assert.equal(now?.fields.lastName, 'Even');
    assert.equal(now?.loyalty?.points, (customer.loyalty?.points ?? 0) + 200);
    assert.equal(rig.server.control.ledger.length, 4);
  });
});
