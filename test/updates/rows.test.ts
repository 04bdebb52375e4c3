/** What is read from a row of the outbox, whichever version wrote it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { customerRow } from '../../electron/customers/store.ts';
import {
  isReadableEdit,
  isSentBefore,
  isUnreadable,
  selectUpdates,
  type Update,
  writeUpdate,
} from '../../electron/updates/rows.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { addToRegion, outboxOfOneCustomer } from './one-customer.ts';

describe('a row of the outbox', () => {
  it('holds everything that was saved', (t) => {
    const { outbox, input, seen, customerId, clock } = outboxOfOneCustomer(t);
    const staff = { code: 'A001', name: 'Ana' };
    const saved = {
      ...input({ email: 'a@b.co' }, 'till1', { email: null }),
      confirmedFills: ['email'],
      staff,
    } as const;
    const id = outbox.save(saved);
    assert.deepEqual(seen(id), {
      seq: 1,
      id,
      customerId,
      place: 1,
      kind: 'fields',
      state: 'queued',
      identifier: { type: 'userId', value: '1' },
      changes: { email: 'a@b.co' },
      baseline: { email: null },
      confirmedFills: ['email'],
      staff,
      till: 'till1',
      savedAtMs: clock.wallMs(),
      settledAtMs: null,
      revision: 0,
      attempts: 0,
      attemptId: null,
      uncertainAfter: null,
      resent: false,
      before: null,
      award: null,
      reason: null,
      putOffAtMs: null,
      result: null,
      answer: null,
      discardReason: null,
      inFile: null,
      replaces: null,
      replacedBy: null,
    });
  });

  it('names staff by their code if it holds no name', (t) => {
    const { db, outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save({ ...input({ lastName: 'New' }, 'till1'), staff: { code: 'A001', name: 'Ana' } });
    db.exec('update updates set staff_name = null');
    assert.deepEqual(seen(id).staff, { code: 'A001', name: 'A001' });
  });

  it('confirms no identifier if its confirmations cannot be read', (t) => {
    const { db, outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save({ ...input({ lastName: 'New' }, 'till1'), confirmedFills: ['email'] });
    db.exec(`update updates set confirmed_fills = '["later"]'`);
    assert.deepEqual(seen(id).confirmedFills, []);
  });

  for (const [title, damage] of [
    ['changes', `changes = '{"later":"1"}'`],
    ['old values', `baseline = '{"later":"1"}'`],
    ['format', 'format = 2'],
  ] as const) {
    it(`whose ${title} this version cannot read is marked unreadable, and keeps its text when it is written (F29)`, (t) => {
      const { db, outbox, input, seen } = outboxOfOneCustomer(t);
      const id = outbox.save(input({ lastName: 'New' }, 'till1', { lastName: 'Before' }));
      assert.equal(isUnreadable(db, seen(id).seq), false);
      db.exec(`update updates set ${damage}`);
      const texts = () => db.prepare('select changes, baseline from updates').get();
      const before = texts();
      assert.deepEqual(seen(id).reason, { kind: 'unreadable' });
      assert.equal(isUnreadable(db, seen(id).seq), true);
      writeUpdate(db, seen(id));
      assert.deepEqual(texts(), before);
    });
  }

  it('of which only one part can be read is unreadable (F29)', () => {
    const row = { format: 1, changes: '{}', baseline: '{}' };
    assert.equal(isReadableEdit(row), true);
    assert.equal(isReadableEdit({ ...row, changes: '[]' }), false);
    assert.equal(isReadableEdit({ ...row, baseline: '[]' }), false);
  });

  it('from a version that stored only the code of a warning gets its meaning from the code', (t) => {
    const { db, outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save(input({ lastName: 'New' }, 'till1'));
    const warning = { code: 91001, field: null, message: null };
    const warnings = [
      warning,
      { ...warning, code: 1016 },
      { ...warning, meaning: 'notSaved' },
      { ...warning, code: -9 },
    ];
    const result = { effects: [], warnings, answer: null, confirmedBy: 'answer' };
    db.prepare('update updates set result = ?').run(JSON.stringify(result));
    assert.deepEqual(
      seen(id).result?.warnings.map(({ meaning }) => meaning),
      ['onlyNotRead', 'notSaved', 'notSaved', 'notSaved'],
    );
  });

  it('that does not exist is not unreadable', (t) => {
    assert.equal(isUnreadable(outboxOfOneCustomer(t).db, 99), false);
  });

  it('is written as it is read', (t) => {
    const { db, outbox, input, seen } = outboxOfOneCustomer(t);
    const id = outbox.save(input({ lastName: 'New' }, 'till1'));
    const changed: Update = {
      ...seen(id),
      resent: true,
      settledAtMs: 5,
      putOffAtMs: 6,
      uncertainAfter: 'timeout',
      before: { points: 1, purchases: 2, updatedOn: 'then', markKey: 'custom.a', mark: 'b', asOfMs: 3 },
      award: { kind: 'watched', sinceMs: 4 },
      reason: { kind: 'no-such-customer' },
      inFile: 'export',
    };
    writeUpdate(db, changed);
    assert.deepEqual(seen(id), changed);
    const emptied = { ...changed, resent: false, before: null, award: null, reason: null, inFile: null };
    writeUpdate(db, emptied);
    assert.deepEqual(seen(id), emptied);
    const empty = db.prepare('select reason, result, answer, before_sending, award from updates').get();
    assert.deepEqual(empty, { reason: null, result: null, answer: null, before_sending: null, award: null });
  });

  it('comes with others in the order that was asked for', (t) => {
    const { db, outbox, input } = outboxOfOneCustomer(t);
    const ids = ['1', '2'].map((n) => outbox.save(input({ mobile: `91984500001${n}` }, 'till1')));
    assert.deepEqual(
      selectUpdates(db, 'where u.customer_id > ? order by u.seq desc', 0).map(({ id }) => id),
      ids.toReversed(),
    );
  });
});

it('an update precedes another with a later place, or with the same place and saved later', (t) => {
  const { outbox, input, seen } = outboxOfOneCustomer(t);
  const one = seen(outbox.save(input({ email: 'a@b.co' }, 'till1', { email: null })));
  const at = (place: number, seq: number): Update => ({ ...one, place, seq });
  const places = [at(1, 9), at(2, 3), at(2, 4), at(3, 1)];
  for (const [index, first] of places.entries()) {
    for (const [later, second] of places.entries()) assert.equal(isSentBefore(first, second), index < later);
  }
});

it('a save for a customer of the region who was never opened here is kept, and the customer with it', (t) => {
  const { db, outbox, input, seen, customerId } = outboxOfOneCustomer(t);
  const ofRegion = addToRegion(db, customerRecord('2', 'Elsewhere'));
  const id = outbox.save({ ...input({ lastName: 'New' }, 'till1'), customerId: ofRegion });
  assert.equal(seen(id).customerId, ofRegion);
  assert.equal(customerRow(db, ofRegion)?.last_name, 'New');
  assert.equal(customerRow(db, customerId)?.open_updates, 0);
});
