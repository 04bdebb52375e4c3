/** What each step of an update writes: its row, its history, and the token by which a repeated call is recognised. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { customerRow, readRecord } from '../../electron/customers/store.ts';
import type { UpdateResult } from '../../electron/model/update-view.ts';
import { historyOf } from '../../electron/updates/history.ts';
import type { BeforeSending } from '../../electron/updates/row-json.ts';
import { readOne } from '../../electron/updates/transfer.ts';
import { customerRecord, okAnswer } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

const ana = { code: 'A001', name: 'Ana' };
const result: UpdateResult = { effects: [], warnings: [], answer: okAnswer, confirmedBy: 'answer' };
const known: BeforeSending = { points: 5, purchases: 0, updatedOn: null, markKey: null, mark: null, asOfMs: 1 };

function open(t: TestContext) {
  const one = outboxOfOneCustomer(t);
  const { db, outbox, input, customerId } = one;
  const saved = () => outbox.save(input({ lastName: 'New' }, 'till1', { lastName: 'Before' }));
  const last = (id: string) => {
    const { atMs: _, ...entry } = historyOf(db, id).at(-1) ?? assert.fail('no history');
    return entry;
  };
  const entry = { by: 'till', attemptId: null, requestId: null, before: null, after: null, detail: null };
  const openUpdates = () => customerRow(db, customerId)?.open_updates;
  return { ...one, saved, last, entry, openUpdates };
}

describe('a save', () => {
  it('is noted with its author and its changes', (t) => {
    const { outbox, input, last, entry, openUpdates } = open(t);
    const id = outbox.save({ ...input({ lastName: 'New' }, 'till1'), staff: ana });
    assert.deepEqual(last(id), {
      ...entry,
      by: 'A001',
      event: 'saved',
      from: null,
      to: 'queued',
      after: { lastName: 'New' },
    });
    assert.equal(openUpdates(), 1);
  });

  it('that joins another is noted in its history, and gives it a new revision', (t) => {
    const { outbox, input, saved, seen, last, entry } = open(t);
    const id = saved();
    const joining = input({ firstName: 'Newer' }, 'till1');
    assert.equal(outbox.save(joining), id);
    assert.deepEqual(outbox.savedBy(joining.token), { updateId: id, customerId: seen(id).customerId });
    assert.equal(seen(id).revision, 1);
    assert.deepEqual(last(id), {
      ...entry,
      by: 'staff',
      event: 'joined by a later save',
      from: 'queued',
      to: 'queued',
      before: { lastName: 'New' },
      after: { lastName: 'New', firstName: 'Newer' },
    });
  });

  it('that undoes everything in another cancels it', (t) => {
    const { outbox, input, saved, seen, last, clock, openUpdates } = open(t);
    const id = saved();
    outbox.save(input({ lastName: 'Before' }, 'till1', { lastName: 'Before' }));
    assert.deepEqual([seen(id).state, seen(id).settledAtMs, seen(id).revision], ['cancelled', clock.wallMs(), 1]);
    assert.equal(last(id).event, 'put back');
    assert.equal(openUpdates(), 0);
  });
});

describe('staff', () => {
  it('edit an update that was never sent, and only that', (t) => {
    const { outbox, input, saved, seen, last, entry, db, customerId } = open(t);
    const id = saved();
    const edit = { ...input({ email: 'a@b.co' }, 'till1', { email: null }), confirmedFills: ['email'] } as const;
    assert.equal(outbox.edit(seen(id), edit), id);
    const { changes, baseline, confirmedFills, revision, state } = seen(id);
    assert.deepEqual([changes, baseline, confirmedFills], [edit.changes, edit.baseline, ['email']]);
    assert.deepEqual([revision, state], [1, 'queued']);
    const shown = customerRow(db, customerId);
    assert.deepEqual([shown?.last_name, shown?.email], ['Before', 'a@b.co']);
    assert.deepEqual(outbox.savedBy(edit.token)?.updateId, id);
    const [before, after] = [{ lastName: 'New' }, { email: 'a@b.co' }];
    assert.deepEqual(last(id), { ...entry, by: 'staff', event: 'edited', from: 'queued', to: 'queued', before, after });
    outbox.claim(id, 1);
    assert.throws(() => outbox.edit(seen(id), edit), /only an update that was never sent may change/);
    assert.throws(() => outbox.cancel(seen(id), null), /only an update that was never sent may change/);
  });

  it('cannot edit or cancel what changed since they saw it', (t) => {
    const { outbox, input, saved, seen } = open(t);
    const looked = seen(saved());
    outbox.edit(looked, input({ lastName: 'Newer' }, 'till1'));
    assert.throws(() => outbox.edit(looked, input({ lastName: 'Newest' }, 'till1')), /has changed since it was read/);
    assert.throws(() => outbox.cancel(looked, null), /has changed since it was read/);
  });

  it('cancel an update', (t) => {
    const { outbox, saved, seen, last, entry, clock, openUpdates } = open(t);
    const id = saved();
    outbox.cancel(seen(id), ana);
    assert.deepEqual([seen(id).state, seen(id).settledAtMs], ['cancelled', clock.wallMs()]);
    assert.deepEqual(last(id), { ...entry, by: 'A001', event: 'cancelled', from: 'queued', to: 'cancelled' });
    assert.equal(openUpdates(), 0);
  });

  it('discard an update, and repeating the request is recognised (F05)', (t) => {
    const { outbox, saved, seen, last, entry, clock, customerId } = open(t);
    const id = saved();
    outbox.discard(seen(id), 'not needed', ana, 'a token');
    const { state, settledAtMs, discardReason } = seen(id);
    assert.deepEqual([state, settledAtMs, discardReason], ['discarded', clock.wallMs(), 'not needed']);
    assert.deepEqual(last(id), { ...entry, by: 'A001', event: 'discarded', from: 'queued', to: 'discarded' });
    assert.deepEqual(outbox.savedBy('a token'), { updateId: id, customerId });
  });

  it('replace a refused update by a corrected one in its place', (t) => {
    const { outbox, input, saved, seen, last, clock } = open(t);
    const id = saved();
    outbox.needsPerson(seen(id), { kind: 'no-such-customer' }, null);
    const later = outbox.save(input({ email: 'a@b.co' }, 'till1'));
    const corrected = outbox.replace(seen(id), { ...input({ lastName: 'Right' }, 'till1'), staff: ana });
    const { state, settledAtMs, discardReason, replacedBy, place } = seen(id);
    assert.deepEqual([state, settledAtMs, discardReason], ['discarded', clock.wallMs(), 'fixed']);
    assert.deepEqual([replacedBy, seen(corrected).replaces, seen(corrected).place], [corrected, id, place]);
    assert.deepEqual([last(id).event, last(id).by], ['fixed by a newer update', 'A001']);
    assert.equal(outbox.firstReady(() => true)?.id, corrected);
    assert.notEqual(later, corrected);
  });

  it('put a conflict off', (t) => {
    const { outbox, saved, seen, last, clock, db, customerId } = open(t);
    const id = saved();
    const fields = [{ key: 'lastName', was: 'Before', theirs: 'Theirs', ours: 'New' }] as const;
    outbox.needsPerson(seen(id), { kind: 'conflict', fields }, null);
    assert.equal(customerRow(db, customerId)?.last_name, 'New');
    outbox.putOff(seen(id), ana);
    assert.deepEqual([seen(id).state, seen(id).putOffAtMs], ['attention', clock.wallMs()]);
    assert.deepEqual([last(id).event, last(id).by], ['put off until the next visit', 'A001']);
    assert.equal(customerRow(db, customerId)?.last_name, 'Before', "head office's value counts until then");
  });
});

describe('an attempt', () => {
  it('is noted before it is sent, and the first one with what was known then (F02, F42)', (t) => {
    const { outbox, saved, seen, last } = open(t);
    const id = saved();
    const claimed = outbox.claim(id, 0, known);
    assert.deepEqual([claimed?.state, claimed?.attempts, claimed?.before], ['sending', 1, known]);
    assert.ok(claimed?.attemptId);
    assert.deepEqual([last(id).event, last(id).attemptId], ['sending', claimed?.attemptId]);
    assert.equal(outbox.claim(id, 0), null);
    outbox.uncertain(seen(id), 'timeout', okAnswer);
    assert.deepEqual([seen(id).uncertainAfter, seen(id).answer], ['timeout', okAnswer]);
    assert.deepEqual([last(id).detail, last(id).requestId], ['timeout', 'r-1']);
    outbox.resend(seen(id));
    assert.deepEqual([seen(id).resent, seen(id).attemptId, seen(id).state], [true, null, 'queued']);
    assert.equal(last(id).event, 'did not arrive, goes once more');
    outbox.claim(id, 0, { ...known, points: 6 });
    assert.deepEqual([seen(id).attempts, seen(id).before, seen(id).answer], [2, known, null]);
  });

  it('that certainly did not arrive is not counted', (t) => {
    const { outbox, saved, seen, last } = open(t);
    for (const step of ['notSent', 'held'] as const) {
      const id = saved();
      outbox.claim(id, 0);
      outbox[step](seen(id), 'busy', okAnswer);
      assert.deepEqual([seen(id).state, seen(id).attempts, seen(id).attemptId], ['queued', 0, null]);
      assert.deepEqual([last(id).detail, last(id).requestId], ['busy', 'r-1']);
      outbox.cancel(seen(id), null);
    }
  });

  it('that was applied closes the update', (t) => {
    const { outbox, saved, seen, last, clock } = open(t);
    const id = saved();
    outbox.claim(id, 0);
    outbox.applied(seen(id), result);
    const { state, settledAtMs, answer, reason } = seen(id);
    assert.deepEqual([state, settledAtMs, answer, reason], ['applied', clock.wallMs(), okAnswer, null]);
    assert.deepEqual([last(id).event, last(id).requestId], ['applied, told by answer', 'r-1']);
    assert.equal(outbox.applied({ ...seen(id), state: 'sending' }, result), null);
  });

  it('that was refused is left to a person, with the code', (t) => {
    const { outbox, saved, seen, last } = open(t);
    const id = saved();
    outbox.claim(id, 0);
    const refused = { kind: 'refused', rejection: { code: null, field: null, message: null } } as const;
    outbox.needsPerson(seen(id), refused, okAnswer);
    assert.deepEqual([seen(id).reason, seen(id).answer, last(id).detail], [refused, okAnswer, 'refused']);
    assert.equal(last(id).requestId, 'r-1');
  });

  it('that was cut off when the till stopped may have arrived, unless it is still in flight (F02)', (t) => {
    const { outbox, saved, seen, last } = open(t);
    const id = saved();
    outbox.claim(id, 0);
    assert.equal(
      outbox.recoverInterrupted((update) => update.id === id),
      0,
    );
    assert.equal(seen(id).state, 'sending');
    assert.equal(outbox.recoverInterrupted(), 1);
    assert.deepEqual(
      [seen(id).state, seen(id).uncertainAfter, last(id).detail],
      ['unknown', 'till-stopped', 'till-stopped'],
    );
  });
});

describe('the old values of an update', () => {
  it('follow an earlier update of the same fields once it is applied, and no other update', (t) => {
    const { outbox, input, saved, seen, last, entry, db, clock } = open(t);
    const first = saved();
    outbox.claim(first, 0);
    const second = outbox.save(input({ lastName: 'Newer', firstName: 'Any' }, 'till1', { lastName: 'Before' }));
    const third = outbox.save({ ...input({ mobile: '919845000011' }, 'till1'), kind: 'identity' });
    const fourth = outbox.save(input({ email: 'a@b.co' }, 'till1', { email: null }));
    keepRecord(db, customerRecord('1', 'New'), clock.wallMs());
    outbox.applied(seen(first), result);
    assert.deepEqual(seen(second).baseline, { lastName: 'New' });
    const [before, after] = [{ lastName: 'Before' }, { lastName: 'New' }];
    const event = 'baseline moved by an earlier update';
    assert.deepEqual(last(second), { ...entry, event, from: 'queued', to: 'queued', before, after });
    assert.deepEqual([last(third).event, last(fourth).event], ['saved', 'saved']);
  });

  it('are filled in from the server where they were not known', (t) => {
    const { outbox, input, seen, last, entry } = open(t);
    const id = outbox.save(input({ lastName: 'New', email: 'a@b.co' }, 'till1', { lastName: 'Before' }));
    outbox.learnBaseline(seen(id), { email: null });
    assert.deepEqual(seen(id).baseline, { lastName: 'Before', email: null });
    const event = 'baseline told by the server';
    assert.deepEqual(last(id), { ...entry, event, from: 'queued', to: 'queued', before: {}, after: { email: '' } });
  });
});

describe('an update that leaves this till or comes back', () => {
  it('is in a rescue file until another till is known to have it', (t) => {
    const { outbox, saved, seen, last, clock } = open(t);
    const id = saved();
    outbox.movedOut(seen(id), 'export-1', 'file');
    const { state, settledAtMs, discardReason, inFile } = seen(id);
    assert.deepEqual([state, settledAtMs, discardReason, inFile], ['discarded', clock.wallMs(), 'moved', 'export-1']);
    assert.deepEqual([last(id).event, last(id).detail], ['moved to a rescue file', 'export-1']);
    assert.deepEqual(outbox.confirmedElsewhere('IT', 'another'), []);
    assert.deepEqual(
      outbox.confirmedElsewhere('IT').map((update) => update.id),
      [id],
    );
    assert.deepEqual([seen(id).inFile, last(id).by], [null, 'IT']);
    assert.deepEqual(outbox.confirmedElsewhere('IT'), []);
  });

  it('is in no file if another till has proved that it took it', (t) => {
    const { outbox, saved, seen } = open(t);
    const id = saved();
    outbox.movedOut(seen(id), 'export-1', 'till');
    assert.deepEqual([seen(id).state, seen(id).inFile], ['discarded', null]);
  });

  it('is read back once it returns, and compared with what was known before it left', (t) => {
    const { outbox, saved, seen, db } = open(t);
    const id = saved();
    outbox.movedOut(seen(id), 'export-1', 'file');
    outbox.takenBack(seen(id));
    const { state, settledAtMs, discardReason, inFile, uncertainAfter, before } = seen(id);
    assert.deepEqual([state, settledAtMs, discardReason, inFile], ['unknown', null, null, null]);
    assert.deepEqual([uncertainAfter, before?.points], ['till-stopped', 0]);
    assert.equal(before?.asOfMs, customerRow(db, seen(id).customerId)?.as_of_ms);
    assert.throws(() => outbox.takenBack(seen(id)), /was not moved out/);
  });

  it('is not compared with what became known after it left, only with what was noted before its attempt', async (t) => {
    const { outbox, input, saved, seen, clock, db } = open(t);
    const id = saved();
    const tried = outbox.save(input({ email: 'a@b.co' }, 'till1'));
    db.prepare('update updates set before_sending = ?, uncertain_after = ? where id = ?').run(
      JSON.stringify(known),
      'timeout',
      tried,
    );
    for (const one of [id, tried]) outbox.movedOut(seen(one), 'export-1', 'file');
    await clock.pass(10);
    keepRecord(db, customerRecord('1', 'Before'), clock.wallMs());
    for (const one of [id, tried]) outbox.takenBack(seen(one));
    assert.equal(seen(id).before, null);
    assert.deepEqual([seen(tried).before, seen(tried).uncertainAfter], [known, 'timeout']);
  });

  it('stays with a person if one has to decide', (t) => {
    const { outbox, saved, seen } = open(t);
    const id = saved();
    outbox.needsPerson(seen(id), { kind: 'no-such-customer' }, null);
    outbox.movedOut(seen(id), 'export-1', 'file');
    outbox.takenBack(seen(id));
    assert.equal(seen(id).state, 'attention');
  });

  it('may have arrived if it comes from a backup (F44)', (t) => {
    const { outbox, saved, seen, last } = open(t);
    const id = saved();
    outbox.restored(seen(id));
    assert.deepEqual([seen(id).state, seen(id).uncertainAfter], ['unknown', 'restored']);
    assert.equal(last(id).event, 'restored from a backup');
  });

  it('takes its state and history from a newer database of this till', (t) => {
    const { outbox, input, seen, last, entry, db, openUpdates } = open(t);
    const id = '00000000-0000-4000-8000-0000000000aa';
    outbox.save({ ...input({ lastName: 'New' }, 'till1'), token: id });
    const newer = open(t);
    newer.outbox.save(input({ mobile: '919845000011' }, 'till1'));
    newer.outbox.save({ ...input({ lastName: 'New' }, 'till1'), token: id });
    newer.outbox.cancel(newer.seen(id), null);
    const moving = readOne(newer.db, id) ?? assert.fail('not there');
    outbox.overtaken(seen(id), moving);
    assert.deepEqual([seen(id).state, seen(id).seq, seen(id).place], ['cancelled', 1, 1]);
    assert.deepEqual(
      historyOf(db, id).map(({ event }) => event),
      ['saved', 'cancelled', 'taken from the database before the restore'],
    );
    assert.deepEqual(last(id), {
      ...entry,
      event: 'taken from the database before the restore',
      from: null,
      to: 'cancelled',
    });
    assert.equal(openUpdates(), 0);
  });
});

it('an update that this version cannot read waits for a person, unless it is in flight or closed (F29)', (t) => {
  const { outbox, input, saved, seen, db, customerId } = open(t);
  const id = saved();
  const closed = outbox.save(input({ email: 'a@b.co' }, 'till1'));
  outbox.cancel(seen(closed), null);
  assert.equal(outbox.surfaceUnreadable(), 0);
  db.exec("update updates set changes = '[]'");
  assert.equal(outbox.surfaceUnreadable([2]), 0);
  assert.equal(outbox.surfaceUnreadable([1]), 1);
  assert.deepEqual([seen(id).state, seen(id).reason], ['attention', { kind: 'unreadable' }]);
  assert.equal(outbox.surfaceUnreadable(), 0);
  assert.equal(readRecord(db, customerId)?.fields.lastName, 'Before');
});
