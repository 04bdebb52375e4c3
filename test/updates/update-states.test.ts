import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isUntouched, mayPutOff } from '../../electron/updates/update-states.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

it('an update is untouched only while it waits and was never sent', (t) => {
  const { outbox, input, seen } = outboxOfOneCustomer(t);
  const update = seen(outbox.save(input({ lastName: 'New' }, 'till1')));
  assert.equal(isUntouched(update), true);
  assert.equal(isUntouched({ ...update, attempts: 1 }), false);
  assert.equal(isUntouched({ ...update, state: 'attention' }), false);
});

it('only a conflict can be put off, and only once', (t) => {
  const { outbox, input, seen } = outboxOfOneCustomer(t);
  const update = seen(outbox.save(input({ lastName: 'New' }, 'till1')));
  const conflict = { ...update, state: 'attention', reason: { kind: 'conflict', fields: [] } } as const;
  assert.equal(mayPutOff(conflict), true);
  assert.equal(mayPutOff({ ...conflict, putOffAtMs: 1 }), false);
  assert.equal(mayPutOff({ ...conflict, reason: { kind: 'no-such-customer' } }), false);
  assert.equal(mayPutOff({ ...conflict, state: 'discarded' }), false);
});
