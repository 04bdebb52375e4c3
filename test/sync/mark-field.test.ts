import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FieldValues } from '../../electron/model/customer.ts';
import type { ReservedField } from '../../electron/org/organisation.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { type Decided, decide } from '../../electron/sync/decide.ts';
import { MarkField } from '../../electron/sync/mark-field.ts';
import { bringIn, byServerId, save, trySave, untilState } from '../helpers/at-the-counter.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = byServerId(anchors.ritaJames.userId);
const { userId } = anchors.ritaJames;
/** A text field that IT keeps for the till, here at the practice server. */
const markField = 'delivery_note';
const markKey = `custom.${markField}` as const;

describe('the custom field that IT keeps for the till', () => {
  let rig: TillRig;
  let till: RigTill;
  let customerId: number;

  const open = async (name = markField) => {
    till = await rig.openTill(rig.newFolder(), { sync: { markField: name, settleSeconds: 0.05 } });
    await till.call['org.refresh'](undefined);
    ({ customerId } = await bringIn(till, rita));
  };
  beforeEach(async () => {
    rig = await startTillRig(40);
  });
  afterEach(() => rig.close());

  const there = () => rig.server.control.customer(userId);

  it('gets the id of every update of fields, and staff never see it', async () => {
    await open();
    const updateId = await save(till, customerId, { lastName: 'Marked' });
    const applied = await untilState(till, customerId, updateId, 'applied');
    assert.equal(there()?.customFields[markField], updateId);
    assert.deepEqual(
      applied.changes.map(({ key }) => key),
      ['lastName'],
    );
    const customer = await till.call['customers.open']({ customerId });
    assert.equal(customer?.fields[markKey], undefined);
    assert.equal(customer?.server[markKey], undefined);
    assert.equal(customer?.locks[markKey], undefined);
    const org = await till.call['org.view'](undefined);
    assert.ok(!org.fields.some(({ name }) => name === markField));
    assert.ok(org.fields.length > 0);
    const typed = await trySave(till, customerId, { [markKey]: 'By hand' });
    assert.equal(typed.kind, 'invalid');
  });

  it('proves that an update arrived, even if somebody changed the same field afterwards', async () => {
    await open();
    rig.server.control.setFault('drop-reply', { times: 1 });
    const readBack = rig.server.control.hold('received', { endpoint: 'customer/get' });
    const updateId = await save(till, customerId, { lastName: 'Arrived' });
    await readBack.reached;
    rig.server.control.changeCustomer(userId, { lastName: 'Changed after it' });
    readBack.release();
    const applied = await untilState(till, customerId, updateId, 'applied');
    assert.equal(applied.result?.confirmedBy, 'read');
    assert.equal(rig.server.control.ledger.length, 1);
    assert.equal(there()?.lastName, 'Changed after it');
  });

  it('proves that an update did not arrive, so whatever changed meanwhile is a plain conflict', async () => {
    await open();
    rig.server.control.setFault('drop-before', { times: 1, endpoint: 'customer/update' });
    const readBack = rig.server.control.hold('received', { endpoint: 'customer/get' });
    const updateId = await save(till, customerId, { lastName: 'Ours' });
    await readBack.reached;
    rig.server.control.changeCustomer(userId, { lastName: 'Theirs' });
    readBack.release();
    const stuck = await untilState(till, customerId, updateId, 'attention');
    assert.deepEqual(stuck.reason, {
      kind: 'conflict',
      fields: [{ key: 'lastName', was: 'James', theirs: 'Theirs', ours: 'Ours' }],
    });
    assert.equal(rig.server.control.ledger.length, 0);
  });

  it('is left out once the server refuses it, and the update is sent without it', async () => {
    await open();
    const message = `Provided Custom Field is invalid - ${markField}`;
    rig.server.control.setFault('refuse', { times: 1, code: 1017, message });
    const updateId = await save(till, customerId, { lastName: 'Without' });
    const applied = await untilState(till, customerId, updateId, 'applied');
    assert.equal(applied.attempts, 1);
    await untilState(till, customerId, await save(till, customerId, { firstName: 'Later' }), 'applied');
    assert.deepEqual(
      rig.server.control.ledger.map((entry) => entry.changes),
      [{ lastName: 'Without' }, { firstName: 'Later' }],
    );
  });

  it('says nothing about an update sent without it, whatever the config says when it is read back', async () => {
    const folder = rig.newFolder();
    const changedAfterIt = async (updateId: string, asked: { readonly release: () => void }) => {
      await untilState(till, customerId, updateId, 'unknown');
      await till.close();
      rig.server.control.changeCustomer(userId, { lastName: `Changed after ${updateId}` });
      till = await rig.openTill(folder, { sync: { markField, settleSeconds: 0.05 } });
      asked.release();
      const { reason } = await untilState(till, customerId, updateId, 'attention');
      assert.deepEqual(reason?.kind === 'cannot-tell' && reason.because, 'read-back-differs');
    };
    till = await rig.openTill(folder, { sync: { settleSeconds: 0.05 } });
    await till.call['org.refresh'](undefined);
    ({ customerId } = await bringIn(till, rita));
    let asked = rig.server.control.hold('received', { endpoint: 'customer/get' });
    rig.server.control.setFault('drop-reply', { times: 1 });
    const beforeConfig = await save(till, customerId, { lastName: 'Before the config' });
    await changedAfterIt(beforeConfig, asked);
    await till.call['updates.discard']({ updateId: beforeConfig, reason: 'it is there' });

    asked = rig.server.control.hold('received', { endpoint: 'customer/get' });
    const message = `Provided Custom Field is invalid - ${markField}`;
    rig.server.control.setFault('refuse', { times: 1, code: 1017, message });
    rig.server.control.addFault('drop-reply', { times: 1 });
    await changedAfterIt(await save(till, customerId, { lastName: 'Mark refused' }), asked);
    assert.equal(rig.server.control.ledger.length, 2);
  });

  it('is not written if the organisation has no such field', async () => {
    await open('no_such_field');
    const updateId = await save(till, customerId, { lastName: 'Unmarked' });
    const applied = await untilState(till, customerId, updateId, 'applied');
    assert.deepEqual(applied.result?.warnings, []);
    assert.deepEqual(rig.server.control.ledger.at(-1)?.changes, { lastName: 'Unmarked' });
  });
});

