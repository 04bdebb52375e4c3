/** What each answer about an update that may have arrived leads to. `decide.test.ts` has the evidence itself. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { customerRow, readRecord } from '../../electron/customers/store.ts';
import type { FieldChanges } from '../../electron/model/customer.ts';
import { readBack } from '../../electron/sync/read-back.ts';
import { recordOf } from '../customers/cache.ts';
import { customerRecord, okAnswer } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { type ContextOptions, contextOfOneCustomer } from './context-of-one.ts';

type Options = ContextOptions & {
  readonly kind?: 'fields' | 'identity';
  readonly resent?: boolean;
  readonly restored?: boolean;
};

/** An update that may have arrived, of a customer whose record here is complete. */
function unknown(t: TestContext, options: Options = {}) {
  const { kind = 'fields', resent = false, restored = false } = options;
  const one = contextOfOneCustomer(t, options);
  const { db, clock, outbox, input, seen, context, server, customerId, heard } = one;
  const before = { points: 0, purchases: 0, updatedOn: null, markKey: null, mark: null, asOfMs: clock.wallMs() };
  const changes: FieldChanges = kind === 'fields' ? { lastName: 'New' } : { mobile: '919845099999' };
  const id = outbox.save({ ...input(changes, 'till1', { lastName: 'Before' }), kind });
  for (const again of resent ? [true, false] : [false]) {
    outbox.claim(id, 0, before);
    outbox.uncertain(seen(id), 'timeout', null);
    if (again) outbox.resend(seen(id));
  }
  if (restored) outbox.restored(seen(id));
  const read = (hadTime = true) => readBack(context, server.api, seen(id), { lane: 'counter', hadTime });
  const now = () => seen(id);
  const fields = () => readRecord(db, customerId)?.fields;
  const saidOf = (of: number) => heard.includes(`update ${id} of ${of}`);
  return { ...one, id, read, now, fields, saidOf };
}

const cannotTell = (why: string, after = 'timeout') => ({ kind: 'cannot-tell', after, because: why });

describe('the server has the customer, and the update', () => {
  it('arrived: it is applied, and reads that started before do not undo it (F61)', async (t) => {
    const { read, now, server, fields, saidOf, customerId, context } = unknown(t);
    server.customers.set('1', customerRecord('1', 'New'));
    assert.equal(await read(), 'closed');
    assert.deepEqual([now().state, now().result?.confirmedBy], ['applied', 'read']);
    assert.deepEqual([now().result?.effects, now().result?.warnings, now().result?.answer], [[], [], null]);
    assert.equal(fields()?.lastName, 'New');
    assert.ok(saidOf(customerId));
    assert.ok(context.applied.isOvertaken(customerId, 0));
  });

  it('did not arrive: it is sent once more', async (t) => {
    const { read, now, saidOf, customerId, clock, db } = unknown(t);
    await clock.pass(1000);
    assert.equal(await read(), 'goes-again');
    assert.deepEqual([now().state, now().resent], ['queued', true]);
    assert.equal(customerRow(db, customerId)?.as_of_ms, clock.wallMs());
    assert.ok(saidOf(customerId));
  });

  it('may still arrive at a slow server: it is read again later (F43)', async (t) => {
    const { read, now } = unknown(t);
    assert.equal(await read(false), 'too-early');
    assert.deepEqual([now().state, now().resent], ['unknown', false]);
  });

  it('cannot be proved either way: a person decides, and sees what the server has now', async (t) => {
    const { read, now, server, fields, saidOf, customerId } = unknown(t);
    server.customers.set('1', customerRecord('1', 'Third'));
    assert.equal(await read(), 'closed');
    assert.deepEqual([now().state, now().reason], ['attention', cannotTell('read-back-differs')]);
    assert.equal(fields()?.lastName, 'Third');
    assert.ok(saidOf(customerId));
  });

  it('belongs to somebody who was merged at head office (F38)', async (t) => {
    const { read, now, server, saidOf, heard, customerId, db, clock } = unknown(t);
    const survivor = keepRecord(db, recordOf({ lastName: 'Third' }, '2'), clock.wallMs());
    const record = { ...customerRecord('2', 'Third') };
    server.onGet = () => ({ kind: 'found', value: record, merged: true, answer: okAnswer });
    assert.equal(await read(), 'closed');
    assert.deepEqual([now().state, now().customerId], ['attention', survivor]);
    assert.ok(saidOf(survivor));
    assert.ok(heard.includes(`${customerId} is ${survivor}`));
  });

  it('gets an answer about somebody else: this customer stays as they are', async (t) => {
    const { read, server, fields, saidOf, customerId } = unknown(t);
    server.onGet = () => ({ kind: 'found', value: customerRecord('9', 'Third'), merged: false, answer: okAnswer });
    await read();
    assert.equal(fields()?.lastName, 'Before');
    assert.ok(saidOf(customerId));
  });
});

