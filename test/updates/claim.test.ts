import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { FieldChanges } from '../../electron/model/customer.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { findUpdate, type Update } from '../../electron/updates/rows.ts';
import { openTestCache } from '../customers/cache.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { keepTold } from '../helpers/keep-told.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

function outboxOfOneCustomer(t: TestContext) {
  const cache = openTestCache();
  t.after(cache.close);
  const { db } = cache;
  const clock = virtualClock();
  const random = seededRandom(3);
  const outbox = new Outbox(db, clock, random);
  const customerId = keepTold(db, customerRecord('1', 'Before'), clock.wallMs());
  const input = (changes: FieldChanges, till: string) => ({
    token: random.id(),
    kind: 'fields' as const,
    customerId,
    identifier: { type: 'userId', value: '1' } as const,
    changes,
    baseline: {},
    confirmedFills: [],
    staff: null,
    till,
  });
  const seen = (id: string): Update => {
    const update = findUpdate(db, id);
    assert.ok(update !== null);
    return update;
  };
  return { outbox, input, seen };
}

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
