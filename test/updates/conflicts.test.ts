import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { FieldConflict } from '../../electron/model/update-view.ts';
import { recordOf } from '../customers/cache.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

const lastName: FieldConflict = { key: 'lastName', was: 'Old', theirs: 'Theirs', ours: 'Ours' };
const firstName: FieldConflict = { key: 'firstName', was: 'Old', theirs: 'Theirs', ours: 'Ours' };

for (const { title, told, expected } of [
  {
    title: "staff decide an open conflict by the server's present value of each field (F22)",
    told: { lastName: 'Newer', firstName: 'Theirs' },
    expected: [{ ...lastName, theirs: 'Newer' }, firstName],
  },
  {
    title: 'a conflict shows that the server has emptied a field',
    told: { lastName: null, firstName: null },
    expected: [
      { ...lastName, theirs: null },
      { ...firstName, theirs: null },
    ],
  },
]) {
  it(title, (t) => {
    const { db, outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save(input({ lastName: 'Ours', firstName: 'Ours' }, 'till1'));
    outbox.needsPerson(seen(id), { kind: 'conflict', fields: [lastName, firstName] }, null);
    keepRecord(db, recordOf(told, '1'), 9_000_000);
    assert.deepEqual(seen(id).reason, { kind: 'conflict', fields: expected });
  });
}

it('a conflict about a field that the server never sent stays as it was', (t) => {
  const { db, outbox, input, seen } = outboxOfOneCustomer(t);
  const id = outbox.save(input({ 'custom.age': '46' }, 'till1'));
  const fields: FieldConflict[] = [{ key: 'custom.age', was: '44', theirs: '45', ours: '46' }];
  outbox.needsPerson(seen(id), { kind: 'conflict', fields }, null);
  keepRecord(db, recordOf({ lastName: 'Newer' }, '1'), 9_000_000);
  assert.deepEqual(seen(id).reason, { kind: 'conflict', fields });
});

it('every conflict of the customer is kept up to date, whatever else needs attention', (t) => {
  const { db, outbox, input, seen } = outboxOfOneCustomer(t);
  const refused = outbox.save(input({ lastName: 'Refused' }, 'till1'));
  outbox.needsPerson(seen(refused), { kind: 'no-such-customer' }, null);
  const id = outbox.save(input({ lastName: 'Ours' }, 'till1'));
  outbox.needsPerson(seen(id), { kind: 'conflict', fields: [lastName] }, null);
  keepRecord(db, recordOf({ lastName: 'Newer' }, '1'), 9_000_000);
  assert.deepEqual(seen(refused).reason, { kind: 'no-such-customer' });
  assert.deepEqual(seen(id).reason, { kind: 'conflict', fields: [{ ...lastName, theirs: 'Newer' }] });
});