describe('what the mark says about an update', () => {
  const key = 'custom.mark' as const;
  const before = { points: 1, purchases: null, updatedOn: null, markKey: key, mark: 'earlier', asOfMs: 1 };
  const server = (fields: FieldValues) => ({ ...customerRecord('1', 'Any'), fields });
  /** The points moved, so the fields alone prove nothing. */
  const update: Decided = {
    id: 'mine',
    state: 'unknown',
    changes: { lastName: 'New' },
    baseline: { lastName: 'Old' },
    before,
    resent: false,
    attempts: 1,
    uncertainAfter: 'timeout',
  };
  const decided = (there: FieldValues, over: Partial<Decided> = {}, isKept = true) =>
    decide(
      { ...update, ...over },
      { record: server({ lastName: 'Old', ...there }), mark: { key, isKept }, hadTime: true },
    ).kind;

  it('its own id there: it arrived, whatever was there before', () => {
    assert.equal(decided({ [key]: 'mine' }, { before: null }, false), 'is-there');
    assert.equal(decided({ [key]: 'mine' }), 'is-there');
  });

  it('the id from before still there, and the server is known to keep the field: it did not arrive', () => {
    assert.equal(decided({ [key]: 'earlier' }, {}, false), 'did-not-arrive');
    const none = { before: { ...before, mark: null } };
    assert.equal(decided({ [key]: null }, none), 'did-not-arrive');
    assert.equal(decided({ [key]: null }, none, false), 'needs-person');
  });

  it("another update's id, no answer, or nothing known from before: it proves nothing", () => {
    assert.equal(decided({ [key]: 'another' }), 'needs-person');
    assert.equal(decided({}), 'needs-person');
    assert.equal(decided({ [key]: 'earlier' }, { before: null }), 'needs-person');
    assert.equal(decided({ [key]: 'earlier' }, { before: { ...before, asOfMs: null } }), 'needs-person');
  });

  it('it is written if nobody knows whether the organisation has the field, and not if it has none', () => {
    let reserved: ReservedField | null = { key: 'custom.mark', isDefined: null };
    const mark = new MarkField(() => reserved);
    assert.deepEqual(mark.current, { key: 'custom.mark', isKept: false });
    reserved = { key: 'custom.mark', isDefined: false };
    assert.equal(mark.current, null);
    reserved = { key: 'custom.mark', isDefined: true };
    mark.refused();
    assert.equal(mark.current, null);
    reserved = null;
    assert.equal(mark.current, null);
  });
});
