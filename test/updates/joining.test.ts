/** Which saves become one update, and what is left of it if staff change a value back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FieldChanges } from '../../electron/model/customer.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

describe('a save while an update of the customer is waiting', () => {
  it('becomes part of it, if neither was sent', (t) => {
    const { outbox, input, seen } = outboxOfOneCustomer(t);
    const first = outbox.save(input({ lastName: 'New' }, 'till1', { lastName: 'Old' }));
    assert.equal(outbox.save(input({ firstName: 'Newer' }, 'till1', { firstName: 'Older' })), first);
    assert.deepEqual(seen(first).changes, { lastName: 'New', firstName: 'Newer' });
    assert.deepEqual(seen(first).baseline, { lastName: 'Old', firstName: 'Older' });
  });

  const alone: readonly FieldChanges[] = [
    { mobile: '919845012345' },
    { email: 'a@example.com' },
    { externalId: 'A-1' },
    { type: 'LOYALTY' },
    { fraudStatus: 'CONFIRMED' },
    { 'subscription.sms.BULK': '1' },
  ];
  for (const changes of alone) {
    const [field] = Object.keys(changes);
    it(`stays an update of its own if either changes ${field} (F20)`, (t) => {
      const { outbox, input, seen } = outboxOfOneCustomer(t);
      const name = outbox.save(input({ lastName: 'New' }, 'till1'));
      const own = outbox.save(input(changes, 'till1'));
      const later = outbox.save(input({ firstName: 'Newer' }, 'till1'));
      assert.equal(new Set([name, own, later]).size, 3);
      assert.deepEqual(seen(own).changes, changes);
    });
  }

  it('stays an update of its own if other staff saved it, or the first is being sent', (t) => {
    const { outbox, input, seen } = outboxOfOneCustomer(t);
    const first = outbox.save(input({ lastName: 'New' }, 'till1'));
    const bySomebody = { ...input({ firstName: 'Newer' }, 'till1'), staff: { code: 'A1', name: 'Ana' } };
    const second = outbox.save(bySomebody);
    assert.notEqual(second, first);
    outbox.cancel(seen(first), null);
    assert.equal(outbox.claim(second, seen(second).revision)?.state, 'sending');
    assert.notEqual(outbox.save({ ...bySomebody, token: 'another', changes: { firstName: 'Newest' } }), second);
  });

  it('is never joined if it is a request to change an identifier', (t) => {
    const { outbox, input } = outboxOfOneCustomer(t);
    const first = outbox.save(input({ lastName: 'New' }, 'till1'));
    const request = outbox.save({ ...input({ lastName: 'Asked' }, 'till1'), kind: 'identity' });
    assert.notEqual(request, first);
    assert.notEqual(outbox.save(input({ firstName: 'Newer' }, 'till1')), request);
  });
});

describe('a value that staff change back while its update is waiting', () => {
  it('is not sent if the server had it at the first edit and has it now (F49)', (t) => {
    const { outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save(input({ lastName: 'New', firstName: 'Newer' }, 'till1', { lastName: 'Old' }));
    outbox.save(input({ lastName: 'Old' }, 'till1', { lastName: 'Old' }));
    assert.deepEqual(seen(id).changes, { firstName: 'Newer' });
  });

  it('is sent if the server has another value by now (F49)', (t) => {
    const { outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save(input({ lastName: 'New' }, 'till1', { lastName: 'Old' }));
    outbox.save(input({ lastName: 'Old' }, 'till1', { lastName: 'Third' }));
    assert.deepEqual(seen(id).changes, { lastName: 'Old' });
  });

  it('is sent if nobody knows what the server had', (t) => {
    const { outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save(input({ lastName: 'New' }, 'till1'));
    outbox.save(input({ lastName: 'Old' }, 'till1'));
    assert.deepEqual(seen(id).changes, { lastName: 'Old' });
  });

  it('is sent if an earlier update still changes it first', (t) => {
    const { outbox, input, seen } = outboxOfOneCustomer(t);
    const first = outbox.save(input({ lastName: 'Between' }, 'till1', { lastName: 'Old' }));
    outbox.needsPerson(seen(first), { kind: 'no-such-customer' }, null);
    const second = outbox.save(input({ lastName: 'New' }, 'till1', { lastName: 'Old' }));
    assert.notEqual(second, first);
    outbox.save(input({ lastName: 'Old' }, 'till1', { lastName: 'Old' }));
    assert.deepEqual(seen(second).changes, { lastName: 'Old' });
  });
});