it('reading back counts in the pace, and as an exchange of this update that passed', async (t) => {
  const { read, context, id } = unknown(t);
  const taken = t.mock.method(context.pace, 'take');
  const passed = t.mock.method(context.blame, 'passed');
  await read();
  assert.deepEqual(
    taken.mock.calls.map((call) => call.arguments),
    [['counter']],
  );
  assert.deepEqual(
    passed.mock.calls.map(({ arguments: [update, step] }) => [update.id, step]),
    [[id, 'read-back']],
  );
});

describe('the server does not give the customer', () => {
  it('because they do not exist: a person decides', async (t) => {
    const { read, now, server, saidOf, customerId, context } = unknown(t);
    const passed = t.mock.method(context.blame, 'passed');
    server.customers.clear();
    assert.equal(await read(), 'closed');
    assert.deepEqual([now().state, now().reason], ['attention', { kind: 'no-such-customer' }]);
    assert.ok(saidOf(customerId));
    assert.equal(passed.mock.callCount(), 1);
  });

  it('because it refuses the password: the update stays as it is, and another customer’s goes first', async (t) => {
    const { read, now, server, context } = unknown(t);
    server.onGet = () => ({ kind: 'held', why: 'credentials', answer: okAnswer });
    assert.equal(await read(), 'later');
    assert.equal(now().state, 'unknown');
    assert.deepEqual([context.blame.refusalInDoubt, context.connection.paused], ['credentials', null]);
  });

  it('because this till may not read: a person decides, and the server counts as reached', async (t) => {
    const { read, now, server, context, saidOf, customerId } = unknown(t);
    server.readable = false;
    assert.equal(await read(), 'closed');
    assert.deepEqual([now().state, now().reason], ['attention', cannotTell('read-back-not-allowed')]);
    assert.deepEqual([context.connection.paused, context.connection.connection], [null, { kind: 'online' }]);
    assert.ok(saidOf(customerId));
  });

  it('because it refuses this request: a person decides', async (t) => {
    const { read, now, server, context } = unknown(t);
    const passed = t.mock.method(context.blame, 'passed');
    const rejection = { code: 1, field: null, message: null };
    server.onGet = () => ({ kind: 'refused', rejection, answer: okAnswer });
    assert.equal(await read(), 'closed');
    assert.deepEqual(now().reason, cannotTell('read-back-not-allowed'));
    assert.equal(passed.mock.callCount(), 1);
  });

  it('because it cannot be reached: the update stays as it is, and the connection is blamed', async (t) => {
    const { read, now, server, context } = unknown(t);
    server.reachable = false;
    assert.equal(await read(), 'later');
    assert.equal(now().state, 'unknown');
    assert.deepEqual(context.connection.connection, { kind: 'offline', why: 'no-connection' });
  });
});

describe('the till may not read', () => {
  const never = { readBack: false };
  const always = { readBack: false, resendUnconfirmed: 'always' };

  it('and does not ask: a person decides', async (t) => {
    const { read, now, server, saidOf, customerId } = unknown(t, { sync: never });
    assert.equal(await read(), 'closed');
    assert.deepEqual(now().reason, cannotTell('read-back-not-allowed'));
    assert.equal(server.calls, 0);
    assert.ok(saidOf(customerId));
  });

  it('and IT allows a second send: it is sent once more, after the time that a slow server may need (F43)', async (t) => {
    const { read, now, server, saidOf, customerId } = unknown(t, { sync: always });
    assert.equal(await read(false), 'too-early');
    assert.equal(now().state, 'unknown');
    assert.equal(await read(), 'goes-again');
    assert.deepEqual([now().state, now().resent], ['queued', true]);
    assert.equal(server.calls, 0);
    assert.ok(saidOf(customerId));
  });

  it('and it was already sent again: a person decides', async (t) => {
    const { read, now } = unknown(t, { sync: always, resent: true });
    assert.equal(await read(), 'closed');
    assert.deepEqual(now().reason, cannotTell('resent-once'));
  });

  it('and it comes from a backup: a person decides, whatever IT allows (F44)', async (t) => {
    const { read, now } = unknown(t, { sync: always, restored: true });
    assert.equal(await read(), 'closed');
    assert.deepEqual(now().reason, cannotTell('restored', 'restored'));
  });

  it('and it is a request to change an identifier: a person decides, whatever IT allows', async (t) => {
    const { read, now } = unknown(t, { sync: always, kind: 'identity' });
    assert.equal(await read(), 'closed');
    assert.deepEqual(now().reason, cannotTell('read-back-not-allowed'));
  });
});

it('a request to change an identifier cannot be read back, so a person decides', async (t) => {
  const { read, now, server } = unknown(t, { kind: 'identity' });
  assert.equal(await read(), 'closed');
  assert.deepEqual(now().reason, cannotTell('read-back-not-allowed'));
  assert.equal(server.calls, 0);
});
