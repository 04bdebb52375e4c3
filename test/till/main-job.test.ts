import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, save, savedId, trySave, untilAllSent } from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

describe('the main job: find, edit, save, send, see the points', () => {
  let rig: TillRig;
  before(async () => {
    rig = await startTillRig();
  });
  after(() => rig.close());

  it('sends a saved change and shows the points it earned', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, { type: 'mobile', value: anchors.ritaJames.mobile });
    const updateId = await save(till, customer.customerId, { lastName: 'Jameson' });
    await untilAllSent(till);

    const now = await till.call['customers.open']({ customerId: customer.customerId });
    const update = now?.updates.find((one) => one.updateId === updateId);
    assert.equal(update?.state, 'applied');
    assert.equal(now?.server.lastName, 'Jameson');
    assert.equal(now?.loyalty?.points, (customer.loyalty?.points ?? 0) + 50);
    assert.deepEqual(update?.result?.effects[0], {
      kind: 'points',
      awarded: 50,
      total: (customer.loyalty?.points ?? 0) + 50,
    });
    assert.equal(update?.result?.answer?.successCount, 1);
    assert.match(update?.result?.answer?.requestId ?? '', /./);
    const entry = rig.server.control.ledger.at(-1);
    assert.deepEqual(entry?.changes, { lastName: 'Jameson' });
  });

  it('keeps a change saved offline over a restart, and sends it once when the connection is back', async () => {
    const folder = rig.newFolder();
    const first = await rig.openTill(folder);
    const customer = await bringIn(first, { type: 'mobile', value: anchors.ritaJames.mobile });
    await rig.server.control.setConnection(false);
    await save(first, customer.customerId, { firstName: 'Margarita' });
    await first.until('the till says offline', async () => {
      const status = await first.call['sync.status'](undefined);
      return status.state === 'offline' && status.unsent === 1;
    });
    await first.close();

    const second = await rig.openTill(folder);
    const waiting = await second.call['updates.list']({ which: 'open', offset: 0, limit: 10 });
    assert.equal(waiting.updates[0]?.state, 'queued');
    assert.equal(waiting.updates[0]?.attempts, 0);
    const seen = rig.server.control.ledger.length;
    await rig.server.control.setConnection(true);
    await second.call['sync.sendNow'](undefined);
    await untilAllSent(second);
    assert.equal(rig.server.control.ledger.length, seen + 1);
    assert.deepEqual(rig.server.control.ledger.at(-1)?.changes, { firstName: 'Margarita' });
  });

  it('finds an edited customer by the new name before the server has it', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, { type: 'mobile', value: anchors.wangXiuying.mobile ?? '' });
    await rig.server.control.setConnection(false);
    await save(till, customer.customerId, { lastName: 'Okonkwo' });
    const { hits } = await till.call['customers.search']({ query: 'okonk', limit: 10 });
    assert.equal(hits[0]?.customerId, customer.customerId);
    assert.equal(hits[0]?.unsent, 1);
    assert.deepEqual(hits[0]?.matches, [{ in: 'lastName', from: 0, to: 5 }]);
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
  });

  it('updates a customer not on this till by an identifier, and the reply brings the customer in', async () => {
    const till = await rig.openTill(rig.newFolder());
    const mobile = anchors.ritaJames.mobile;
    const stranger = await till.call['customers.openByIdentifier']({ identifier: { type: 'mobile', value: mobile } });
    assert.equal(stranger.customerId, null);
    assert.equal(stranger.loyalty, null);
    const result = await till.call['updates.save']({
      token: randomUUID(),
      target: { identifier: { type: 'mobile', value: mobile } },
      changes: { lastName: 'Stranger' },
      replaces: null,
      confirmedFills: [],
    });
    savedId(result);
    await untilAllSent(till);
    const { hits } = await till.call['customers.search']({ query: mobile, limit: 10 });
    assert.equal(hits.length, 1);
    assert.equal(hits[0]?.lastName, 'Stranger');
    const known = await till.call['customers.open']({ customerId: hits[0]?.customerId ?? 0 });
    assert.equal(known?.userId, String(anchors.ritaJames.userId));
    assert.notEqual(known?.asOfMs, null);
  });

  it('gives a refused update to a person, and sends the corrected one instead', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, { type: 'mobile', value: anchors.ritaJames.mobile });
    rig.server.control.setFault('refuse', { times: 1, endpoint: 'customer/update' });
    const refusedId = await save(till, customer.customerId, { lastName: 'Refused' });
    await till.until('it needs attention', async () => {
      return (await till.call['sync.status'](undefined)).state === 'attention';
    });
    const open = await till.call['updates.list']({ which: 'open', offset: 0, limit: 10 });
    const refused = open.updates[0];
    assert.equal(refused?.updateId, refusedId);
    assert.equal(refused?.reason?.kind, 'refused');
    assert.equal(refused?.may.fix, true);

    const fixed = await trySave(till, customer.customerId, { lastName: 'Mended' }, refusedId);
    const fixedId = savedId(fixed);
    assert.notEqual(fixedId, refusedId);
    await untilAllSent(till);
    const history = await till.call['updates.history']({ updateId: refusedId });
    assert.deepEqual(
      history.map((entry) => entry.to),
      ['queued', 'sending', 'attention', 'discarded'],
    );
    assert.deepEqual(rig.server.control.ledger.at(-1)?.changes, { lastName: 'Mended' });
  });

  it('pauses everything at refused credentials and loses nothing until they are right', async () => {
    const till = await rig.openTill(rig.newFolder(), { secret: 'wrong' });
    const result = await till.call['updates.save']({
      token: randomUUID(),
      target: { identifier: { type: 'mobile', value: anchors.ritaJames.mobile } },
      changes: { lastName: 'Paused' },
      replaces: null,
      confirmedFills: [],
    });
    savedId(result);
    await till.until('it is paused', async () => (await till.call['sync.status'](undefined)).paused === 'credentials');
    assert.equal((await till.call['sync.status'](undefined)).unsent, 1);
    await till.call['app.provideSecret']({ secret: 'practice' });
    await untilAllSent(till);
    assert.deepEqual(rig.server.control.ledger.at(-1)?.changes, { lastName: 'Paused' });
  });

  it('checks a new password with the server at once, even if nothing waits', async () => {
    const till = await rig.openTill(rig.newFolder());
    await till.until(
      'the server knows it',
      async () => (await till.call['sync.status'](undefined)).state === 'all-sent',
    );
    await till.until(
      'it is online',
      async () => (await till.call['sync.status'](undefined)).connection.kind === 'online',
    );
    await till.call['app.provideSecret']({ secret: 'mistyped' });
    await till.until('it is paused', async () => (await till.call['sync.status'](undefined)).paused === 'credentials');
    await till.call['app.provideSecret']({ secret: 'practice' });
    await till.until('it goes on', async () => (await till.call['sync.status'](undefined)).state === 'all-sent');
  });

  it('refuses bad input, names the field, and saves nothing', async () => {
    const till = await rig.openTill(rig.newFolder());
    const customer = await bringIn(till, { type: 'mobile', value: anchors.ashaRaman.mobile ?? '' });
    const result = await trySave(
      till,
      customer.customerId,
      { email: 'nobody at nowhere', registeredOn: '2025-02-30 10:00:00', mobile: '4477009001' },
      null,
    );
    assert.equal(result.kind, 'invalid');
    assert.deepEqual(
      result.problems.map(({ key, code }) => [key, code]),
      [
        ['email', 'email'],
        ['registeredOn', 'date'],
        ['mobile', 'existing-identifier'],
      ],
    );
    const same = await till.call['updates.save']({
      token: randomUUID(),
      target: { customerId: customer.customerId },
      changes: { firstName: ` ${customer.fields.firstName} ` },
      replaces: null,
      confirmedFills: [],
    });
    assert.equal(same.kind, 'nothing-changed');
    assert.equal((await till.call['sync.status'](undefined)).unsent, 0);
  });
});
