import assert from 'node:assert/strict';
import { it } from 'node:test';
import { historyOf } from '../../electron/updates/history.ts';
import { isUntouched, mayPutOff, moveUpdate } from '../../electron/updates/update-states.ts';
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

it('an update that changed since it was read is not moved', (t) => {
  const { db, clock, outbox, input, seen } = outboxOfOneCustomer(t);
  const cancel = (update: ReturnType<typeof seen>) =>
    moveUpdate(db, clock, update, 'cancelled', { event: 'cancelled' }, {});
  const read = seen(outbox.save(input({ lastName: 'New' }, 'till1')));
  outbox.edit(read, input({ lastName: 'Newer' }, 'till1'));
  const edited = seen(read.id);
  assert.notEqual(edited.revision, read.revision);
  assert.equal(cancel(read), null, 'edited');
  outbox.claim(edited.id, edited.revision);
  assert.equal(seen(edited.id).revision, edited.revision);
  assert.equal(cancel(edited), null, 'on its way');
  db.prepare('delete from updates where id = ?').run(edited.id);
  assert.equal(cancel(edited), null, 'erased');
});

it('the history of an update that returns to the queue names the attempt that failed', (t) => {
  const { db, outbox, input, seen } = outboxOfOneCustomer(t);
  const { id } = seen(outbox.save(input({ lastName: 'New' }, 'till1')));
  const claimed = outbox.claim(id, seen(id).revision);
  assert.ok(claimed?.attemptId);
  outbox.notSent(claimed, 'busy', null);
  assert.equal(seen(id).attemptId, null);
  assert.equal(historyOf(db, id).at(-1)?.attemptId, claimed.attemptId);
});
