/** What becomes of a customer's updates, drafts and tokens when the server says something about the customer. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { keepDraft, listDrafts } from '../../electron/updates/drafts.ts';
import { recordOf } from '../customers/cache.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { addToRegion, outboxOfOneCustomer } from './one-customer.ts';

it('updates, drafts and tokens of a customer who was merged move to the survivor (F05, F38)', (t) => {
  const { db, clock, customerId, outbox, input, seen } = outboxOfOneCustomer(t);
  const survivor = keepRecord(db, recordOf({ lastName: 'Before' }, '2'), clock.wallMs());
  const first = outbox.save(input({ lastName: 'New' }, 'till1'));
  const joined = input({ firstName: 'Newer' }, 'till1');
  assert.equal(outbox.save(joined), first);
  keepDraft(db, { target: { customerId }, replaces: null, changes: { email: 'a@b.co' }, typedAtMs: 1 });
  const told = {
    record: recordOf({ lastName: 'Before' }, '2'),
    by: 'read',
    asOfMs: clock.wallMs(),
    merged: true,
  } as const;
  createRecordKeeper(db, clock).keep(told, { customerId });
  assert.equal(seen(first).customerId, survivor);
  for (const token of [first, joined.token]) {
    assert.deepEqual(outbox.savedBy(token), { updateId: first, customerId: survivor });
  }
  assert.deepEqual(
    listDrafts(db).map(({ target }) => target),
    [{ customerId: survivor }],
  );
});

it('updates move to the survivor even if only the region file has them (F38)', (t) => {
  const { db, clock, customerId, outbox, input, seen } = outboxOfOneCustomer(t);
  const record = recordOf({ lastName: 'Before' }, '2');
  const survivor = addToRegion(db, record);
  const id = outbox.save(input({ lastName: 'New' }, 'till1'));
  createRecordKeeper(db, clock).keep({ record, by: 'read', asOfMs: clock.wallMs(), merged: true }, { customerId });
  assert.equal(seen(id).customerId, survivor);
});
