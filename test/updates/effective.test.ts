/** What staff see of a customer with unsent edits, and which identifier an update is sent with. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { customerRow, insertUnknownCustomer } from '../../electron/customers/store.ts';
import type { CustomerRecord, FieldValues } from '../../electron/model/customer.ts';
import { effectiveView, identifierOf, refreshEffective } from '../../electron/updates/effective.ts';
import { openTestCache, recordOf } from '../customers/cache.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { unknownLoyalty } from '../helpers/loyalty.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

describe('the effective view', () => {
  it('shows every open edit on top of the record, or all but one', (t) => {
    const { db, customerId, outbox, input, seen } = outboxOfOneCustomer(t);
    const first = outbox.save(input({ lastName: 'First' }, 'till1'));
    outbox.needsPerson(seen(first), { kind: 'no-such-customer' }, null);
    const second = outbox.save(input({ firstName: 'Second' }, 'till1'));
    const { fields, edits } = effectiveView(db, customerId);
    assert.deepEqual([fields.firstName, fields.lastName], ['Second', 'First']);
    assert.deepEqual(
      edits.map(({ id }) => id),
      [first, second],
    );
    const without = effectiveView(db, customerId, first);
    assert.deepEqual([without.fields.firstName, without.fields.lastName], ['Second', 'Before']);
    assert.deepEqual(
      without.edits.map(({ id }) => id),
      [second],
    );
  });

  it("gives the search the record's tier and the number of open updates", (t) => {
    const { db, close } = openTestCache();
    t.after(close);
    const loyalty = { ...unknownLoyalty, tier: 'Gold' };
    const customerId = keepRecord(db, { ...recordOf({ lastName: 'Iyer' }, '1'), loyalty }, 1000);
    refreshEffective(db, customerId);
    assert.deepEqual([customerRow(db, customerId)?.tier, customerRow(db, customerId)?.open_updates], ['Gold', 0]);
  });
});

describe('the identifier that an update is sent with', () => {
  const of = (record: CustomerRecord) => {
    const { db, close } = openTestCache();
    try {
      return identifierOf(db, keepRecord(db, record, 1000), 'email');
    } finally {
      close();
    }
  };
  const cases: readonly (readonly [string, FieldValues, string | null, ReturnType<typeof identifierOf>])[] = [
    ["is the server's id", { mobile: '911', email: 'a@b.co' }, '7', { type: 'userId', value: '7' }],
    ['is the primary identifier', { mobile: '911', email: 'a@b.co' }, null, { type: 'email', value: 'a@b.co' }],
    ['is any other, if the primary is unknown', { externalId: 'X' }, null, { type: 'externalId', value: 'X' }],
    ['is any other, if the primary is empty', { email: '', mobile: '911' }, null, { type: 'mobile', value: '911' }],
    ['is any other, if there is no primary', { email: null, mobile: '911' }, null, { type: 'mobile', value: '911' }],
    ['is none, if none is known', { lastName: 'Iyer' }, null, null],
  ];
  for (const [title, fields, userId, expected] of cases) {
    it(title, () => assert.deepEqual(of(recordOf(fields, userId)), expected));
  }

  it('is never one that is only pending (F36)', (t) => {
    const { db, outbox, input } = outboxOfOneCustomer(t);
    const customerId = insertUnknownCustomer(db, { type: 'externalId', value: 'X' });
    outbox.save({ ...input({ mobile: '919845012345' }, 'till1'), customerId });
    assert.deepEqual(identifierOf(db, customerId, 'mobile'), { type: 'externalId', value: 'X' });
  });

  it('is none for a customer who is not on this till', (t) => {
    const { db, customerId } = outboxOfOneCustomer(t);
    assert.equal(identifierOf(db, customerId + 1, 'mobile'), null);
  });
});
