/** An outbox for one customer, whom the server knows as user 1. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { encodeRecord } from '../../electron/customers/record-json.ts';
import { firstRegionId } from '../../electron/customers/region.ts';
import type { Db } from '../../electron/db/open.ts';
import type { CustomerRecord, FieldChanges, FieldValues } from '../../electron/model/customer.ts';
import type { SaveInput } from '../../electron/updates/joining.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { findUpdate, type Update } from '../../electron/updates/rows.ts';
import { openTestCache } from '../customers/cache.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

/** Puts a customer into the region file. @returns their id there */
export function addToRegion(db: Db, record: CustomerRecord): number {
  db.prepare(
    `insert into region.customers (id, user_id, mobile, first_name, last_name, name_forward, name_backward, line)
     values (?, ?, ?, '', ?, '', '', 1)`,
  ).run(firstRegionId, record.userId, record.fields.mobile ?? null, record.fields.lastName ?? '');
  db.prepare('insert into region.customer_records values (?, ?)').run(firstRegionId, encodeRecord(record));
  return firstRegionId;
}

export function outboxOfOneCustomer(t: TestContext) {
  const cache = openTestCache();
  t.after(cache.close);
  const { db } = cache;
  const clock = virtualClock();
  const random = seededRandom(3);
  const outbox = new Outbox(db, clock, random);
  const customerId = keepRecord(db, customerRecord('1', 'Before'), clock.wallMs());
  const input = (changes: FieldChanges, till: string, baseline: FieldValues = {}): SaveInput => ({
    token: random.id(),
    kind: 'fields',
    customerId,
    identifier: { type: 'userId', value: '1' },
    changes,
    baseline,
    confirmedFills: [],
    staff: null,
    till,
  });
  const seen = (id: string): Update => {
    const update = findUpdate(db, id);
    assert.ok(update !== null);
    return update;
  };
  return { db, clock, customerId, outbox, input, seen };
}
