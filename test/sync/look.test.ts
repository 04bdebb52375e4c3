/** When the server is asked before an update is sent, and what each answer leads to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  customerRow,
  findByConfirmedIdentifier,
  insertUnknownCustomer,
  readRecord,
} from '../../electron/customers/store.ts';
import type { FieldValues } from '../../electron/model/customer.ts';
import { lookBeforeSending } from '../../electron/sync/look.ts';
import { historyOf } from '../../electron/updates/history.ts';
import { recordOf } from '../customers/cache.ts';
import { customerRecord, okAnswer } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { contextOfOneCustomer } from './context-of-one.ts';
import { waiting } from './look-at-one.ts';

const minuteMs = 60_000;

describe('the server is asked before an update is sent', () => {
  it('unless what is known of the customer is fresh', async (t) => {
    const { look, server, clock } = waiting(t);
    await clock.pass(10 * minuteMs - 1);
    assert.equal(await look(), 'go');
    assert.equal(server.calls, 0);
  });

  it('once that is older than IT allows, whichever way the clock was set', async (t) => {
    for (const awayMs of [10 * minuteMs, -10 * minuteMs]) {
      const { look, server, clock } = waiting(t);
      clock.setWall(clock.wallMs() + awayMs);
      assert.equal(await look(), 'go');
      assert.equal(server.calls, 1);
    }
  });

  it('if the update has waited for long', async (t) => {
    const { look, server, db, id } = waiting(t);
    assert.equal(await look(true), 'go');
    assert.equal(server.calls, 1);
    assert.equal(historyOf(db, id).length, 1, 'what was known already is not noted again');
  });

  it('if it is not known whether the server is reachable', async (t) => {
    const { look, server, context } = waiting(t);
    context.connection.doubt('timeout');
    assert.equal(await look(), 'go');
    assert.equal(server.calls, 1);
  });

  it('if the server has never sent the customer', async (t) => {
    const { outbox, input, seen, context, server, db } = contextOfOneCustomer(t);
    const identifier = { type: 'mobile', value: '919845000001' } as const;
    const customerId = insertUnknownCustomer(db, { type: 'externalId', value: 'X-1' });
    const id = outbox.save({ ...input({ lastName: 'New' }, 'till1'), customerId, identifier });
    server.onGet = () => ({ kind: 'found', value: customerRecord('7', 'Theirs'), merged: false, answer: okAnswer });
    const looked = await lookBeforeSending(context, server.api, seen(id), { isOld: false, lane: 'counter' });
    assert.equal(looked.kind, 'go');
    assert.deepEqual(seen(id).baseline, { lastName: 'Theirs' });
    assert.equal(customerRow(db, customerId)?.user_id, '7');
  });

  it('but never if the till may not read', async (t) => {
    const { look, server } = waiting(t, { sync: { readBack: false } });
    assert.equal(await look(true), 'go');
    assert.equal(server.calls, 0);
  });

  it('but not about a request to change an identifier', async (t) => {
    const { outbox, input, seen, context, server } = contextOfOneCustomer(t);
    const id = outbox.save({ ...input({ mobile: '919845099999' }, 'till1'), kind: 'identity' });
    const looked = await lookBeforeSending(context, server.api, seen(id), { isOld: true, lane: 'counter' });
    assert.deepEqual(looked, { kind: 'go', update: seen(id) });
    assert.equal(server.calls, 0);
  });

  it('in the lane of the update, as an exchange that passed, and the screen shows the answer', async (t) => {
    const { look, context, id, clock, fields, server, heard, customerId, db } = waiting(t);
    const taken = t.mock.method(context.pace, 'take');
    const passed = t.mock.method(context.blame, 'passed');
    await clock.pass(1000);
    server.customers.set('1', { ...customerRecord('1', 'Before'), source: 'instore' });
    await look(true);
    assert.deepEqual(
      taken.mock.calls.map((call) => call.arguments),
      [['counter']],
    );
    assert.deepEqual(
      passed.mock.calls.map(({ arguments: [update, step] }) => [update.id, step]),
      [[id, 'look']],
    );
    assert.equal(fields()?.lastName, 'Before');
    assert.equal(customerRow(db, customerId)?.as_of_ms, clock.wallMs());
    assert.deepEqual(heard, [`customer ${customerId}`]);
  });
});

describe('the answer says', () => {
  it('that the field was changed elsewhere: a person decides (F22)', async (t) => {
    const { look, now, server, saidOf, customerId } = waiting(t);
    server.customers.set('1', customerRecord('1', 'Theirs'));
    assert.equal(await look(true), 'closed');
    const fields = [{ key: 'lastName', was: 'Before', theirs: 'Theirs', ours: 'New' }];
    assert.deepEqual([now().state, now().reason], ['attention', { kind: 'conflict', fields }]);
    assert.ok(saidOf(customerId));
  });

  it('that the server has the value already: nothing is sent', async (t) => {
    const { look, now, server, saidOf, customerId, fields } = waiting(t);
    server.customers.set('1', customerRecord('1', 'New'));
    assert.equal(await look(true), 'closed');
    assert.equal(now().state, 'applied');
    assert.deepEqual(now().result, { effects: [], warnings: [], answer: null, confirmedBy: 'already' });
    assert.deepEqual([fields()?.lastName, fields()?.firstName], ['New', 'Some']);
    assert.ok(saidOf(customerId));
  });

  it('that the customer does not exist: a person decides', async (t) => {
    const { look, now, server, saidOf, customerId, context } = waiting(t);
    const passed = t.mock.method(context.blame, 'passed');
    server.customers.clear();
    assert.equal(await look(true), 'closed');
    assert.deepEqual(now().reason, { kind: 'no-such-customer' });
    assert.ok(saidOf(customerId));
    assert.equal(passed.mock.callCount(), 1);
  });

  it('that the password is wrong: another customer’s update shows whether that is true', async (t) => {
    const { look, now, server, context } = waiting(t);
    server.onGet = () => ({ kind: 'held', why: 'credentials', answer: okAnswer });
    assert.equal(await look(true), 'later');
    assert.equal(now().state, 'queued');
    assert.deepEqual([context.blame.refusalInDoubt, context.connection.paused], ['credentials', null]);
  });

  it('that this till may not read: the update is sent anyway', async (t) => {
    const { look, server, context } = waiting(t);
    server.readable = false;
    assert.equal(await look(true), 'go');
    assert.deepEqual([context.connection.paused, context.connection.connection], [null, { kind: 'online' }]);
  });

  it('that the request is refused: the update is sent anyway', async (t) => {
    const { look, server, context } = waiting(t);
    const passed = t.mock.method(context.blame, 'passed');
    server.onGet = () => ({
      kind: 'refused',
      rejection: { code: 1, field: null, message: null },
      answer: okAnswer,
    });
    assert.equal(await look(true), 'go');
    assert.equal(passed.mock.callCount(), 1);
  });

  it('nothing, because the server cannot be reached: the update waits, and the connection is blamed', async (t) => {
    const { look, now, server, context } = waiting(t);
    server.reachable = false;
    assert.equal(await look(true), 'later');
    assert.equal(now().state, 'queued');
    assert.deepEqual(context.connection.connection, { kind: 'offline', why: 'no-connection' });
  });

  it('that two customers are one: the update goes to the other (F38)', async (t) => {
    const { look, now, server, heard, db, clock, customerId } = waiting(t);
    const survivor = keepRecord(db, recordOf({ lastName: 'Before' }, '2'), clock.wallMs());
    server.onGet = () => ({ kind: 'found', value: customerRecord('2', 'Before'), merged: true, answer: okAnswer });
    assert.equal(await look(true), 'go');
    assert.equal(now().customerId, survivor);
    assert.deepEqual(heard, [`${customerId} is ${survivor}`, `customer ${survivor}`]);
  });

  it('something about somebody else: this customer stays as they are', async (t) => {
    const { look, server, heard, customerId, fields } = waiting(t);
    server.onGet = () => ({ kind: 'found', value: customerRecord('9', 'Theirs'), merged: false, answer: okAnswer });
    assert.equal(await look(true), 'go');
    assert.equal(fields()?.lastName, 'Before');
    assert.deepEqual(heard, [`customer ${customerId}`]);
  });

  it('what a field was, if nobody knew when it was edited: that is noted', async (t) => {
    const { look, now, server } = waiting(t, {
      changes: { lastName: 'New', firstName: 'Newer', 'custom.age': '46', registeredTill: 'till.1' },
      baseline: { lastName: 'Before' },
    });
    const record = customerRecord('1', 'Before');
    server.customers.set('1', { ...record, fields: { ...record.fields, registeredTill: null } });
    assert.equal(await look(true), 'go');
    assert.deepEqual(now().baseline, { lastName: 'Before', firstName: 'Some', registeredTill: null });
  });
});

describe('an update that staff', () => {
  for (const what of ['edit', 'cancel'] as const) {
    it(`${what} during the look is not sent as it was`, async (t) => {
      const { look, now, server, outbox, input } = waiting(t, { baseline: {} });
      server.onAnswer = async () => {
        if (what === 'edit') outbox.edit(now(), input({ firstName: 'Newer' }, 'till1'));
        else outbox.cancel(now(), null);
      };
      assert.equal(await look(true), 'moved-on');
      assert.deepEqual(now().baseline, what === 'edit' ? { firstName: 'Some' } : {});
    });
  }

  it('edit or cancel while its new identifier is looked up is not sent as it was', async (t) => {
    for (const what of ['edit', 'cancel'] as const) {
      const { look, now, server, outbox, input } = waiting(t, { changes: { email: 'a@example.com' }, baseline: {} });
      server.onAnswer = async () => {
        if (what === 'edit') outbox.edit(now(), input({ email: 'b@example.com' }, 'till1'));
        else outbox.cancel(now(), null);
      };
      assert.equal(await look(), 'moved-on');
    }
  });
});

describe('an identifier that is filled in (F23)', () => {
  const filling = { changes: { email: 'a@example.com' }, baseline: {} };
  const reason = (otherUserId: string | null) => ({ kind: 'belongs-to-other', key: 'email', otherUserId });
  const holder = (userId: string | null, fields: FieldValues = {}) => ({
    ...customerRecord('9', 'Other'),
    userId,
    fields: { lastName: 'Other', email: 'a@example.com', ...fields },
  });

  it('is sent if nobody has it', async (t) => {
    const { look, server, context } = waiting(t, filling);
    const taken = t.mock.method(context.pace, 'take');
    const passed = t.mock.method(context.blame, 'passed');
    assert.equal(await look(), 'go');
    assert.equal(server.calls, 1);
    assert.deepEqual([taken.mock.callCount(), passed.mock.callCount()], [1, 1]);
  });

  it('is left to a person if somebody else has it, and their record is stored to compare with', async (t) => {
    const { look, now, server, db, saidOf, customerId, context } = waiting(t, filling);
    const passed = t.mock.method(context.blame, 'passed');
    server.customers.set('9', holder('9'));
    assert.equal(await look(), 'closed');
    assert.deepEqual([now().state, now().reason], ['attention', reason('9')]);
    const other = findByConfirmedIdentifier(db, { type: 'email', value: 'a@example.com' });
    assert.equal(readRecord(db, other ?? 0)?.userId, '9');
    assert.ok(saidOf(customerId));
    assert.equal(passed.mock.callCount(), 1);
  });

  it('is sent if the same person has it, by the server id', async (t) => {
    const { look, server } = waiting(t, filling);
    server.customers.set('1', holder('1'));
    assert.equal(await look(), 'go');
  });

  it('is sent if the same person has it, by the identifier that the update is sent with', async (t) => {
    const { outbox, input, seen, context, server, db, clock } = contextOfOneCustomer(t);
    const customerId = keepRecord(db, recordOf({ mobile: '919845000077' }, null), clock.wallMs());
    const identifier = { type: 'mobile', value: '919845000077' } as const;
    const id = outbox.save({ ...input({ email: 'a@example.com' }, 'till1'), customerId, identifier });
    const lookedAt = async (found: FieldValues) => {
      server.onGet = () => ({ kind: 'found', value: holder('9', found), merged: false, answer: okAnswer });
      return (await lookBeforeSending(context, server.api, seen(id), { isOld: false, lane: 'counter' })).kind;
    };
    assert.equal(await lookedAt({ mobile: '09845000077' }), 'go');
    assert.equal(await lookedAt({ mobile: '919845000078' }), 'closed');
  });

  it('is left to a person if its owner has no server id, and there is nothing else to compare', async (t) => {
    const { look, now, server } = waiting(t, filling);
    server.onGet = () => ({ kind: 'found', value: holder(null), merged: false, answer: okAnswer });
    assert.equal(await look(), 'closed');
    assert.deepEqual(now().reason, reason(null));
  });

  it('is sent if staff confirmed that it is theirs', async (t) => {
    const { outbox, input, seen, context, server } = contextOfOneCustomer(t);
    const id = outbox.save({ ...input({ email: 'a@example.com' }, 'till1'), confirmedFills: ['email'] });
    const looked = await lookBeforeSending(context, server.api, seen(id), { isOld: false, lane: 'counter' });
    assert.equal(looked.kind, 'go');
    assert.equal(server.calls, 0);
  });

  it('is left to a person if the till may not read', async (t) => {
    const config = waiting(t, { ...filling, sync: { readBack: false } });
    assert.equal(await config.look(), 'closed');
    assert.deepEqual(config.now().reason, reason(null));
    assert.equal(config.server.calls, 0);
    const refused = waiting(t, filling);
    refused.server.readable = false;
    assert.equal(await refused.look(), 'closed');
    assert.deepEqual(refused.now().reason, reason(null));
  });

  it('waits if the server cannot be reached', async (t) => {
    const { look, now, server } = waiting(t, filling);
    server.reachable = false;
    assert.equal(await look(), 'later');
    assert.equal(now().state, 'queued');
  });
});
