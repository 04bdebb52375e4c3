/** Which customer an update belongs to by now, and which identifier it is sent with. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { insertUnknownCustomer } from '../../electron/customers/store.ts';
import { customerOf, identifierNow, pauseFor, refusedFor } from '../../electron/sync/context.ts';
import { recordOf } from '../customers/cache.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { contextOfOneCustomer } from './context-of-one.ts';

it('an update belongs to the customer that its own one was merged into (F38)', (t) => {
  const { context, outbox, input, seen, db, clock, customerId } = contextOfOneCustomer(t);
  const read = seen(outbox.save(input({ lastName: 'New' }, 'till1')));
  assert.equal(customerOf(context, read), customerId);
  const record = recordOf({ lastName: 'Before' }, '2');
  const survivor = keepRecord(db, record, clock.wallMs());
  context.records.keep({ record, by: 'read', asOfMs: clock.wallMs(), merged: true }, { customerId });
  assert.equal(customerOf(context, read), survivor);
  assert.deepEqual(identifierNow(context, read), { type: 'userId', value: '2' });
});

it('an update that is no longer in the outbox belongs to the customer that it names', (t) => {
  const { context } = contextOfOneCustomer(t);
  assert.equal(customerOf(context, { id: 'gone', customerId: 77 }), 77);
});

it('an update is sent with the server id once that is known, else with the identifier that it was saved with', (t) => {
  const { context, outbox, input, seen, db, clock } = contextOfOneCustomer(t);
  const identifier = { type: 'userId', value: '7' } as const;
  const customerId = insertUnknownCustomer(db, { type: 'mobile', value: '911' });
  db.prepare("update customer_records set record = replace(record, '911', '') where customer_id = ?").run(customerId);
  const update = seen(outbox.save({ ...input({ lastName: 'New' }, 'till1'), customerId, identifier }));
  assert.deepEqual(identifierNow(context, update), identifier);
  context.records.keep({ record: recordOf({}, '8'), by: 'read', asOfMs: clock.wallMs() }, { customerId });
  assert.deepEqual(identifierNow(context, update), { type: 'userId', value: '8' });
});

it('a refusal of an old password only shows that the server is reachable; one of the present password pauses sending', (t) => {
  const { context, server, outbox, input, seen } = contextOfOneCustomer(t);
  const { connection, blame } = context;
  const update = seen(outbox.save(input({ lastName: 'New' }, 'till1')));
  const withOldPassword = { ...server.api };
  const refusals = [
    () => pauseFor(context, withOldPassword, 'credentials'),
    () => assert.equal(refusedFor(context, withOldPassword, update, 'send', 'credentials'), false),
  ];
  for (const refuse of refusals) {
    blame.connectionFailed({ why: 'no-connection', retryAfterMs: null });
    assert.equal(connection.connection.kind, 'offline');
    refuse();
    assert.deepEqual(
      [connection.connection.kind, connection.paused, blame.isSuspect(update.id)],
      ['online', null, false],
    );
  }
  pauseFor(context, server.api, 'credentials');
  assert.equal(connection.paused, 'credentials');
});
