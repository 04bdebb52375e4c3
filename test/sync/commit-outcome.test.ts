/** What an answer about an update changes on this till, in one transaction. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { customerRow, readRecord } from '../../electron/customers/store.ts';
import type { CustomerRecord, FieldChanges } from '../../electron/model/customer.ts';
import { type Answer, answerDiffers, type UpdateOutcome, type Warning } from '../../electron/model/outcome.ts';
import type { UpdateResult } from '../../electron/model/update-view.ts';
import { commitApplied, commitNotFound, commitOutcome } from '../../electron/sync/commit-outcome.ts';
import { historyOf } from '../../electron/updates/history.ts';
import { recordOf } from '../customers/cache.ts';
import { okAnswer } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { contextOfOneCustomer } from './context-of-one.ts';

/** One customer's update that is being sent. */
function sending(t: TestContext, changes: FieldChanges = { lastName: 'New', firstName: 'Newer' }) {
  const one = contextOfOneCustomer(t);
  const { outbox, input, seen, customerId, db } = one;
  const id = outbox.save(input(changes, 'till1'));
  const update = outbox.claim(id, 0);
  assert.ok(update !== null);
  const now = () => seen(id);
  const fields = () => readRecord(db, customerId)?.fields;
  const age = () => customerRow(db, customerId)?.as_of_ms;
  return { ...one, id, update, now, fields, age };
}

/** An answer that leaves out every field. */
const noField = recordOf({}, '1');

const applied = (record: CustomerRecord, warnings: readonly Warning[] = [], merged = false): UpdateOutcome => ({
  kind: 'applied',
  merged,
  record,
  effects: [],
  warnings,
  answer: okAnswer,
});
const warning = (over: Partial<Warning> = {}): Warning => ({
  meaning: 'notSaved',
  code: 1016,
  field: 'lastName',
  message: null,
  ...over,
});
const rejection = { code: 1016, field: null, message: 'no' };

describe('the answer that an update was applied', () => {
  it('is stored with the customer as the server sends them', async (t) => {
    const { context, update, now, fields, age, clock, customerId } = sending(t);
    await clock.pass(1000);
    const record = recordOf({ lastName: 'New', firstName: 'Newer', email: 'a@b.co' }, '1');
    assert.deepEqual(commitOutcome(context, update, applied(record)), { before: customerId, customerId });
    assert.equal(now().state, 'applied');
    assert.deepEqual(now().result, { effects: [], warnings: [], answer: okAnswer, confirmedBy: 'answer' });
    assert.equal(fields()?.email, 'a@b.co');
    assert.equal(age(), clock.wallMs());
  });

  it('without any field means that the customer has what was sent', (t) => {
    const { context, update, fields } = sending(t);
    const before = fields();
    commitOutcome(context, update, applied(noField));
    assert.deepEqual(fields(), { ...before, lastName: 'New', firstName: 'Newer' });
  });

  it('is not needed if the server had it all already: the record gets what was saved, but stays as old as it was (F31)', async (t) => {
    const { context, update, fields, age, clock, db, customerId } = sending(t);
    const [before, asOfMs] = [fields(), age()];
    await clock.pass(1000);
    commitApplied(
      context,
      update,
      { by: 'known' },
      { effects: [], warnings: [], answer: null, confirmedBy: 'already' },
    );
    assert.deepEqual(fields(), { ...before, lastName: 'New', firstName: 'Newer' });
    assert.equal(age(), asOfMs);
    assert.equal(customerRow(db, customerId)?.user_id, '1');
  });

  it('without the customer’s id erases nothing, even if it says that they were merged (F38)', (t) => {
    const { context, update, fields, db, customerId } = sending(t);
    commitOutcome(context, update, applied({ ...noField, userId: null }, [], true));
    assert.equal(fields()?.mobile, '919845000001');
    assert.equal(customerRow(db, customerId)?.user_id, '1');
  });

  it('with only some fields means that the customer has the rest of what was sent', (t) => {
    const { context, update, fields, now } = sending(t);
    commitOutcome(context, update, applied(recordOf({ lastName: 'New' }, '1')));
    assert.deepEqual([fields()?.lastName, fields()?.firstName], ['New', 'Newer']);
    assert.deepEqual(now().result?.warnings, []);
  });

  it('without a field that was emptied means that it is empty now', (t) => {
    const { context, update, fields } = sending(t, { lastName: '' });
    commitOutcome(context, update, applied(noField));
    assert.equal(fields()?.lastName, null);
  });

  it('with a warning about a field leaves that field as it was (F47)', (t) => {
    const { context, update, fields, now } = sending(t);
    commitOutcome(context, update, applied(noField, [warning()]));
    assert.deepEqual([fields()?.lastName, fields()?.firstName], ['Before', 'Newer']);
    assert.deepEqual(now().result?.warnings, [warning()]);
  });

  it('with a warning that names no field leaves every field as it was (F47)', (t) => {
    const { context, update, fields } = sending(t);
    commitOutcome(context, update, applied(noField, [warning({ field: null })]));
    assert.deepEqual([fields()?.lastName, fields()?.firstName], ['Before', 'Some']);
  });

  it('is believed if its warnings only say that something could not be read', (t) => {
    const { context, update, fields } = sending(t);
    commitOutcome(
      context,
      update,
      applied(noField, [warning({ meaning: 'onlyNotRead' }), warning({ meaning: 'onlyNotRead', field: null })]),
    );
    assert.deepEqual([fields()?.lastName, fields()?.firstName], ['New', 'Newer']);
  });

  it('with another value than was sent becomes a warning to staff, with that value (F47)', (t) => {
    const { context, update, fields, now } = sending(t, { lastName: 'New', firstName: 'Newer', email: '' });
    const record = recordOf({ lastName: 'Third', firstName: 'NEWER', email: 'a@b.co' }, '1');
    commitOutcome(context, update, applied(record, [warning({ field: 'email' })]));
    assert.equal(fields()?.lastName, 'Third');
    assert.deepEqual(now().result?.warnings, [
      warning({ field: 'email' }),
      warning({ code: answerDiffers, message: 'Third' }),
    ]);
  });

  it('about a merged customer moves the update to the other one (F38)', (t) => {
    const { context, update, now, db, clock, customerId } = sending(t);
    const survivor = keepRecord(db, recordOf({ lastName: 'Before' }, '2'), clock.wallMs());
    const record = recordOf({ lastName: 'New', firstName: 'Newer' }, '2');
    const written = commitOutcome(context, update, applied(record, [], true));
    assert.deepEqual(written, { before: customerId, customerId: survivor });
    assert.deepEqual([now().state, now().customerId], ['applied', survivor]);
  });

  it('about somebody else leaves this customer as they are', (t) => {
    const { context, update, fields, now, customerId } = sending(t);
    const record = recordOf({ lastName: 'New', firstName: 'Newer' }, '9');
    assert.deepEqual(commitOutcome(context, update, applied(record)), { before: customerId, customerId });
    assert.equal(now().state, 'applied');
    assert.equal(fields()?.lastName, 'Before');
  });

  it('to a request to change an identifier changes no field: the server has yet to decide', (t) => {
    const { context, outbox, input, seen, db, customerId } = contextOfOneCustomer(t);
    const id = outbox.save({ ...input({ mobile: '919845099999' }, 'till1'), kind: 'identity' });
    const update = outbox.claim(id, 0);
    assert.ok(update !== null);
    commitOutcome(context, update, applied(noField));
    assert.equal(seen(id).state, 'applied');
    assert.equal(readRecord(db, customerId)?.fields.mobile, '919845000001');
  });

  it('adds no warning if it was read back, since staff may have changed the field again', (t) => {
    const { context, update, now } = sending(t);
    const result: UpdateResult = { effects: [], warnings: [], answer: null, confirmedBy: 'read' };
    const record = recordOf({ lastName: 'Third', firstName: 'Newer' }, '1');
    commitApplied(context, update, { record, by: 'read', merged: false }, result);
    assert.deepEqual(now().result, result);
  });
});

