/** What is removed from this till when a customer is erased. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isErased } from '../../electron/customers/erased.ts';
import { customerRow, readRecord } from '../../electron/customers/store.ts';
import { keepDraft, listDrafts } from '../../electron/updates/drafts.ts';
import { erase, forget } from '../../electron/updates/erasing.ts';
import { historyOf } from '../../electron/updates/history.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

it('a customer with nothing unsent is removed with every update, history and token, and the freed pages are overwritten', (t) => {
  const { db, customerId, outbox, input, seen } = outboxOfOneCustomer(t);
  const id = outbox.save(input({ lastName: 'New' }, 'till1'));
  const joined = input({ firstName: 'Newer' }, 'till1');
  outbox.save(joined);
  outbox.cancel(seen(id), null);
  for (const value of ['1', '2']) {
    const target = { identifier: { type: 'userId', value } } as const;
    keepDraft(db, { target, replaces: null, changes: { lastName: `Typed ${value}` }, typedAtMs: 1 });
  }
  const pragmas = t.mock.method(db, 'pragma');
  assert.deepEqual(forget(db, customerId, 5), { kind: 'forgotten' });
  assert.deepEqual(
    pragmas.mock.calls.map((call) => call.arguments[0]),
    ['secure_delete = ON', 'secure_delete = OFF'],
  );
  assert.deepEqual([customerRow(db, customerId), findUpdate(db, id), historyOf(db, id)], [null, null, []]);
  assert.equal(outbox.savedBy(joined.token), null);
  assert.deepEqual(
    listDrafts(db).map(({ changes }) => changes),
    [[{ key: 'lastName', to: 'Typed 2' }]],
  );
  assert.ok(isErased(db, { userId: '1', fields: {} }));
  erase(db, customerId, 6);
  assert.deepEqual(forget(db, customerId, 6), { kind: 'not-here' });
});

it('a customer with unsent updates is not erased until somebody closes them', async (t) => {
  const { db, clock, customerId, outbox, input, seen } = outboxOfOneCustomer(t);
  const closed = outbox.save(input({ mobile: '919845000011' }, 'till1'));
  outbox.cancel(seen(closed), null);
  await clock.pass(1000);
  const oldestSavedAtMs = clock.wallMs();
  const id = outbox.save(input({ mobile: '919845000012' }, 'till1'));
  await clock.pass(1000);
  outbox.save(input({ email: 'a@b.co' }, 'till1'));
  assert.deepEqual(forget(db, customerId, 5), { kind: 'unsent', count: 2, oldestSavedAtMs });
  assert.equal(readRecord(db, customerId)?.fields.lastName, 'Before');
  outbox.cancel(seen(id), null);
  assert.equal(forget(db, customerId, 5).kind, 'unsent', 'one is enough');
  keepDraft(db, { target: { customerId }, replaces: null, changes: { lastName: 'Typed' }, typedAtMs: 1 });
  erase(db, customerId, 5);
  assert.ok(isErased(db, { userId: '1', fields: {} }));
  assert.deepEqual(listDrafts(db), []);
  assert.deepEqual(readRecord(db, customerId)?.fields, {});
  assert.equal(customerRow(db, customerId)?.user_id, '1');
  assert.equal(customerRow(db, customerId)?.last_name, '');
  assert.deepEqual(seen(id).changes, { mobile: '919845000012' });
});
