import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import {
  bringIn,
  byServerId,
  save,
  savedId,
  trySave,
  untilAllSent,
  untilState,
  updateOf,
} from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

describe('identifiers: filling in an empty one, requesting a change of an existing one', () => {
  let rig: TillRig;
  beforeEach(async () => {
    rig = await startTillRig(40);
  });
  afterEach(() => rig.close());

  it("fills in somebody else's email only after staff confirm it online and have seen both people", async () => {
    const till = await rig.openTill(rig.newFolder());
    const asha = await bringIn(till, byServerId(anchors.ashaRaman.userId));
    const changes = { email: anchors.ritaJames.email };
    const updateId = await save(till, asha.customerId, changes);
    await untilState(till, asha.customerId, updateId, 'attention');
    const identifier = { type: 'email', value: anchors.ritaJames.email } as const;
    const other = await till.call['customers.whoElseHas']({ identifier, exceptId: asha.customerId });
    assert.equal(other.kind === 'found' && other.customer.fields.lastName, 'James');

    const confirm = () =>
      till.call['updates.save']({
        token: randomUUID(),
        target: { customerId: asha.customerId },
        changes,
        replaces: updateId,
        confirmedFills: ['email'],
      });
    await rig.server.control.setConnection(false);
    await till.call['customers.refresh']({ customerId: asha.customerId });
    const offline = await confirm();
    assert.equal(offline.kind, 'invalid');
    assert.deepEqual(
      offline.problems.map(({ code }) => code),
      ['confirm-online'],
    );
    await rig.server.control.setConnection(true);
    await till.call['customers.refresh']({ customerId: asha.customerId });
    const fixedId = savedId(await confirm());
    await untilAllSent(till);
    const applied = await updateOf(till, asha.customerId, fixedId);
    assert.deepEqual(
      applied.result?.warnings.map(({ code, field }) => [code, field]),
      [[91007, 'email']],
    );
  });

  it('never matches a customer by an identifier that is only pending on them', async () => {
    const till = await rig.openTill(rig.newFolder());
    const asha = await bringIn(till, byServerId(anchors.ashaRaman.userId));
    const identifier = { type: 'email', value: anchors.ritaJames.email } as const;
    await rig.server.control.setConnection(false);
    await save(till, asha.customerId, { email: identifier.value });
    const opened = await till.call['customers.openByIdentifier']({ identifier });
    assert.equal(opened.customerId, null);
    const saved = await till.call['updates.save']({
      token: randomUUID(),
      target: { identifier },
      changes: { lastName: 'For Rita' },
      replaces: null,
      confirmedFills: [],
    });
    const [customerId, updateId] = saved.kind === 'saved' ? [saved.customerId, saved.updateId] : [0, ''];
    assert.notEqual(customerId, asha.customerId);
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilState(till, customerId, updateId, 'applied');
    assert.equal(rig.server.control.customer(anchors.ritaJames.userId)?.lastName, 'For Rita');
    assert.deepEqual(
      rig.server.control.ledger.map((entry) => entry.customerId),
      [anchors.ritaJames.userId],
    );
  });

  it('fills in an email that nobody has', async () => {
    const till = await rig.openTill(rig.newFolder());
    const asha = await bringIn(till, byServerId(anchors.ashaRaman.userId));
    await save(till, asha.customerId, { email: ' asha.new@example.com ' });
    await untilAllSent(till);
    assert.equal(rig.server.control.customer(anchors.ashaRaman.userId)?.email, 'asha.new@example.com');
  });

  it('shows who else has an identifier, from the till or the server, and never the customer themselves', async () => {
    const till = await rig.openTill(rig.newFolder());
    const rita = await bringIn(till, byServerId(anchors.ritaJames.userId));
    const whoElse = (type: 'mobile' | 'email', value: string, exceptId: number | null) =>
      till.call['customers.whoElseHas']({ identifier: { type, value }, exceptId });
    const fromServer = await whoElse('mobile', `+${anchors.kabirBose.mobile}`, rita.customerId);
    assert.equal(fromServer.kind === 'found' && fromServer.customer.userId, String(anchors.kabirBose.userId));
    await rig.server.control.setConnection(false);
    const fromTill = await whoElse('mobile', `+${anchors.kabirBose.mobile}`, rita.customerId);
    assert.equal(fromTill.kind === 'found' && fromTill.customer.userId, String(anchors.kabirBose.userId));
    assert.equal((await whoElse('email', 'nobody.here@example.com', rita.customerId)).kind, 'failed');
    await rig.server.control.setConnection(true);
    assert.equal((await whoElse('email', anchors.ritaJames.email, rita.customerId)).kind, 'not-found');
  });

  it('replaces a refused request with the corrected one', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, byServerId(anchors.kabirBose.userId));
    const ask = (newValue: string, replaces: string | null) =>
      till.call['updates.requestIdentityChange']({
        token: randomUUID(),
        customerId: customer.customerId,
        type: 'mobile',
        newValue,
        replaces,
      });
    rig.server.control.setFault('refuse', { endpoint: 'customer/update_identity' });
    const refusedId = savedId(await ask('98450 12377', null));
    await untilState(till, customer.customerId, refusedId, 'attention');
    rig.server.control.setFault('none');
    const fixedId = savedId(await ask('98450 12399', refusedId));
    await untilState(till, customer.customerId, fixedId, 'applied');
    const refused = await updateOf(till, customer.customerId, refusedId);
    assert.deepEqual([refused.state, refused.replacedBy], ['discarded', fixedId]);
    assert.equal((await ask('98450 12398', refusedId)).kind, 'moved-on');
  });

  it('only a request can replace a request', async () => {
    const till = await rig.openTill(rig.newFolder());
    const { customerId } = await bringIn(till, byServerId(anchors.kabirBose.userId));
    await rig.server.control.setConnection(false);
    const asked = savedId(
      await till.call['updates.requestIdentityChange']({
        token: randomUUID(),
        customerId,
        type: 'mobile',
        newValue: '98450 12399',
        replaces: null,
      }),
    );
    assert.deepEqual(await trySave(till, customerId, { lastName: 'No request' }, asked), { kind: 'moved-on' });
    const { changes, kind } = await updateOf(till, customerId, asked);
    assert.deepEqual([kind, changes.map(({ key }) => key)], ['identity', ['mobile']]);
  });

  it('F11 a till that may not make such a request carries on with everything else, and a person sees the request', async () => {
    const till = await rig.openTill(rig.newFolder());
    const kabir = await bringIn(till, byServerId(anchors.kabirBose.userId));
    const rita = await bringIn(till, byServerId(anchors.ritaJames.userId));
    rig.server.control.setFault('permission', { endpoint: 'customer/update_identity', inBody: true });
    const asked = savedId(
      await till.call['updates.requestIdentityChange']({
        token: randomUUID(),
        customerId: kabir.customerId,
        type: 'mobile',
        newValue: '98450 12399',
        replaces: null,
      }),
    );
    const { reason } = await untilState(till, kabir.customerId, asked, 'attention');
    assert.deepEqual(reason?.kind === 'refused' && reason.rejection.code, 403);
    assert.equal((await till.call['sync.status'](undefined)).paused, null);
    await untilState(till, rita.customerId, await save(till, rita.customerId, { lastName: 'Goes on' }), 'applied');
  });

  it('sends a request to change a mobile, and keeps the old one until the back office has approved', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, byServerId(anchors.kabirBose.userId));
    const oldMobile = customer.fields.mobile;
    const request = { token: randomUUID(), customerId: customer.customerId, type: 'mobile', replaces: null } as const;
    const wrong = await till.call['updates.requestIdentityChange']({ ...request, newValue: '12' });
    assert.equal(wrong.kind, 'invalid');
    const updateId = savedId(await till.call['updates.requestIdentityChange']({ ...request, newValue: '98450 12399' }));
    const applied = await untilState(till, customer.customerId, updateId, 'applied');
    assert.equal(applied.kind, 'identity');
    assert.equal(applied.result?.answer?.itemCode, 1040);
    const now = await till.call['customers.open']({ customerId: customer.customerId });
    assert.equal(now?.fields.mobile, oldMobile);
    const entry = rig.server.control.ledger.at(-1);
    assert.deepEqual([entry?.endpoint, entry?.changes], ['customer/update_identity', { mobile: '919845012399' }]);
  });
});
