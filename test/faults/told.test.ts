/** The one door for what the server says: who is meant, what replaces what, and what never does. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import {
  customerRow,
  findByConfirmedIdentifier,
  insertUnknownCustomer,
  readRecord,
} from '../../electron/customers/store.ts';
import type { RecordKeeper } from '../../electron/customers/told.ts';
import type { Db } from '../../electron/db/open.ts';
import type { CustomerRecord, FieldChanges, FieldValues, Identifier } from '../../electron/model/customer.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { erase } from '../../electron/updates/erasing.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import { openTestCache, recordOf } from '../customers/cache.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

function open(t: TestContext): { db: Db; records: RecordKeeper; outbox: Outbox } {
  const cache = openTestCache();
  t.after(cache.close);
  const clock = virtualClock();
  return {
    db: cache.db,
    records: createRecordKeeper(cache.db, clock),
    outbox: new Outbox(cache.db, clock, seededRandom(3)),
  };
}

let tokens = 0;
function save(outbox: Outbox, customerId: number, identifier: Identifier, changes: FieldChanges) {
  tokens += 1;
  return outbox.save({
    token: `00000000-0000-4000-8000-${String(tokens).padStart(12, '0')}`,
    customerId,
    kind: 'fields',
    identifier,
    changes,
    baseline: {},
    confirmedFills: [],
    staff: null,
    till: 'till1',
  });
}

const record = (userId: string | null, fields: FieldValues, updatedOn: string | null = null): CustomerRecord => ({
  ...recordOf(fields, userId),
  updatedOn,
});
const fieldsOf = (db: Db, id: number) => readRecord(db, id)?.fields;

test('F36 an identifier that is only pending for one customer leads to its real owner, however the owner becomes known', (t) => {
  const { db, records, outbox } = open(t);
  const anna: Identifier = { type: 'email', value: 'anna@example.com' };
  const annaId = insertUnknownCustomer(db, anna);
  const updateId = save(outbox, annaId, anna, { mobile: '919845000123', lastName: 'Anna-New' });
  const asha = record('777', { firstName: 'Asha', mobile: '919845000123', email: 'asha@example.com' });
  for (const by of ['file', 'till', 'read'] as const) {
    const asked = by === 'file' ? null : ({ identifier: { type: 'mobile', value: '919845000123' } } as const);
    const kept = records.keep({ record: asha, by, asOfMs: by === 'file' ? null : 1000 }, asked);
    assert.ok(kept.kind === 'kept' && kept.customerId !== annaId, by);
  }
  assert.equal(findByConfirmedIdentifier(db, anna), annaId);
  assert.deepEqual(fieldsOf(db, annaId), { email: 'anna@example.com' });
  assert.equal(findUpdate(db, updateId)?.customerId, annaId);
  assert.equal(customerRow(db, annaId)?.user_id, null);
});

test('F38 a customer who was merged at head office becomes one here with both sets of updates, whether or not both were known', (t) => {
  for (const isSurvivorKnown of [false, true]) {
    const { db, records, outbox } = open(t);
    const before = records.keep({ record: record('1', { lastName: 'Iyer', mobile: '911' }), by: 'read', asOfMs: 1000 });
    assert.ok(before.kind === 'kept');
    const survivor = record('2', { lastName: 'Iyer', mobile: '922' });
    if (isSurvivorKnown) records.keep({ record: survivor, by: 'read', asOfMs: 1000 });
    const updateId = save(outbox, before.customerId, { type: 'userId', value: '1' }, { firstName: 'Sneha' });
    const asked = { customerId: before.customerId };
    const kept = records.keep({ record: survivor, by: 'read', asOfMs: 2000, merged: true }, asked);
    assert.ok(kept.kind === 'kept');
    assert.equal(kept.customerId === before.customerId, !isSurvivorKnown);
    assert.equal(customerRow(db, kept.customerId)?.user_id, '2');
    assert.equal(fieldsOf(db, kept.customerId)?.mobile, '922');
    assert.equal(findUpdate(db, updateId)?.customerId, kept.customerId);
  }
});

test('an answer about another user id is kept as another person, unless the server said the two were merged', (t) => {
  const { db, records } = open(t);
  const first = records.keep({ record: record('1', { lastName: 'One' }), by: 'read', asOfMs: 1000 });
  assert.ok(first.kind === 'kept');
  const asked = { customerId: first.customerId };
  const kept = records.keep({ record: record('2', { lastName: 'Two' }), by: 'read', asOfMs: 2000 }, asked);
  assert.equal(kept.kind, 'somebody-else');
  assert.equal(fieldsOf(db, first.customerId)?.lastName, 'One');
});

test('F46 an older updated_on, or a file, never replaces or refreshes newer data', (t) => {
  const { db, records } = open(t);
  const now = { record: record('1', { lastName: 'Now' }, '2026-03-02 10:00:00'), by: 'read', asOfMs: 5000 } as const;
  const kept = records.keep(now);
  assert.ok(kept.kind === 'kept');
  const asked = { customerId: kept.customerId };
  const state = () => [fieldsOf(db, kept.customerId)?.lastName, customerRow(db, kept.customerId)?.as_of_ms];
  const old = record('1', { lastName: 'Old' }, '2026-03-01 10:00:00');
  const undated = record('1', { lastName: 'Undated' });
  for (const [by, given] of [
    ['read', old],
    ['till', old],
    ['file', old],
    ['file', undated],
  ] as const) {
    records.keep({ record: given, by, asOfMs: by === 'file' ? null : 9000 }, asked);
    assert.deepEqual(state(), ['Now', 5000], `${by} ${given.updatedOn}`);
  }
  records.keep({ record: record('1', { lastName: 'Newer' }, '2026-03-03 10:00:00'), by: 'file', asOfMs: null }, asked);
  assert.deepEqual(state(), ['Newer', null], 'a file that is certainly newer counts, but is never fresh');
});

test('F41 what an answer does not mention stays; what a returned list leaves out is no longer known', (t) => {
  const { db, records } = open(t);
  const first = record('1', { lastName: 'A', associatedWith: 'till.1', 'custom.age': '46' });
  const kept = records.keep({ record: first, by: 'read', asOfMs: 1000 });
  assert.ok(kept.kind === 'kept');
  const asked = { customerId: kept.customerId };
  records.keep({ record: { ...record('1', { lastName: 'B' }), listedGroups: [] }, by: 'read', asOfMs: 2000 }, asked);
  assert.deepEqual(fieldsOf(db, kept.customerId), { lastName: 'B', associatedWith: 'till.1', 'custom.age': '46' });
  const listed = { ...record('1', { 'custom.city': 'Pune' }), listedGroups: ['custom' as const] };
  records.keep({ record: listed, by: 'answer', asOfMs: 3000 }, asked);
  assert.equal(fieldsOf(db, kept.customerId)?.['custom.age'], '46', 'the answer to an update repeats only a part');
  records.keep({ record: listed, by: 'read', asOfMs: 4000 }, asked);
  assert.deepEqual(fieldsOf(db, kept.customerId), { lastName: 'B', associatedWith: 'till.1', 'custom.city': 'Pune' });
});

test('F48 no file and no other till brings back an erased customer; only the server itself does', (t) => {
  const { db, records } = open(t);
  const rita = record('1', { firstName: 'Rita', mobile: '917713643123' });
  const kept = records.keep({ record: rita, by: 'read', asOfMs: 1000 });
  assert.ok(kept.kind === 'kept');
  erase(db, kept.customerId, 2000);
  assert.equal(records.keep({ record: rita, by: 'file', asOfMs: null }).kind, 'erased');
  assert.equal(records.keep({ record: { ...rita, userId: null }, by: 'till', asOfMs: 3000 }).kind, 'erased');
  assert.equal(findByConfirmedIdentifier(db, { type: 'mobile', value: '917713643123' }), null);
  assert.equal(records.keep({ record: rita, by: 'read', asOfMs: 4000 }).kind, 'kept');
  assert.equal(records.keep({ record: rita, by: 'file', asOfMs: null }).kind, 'kept');
});

/** People as a server knows them. Each update is for one of them, whatever arrives in whatever order. */
test('nobody is ever mistaken for somebody else: random people, fills and sources (F36)', (t) => {
  const people = [0, 1, 2].map((n) => ({ userId: `10${n}`, mobile: `91984500000${n}`, email: `p${n}@example.com` }));
  const person = fc.integer({ min: 0, max: people.length - 1 });
  const type = fc.constantFrom('mobile' as const, 'email' as const, 'userId' as const);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('save' as const), of: person, type, fillOf: person }),
    fc.record({ kind: fc.constant('told' as const), of: person, type, by: fc.constantFrom('read', 'till', 'file') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      const { db, records, outbox } = open(t);
      const savedFor = new Map<string, number>();
      const identifierOf = (n: number, by: Identifier['type']): Identifier => {
        const one = people[n] ?? people[0];
        if (one === undefined) throw new Error('nobody');
        return { type: by, value: by === 'mobile' ? one.mobile : by === 'email' ? one.email : one.userId };
      };
      for (const one of steps) {
        const identifier = identifierOf(one.of, one.type);
        if (one.kind === 'save') {
          const customerId = findByConfirmedIdentifier(db, identifier) ?? insertUnknownCustomer(db, identifier);
          const changes: FieldChanges = { lastName: `For ${one.of}` };
          const fill = { mobile: people[one.fillOf]?.mobile ?? '' };
          const filled = one.type === 'mobile' ? changes : { ...changes, ...fill };
          savedFor.set(save(outbox, customerId, identifier, filled), one.of);
          continue;
        }
        const { userId, mobile, email } = people[one.of] ?? { userId: '', mobile: '', email: '' };
        const given = record(userId, { mobile, email, firstName: `P${one.of}` });
        records.keep(
          { record: given, by: one.by, asOfMs: one.by === 'file' ? null : 1000 },
          one.by === 'file' ? null : { identifier },
        );
      }
      for (const [updateId, n] of savedFor) {
        const customerId = findUpdate(db, updateId)?.customerId ?? 0;
        const known = readRecord(db, customerId);
        const { userId, mobile, email } = people[n] ?? { userId: '', mobile: '', email: '' };
        assert.ok(known?.userId == null || known.userId === userId, 'the server id of an update’s customer');
        for (const [key, value] of [
          ['mobile', mobile],
          ['email', email],
        ] as const) {
          const there = known?.fields[key];
          assert.ok(there == null || there === value, `the ${key} of an update's customer`);
        }
      }
      db.close();
    }),
    { numRuns: 60 },
  );
});
