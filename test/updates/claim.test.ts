import assert from 'node:assert/strict';
import { it } from 'node:test';
import { outboxOfOneCustomer } from './one-customer.ts';

it('an update edited since its lookup is not claimed for sending in its old form', (t) => {
  const { outbox, input, seen } = outboxOfOneCustomer(t);
  const looked = seen(outbox.save(input({ lastName: 'Old' }, 'till1')));
  outbox.edit(looked, input({ lastName: 'New' }, 'till1'));
  assert.equal(outbox.claim(looked.id, looked.revision), null);
  assert.equal(seen(looked.id).state, 'queued');
  const claimed = outbox.claim(looked.id, seen(looked.id).revision);
  assert.deepEqual(claimed?.changes, { lastName: 'New' });
});

it('an update is not claimed for sending once another of its customer comes before it', (t) => {
  const { outbox, input, seen } = outboxOfOneCustomer(t);
  const first = seen(outbox.save(input({ lastName: 'Refused' }, 'till1')));
  outbox.needsPerson(first, { kind: 'no-such-customer' }, null);
  const second = seen(outbox.save(input({ firstName: 'Later' }, 'till1')));
  const corrected = seen(outbox.replace(seen(first.id), input({ lastName: 'Corrected' }, 'till1')));
  assert.equal(outbox.claim(second.id, second.revision), null);
  assert.equal(outbox.claim(corrected.id, corrected.revision)?.state, 'sending');
});
