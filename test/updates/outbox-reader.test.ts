/** What the outbox says about its updates: how many there are of each kind, and since when. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { outboxOfOneCustomer } from './one-customer.ts';

it('an empty outbox counts nothing, and has no oldest time', (t) => {
  const { outbox } = outboxOfOneCustomer(t);
  assert.deepEqual(outbox.counts(), { queued: 0, sending: 0, unknown: 0, attention: 0, nextVisit: 0 });
  assert.deepEqual([outbox.waiting(), outbox.unsent(), outbox.doubleAwards()], [0, 0, 0]);
  assert.deepEqual(
    [outbox.oldestOpenSavedAtMs(), outbox.oldestWaitingSavedAtMs(), outbox.oldestUnknownSinceMs()],
    [null, null, null],
  );
  assert.deepEqual(outbox.inFiles(), { updates: 0, firstAtMs: null, lastAtMs: null });
});

it('updates are counted by what has to happen to them, each count with the time of its oldest', async (t) => {
  const { outbox, input, seen, clock } = outboxOfOneCustomer(t);
  const firstAtMs = clock.wallMs();
  const id = outbox.save(input({ lastName: 'New' }, 'till1'));
  await clock.pass(1000);
  outbox.claim(id, 0);
  outbox.save(input({ firstName: 'Later' }, 'till1'));
  assert.deepEqual(outbox.counts(), { queued: 1, sending: 1, unknown: 0, attention: 0, nextVisit: 0 });
  assert.deepEqual([outbox.waiting(), outbox.unsent()], [1, 2]);
  await clock.pass(1000);
  const unknownAtMs = clock.wallMs();
  outbox.uncertain(seen(id), 'timeout', null);
  assert.deepEqual(outbox.counts(), { queued: 1, sending: 0, unknown: 1, attention: 0, nextVisit: 0 });
  assert.equal(outbox.waiting(), 2);
  assert.equal(outbox.oldestUnknownSinceMs(), unknownAtMs);
  outbox.needsPerson(seen(id), { kind: 'no-such-customer' }, null);
  assert.deepEqual([outbox.waiting(), outbox.unsent()], [1, 2]);
  assert.deepEqual([outbox.oldestOpenSavedAtMs(), outbox.oldestWaitingSavedAtMs()], [firstAtMs, firstAtMs]);
  outbox.putOff(seen(id), null);
  assert.deepEqual(outbox.counts(), { queued: 1, sending: 0, unknown: 0, attention: 0, nextVisit: 1 });
  assert.deepEqual([outbox.oldestOpenSavedAtMs(), outbox.oldestWaitingSavedAtMs()], [firstAtMs, firstAtMs + 1000]);
});

it('an export is known by its id as soon as it has taken one update', async (t) => {
  const { outbox, input, seen, clock } = outboxOfOneCustomer(t);
  assert.equal(outbox.hasMovedOut('an export'), false);
  const sent = outbox.save(input({ lastName: 'New' }, 'till1'));
  outbox.claim(sent, 0);
  const waiting = outbox.save(input({ firstName: 'Later' }, 'till1'));
  outbox.uncertain(seen(sent), 'timeout', null);
  const firstAtMs = clock.wallMs();
  outbox.movedOut(seen(sent), 'an export', 'file');
  assert.equal(outbox.hasMovedOut('an export'), true);
  await clock.pass(1000);
  outbox.movedOut(seen(waiting), 'an export', 'file');
  assert.deepEqual([outbox.hasMovedOut('an export'), outbox.hasMovedOut('another export')], [true, false]);
  assert.deepEqual(outbox.exportsInFiles(), ['an export']);
  assert.deepEqual(outbox.inFiles('an export'), { updates: 2, firstAtMs, lastAtMs: firstAtMs + 1000 });
});