describe('an answer that an update was not applied', () => {
  const others: readonly (readonly [UpdateOutcome, string, string, string | null])[] = [
    [{ kind: 'held', why: 'permission', answer: okAnswer }, 'queued', 'held', 'permission'],
    [{ kind: 'not-sent', why: 'busy', retryAfterMs: null, answer: okAnswer }, 'queued', 'not sent', 'busy'],
    [{ kind: 'unknown', why: 'timeout', answer: okAnswer }, 'unknown', 'not known whether it arrived', 'timeout'],
    [{ kind: 'rejected', rejection, answer: okAnswer }, 'attention', 'needs attention', '1016'],
  ];
  for (const [outcome, state, event, detail] of others) {
    it(`is kept with the update: ${outcome.kind}`, (t) => {
      const { context, update, now, db, id, customerId } = sending(t);
      assert.deepEqual(commitOutcome(context, update, outcome), { before: customerId, customerId });
      assert.equal(now().state, state);
      assert.deepEqual(now().answer, okAnswer);
      const last = historyOf(db, id).at(-1);
      assert.deepEqual([last?.event, last?.detail], [event, detail]);
      assert.deepEqual(now().reason, outcome.kind === 'rejected' ? { kind: 'refused', rejection } : null);
    });
  }
});

describe('an answer that the server has no such customer', () => {
  const missing: Answer = { ...okAnswer, itemCode: 1012, itemMessage: 'Customer not found' };
  const erased: Answer = { ...okAnswer, itemCode: 1012, itemMessage: 'Customer deleted after PII deletion request' };

  it('leaves the update to a person, and keeps what is known of the customer', (t) => {
    const { context, update, now, fields, customerId } = sending(t);
    assert.deepEqual(commitNotFound(context, update, missing), { before: customerId, customerId });
    assert.deepEqual(now().reason, { kind: 'no-such-customer' });
    assert.deepEqual(now().answer, missing);
    assert.equal(fields()?.firstName, 'Some');
  });

  it('erases the customer here too, if it says that they were erased (F48)', (t) => {
    const { context, update, now, fields } = sending(t);
    commitNotFound(context, update, erased);
    const told = { code: 1012, field: null, message: erased.itemMessage };
    assert.deepEqual(now().reason, { kind: 'refused', rejection: told });
    assert.deepEqual(fields(), {});
  });

  it('erases the customer here too, if the update is refused for that reason (F48)', (t) => {
    const { context, update, fields } = sending(t);
    commitOutcome(context, update, { kind: 'rejected', rejection, answer: erased });
    assert.deepEqual(fields(), {});
  });
});
