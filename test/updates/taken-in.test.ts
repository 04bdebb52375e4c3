/** What another till's updates become here: which are new, whose they are, in what order, and what a damaged file gives. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { customerRow, insertUnknownCustomer, readRecord } from '../../electron/customers/store.ts';
import type { Db } from '../../electron/db/open.ts';
import type { FieldChanges, Identifier } from '../../electron/model/customer.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { erase } from '../../electron/updates/erasing.ts';
import { historyOf } from '../../electron/updates/history.ts';
import type { BeforeSending } from '../../electron/updates/row-json.ts';
import { carryInFilesOver, readMoving, readOne, salvageMoving, takeIn } from '../../electron/updates/transfer.ts';
import type { MovingUpdate } from '../../electron/updates/transfer-rows.ts';
import { recordOf } from '../customers/cache.ts';
import { addToRegion, outboxOfOneCustomer } from './one-customer.ts';

type Till = ReturnType<typeof outboxOfOneCustomer>;

let tokens = 0;
function saveAt(
  till: Till,
  changes: FieldChanges,
  over: { customerId?: number; identifier?: Identifier } = {},
): string {
  tokens += 1;
  const token = `00000000-0000-4000-8000-${String(tokens).padStart(12, '0')}`;
  return till.outbox.save({ ...till.input(changes, 'till1'), ...over, token });
}

function bring(to: Till, updates: readonly MovingUpdate[], surelyUnsent = true) {
  return takeIn(to.db, to.outbox, createRecordKeeper(to.db, to.clock), { updates, from: 'till7', surelyUnsent });
}

/** A change of mobile is never joined to another update. */
const mobile = (n: number): FieldChanges => ({ mobile: `91984500001${n}` });
const ids = (updates: readonly MovingUpdate[]) => updates.map(({ row }) => row.id);

describe('updates that leave a till', () => {
  it('take their history and the record of their customer with them', (t) => {
    const from = outboxOfOneCustomer(t);
    const id = saveAt(from, mobile(1));
    const moving = readOne(from.db, id);
    assert.equal(moving?.row.id, id);
    assert.deepEqual(
      moving?.history.map(({ event }) => event),
      ['saved'],
    );
    assert.equal(moving?.customer.asOfMs, from.clock.wallMs());
    assert.equal(JSON.parse(moving?.customer.record ?? '').userId, '1');
    assert.equal(readOne(from.db, 'another'), null);
  });

  it('are all unsent ones, or those up to a number', (t) => {
    const from = outboxOfOneCustomer(t);
    const [one, two, three] = [1, 2, 3].map((n) => saveAt(from, mobile(n)));
    assert.deepEqual(ids(readMoving(from.db)), [one, two, three]);
    assert.deepEqual(ids(readMoving(from.db, 2)), [one, two]);
  });
});

describe('updates that come to a till', () => {
  it('are recognised by their id, so that importing them again changes nothing (F05)', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const id = saveAt(from, mobile(1));
    const touched = [{ updateId: id, customerId: to.customerId }];
    const moving = readMoving(from.db);
    assert.deepEqual(bring(to, moving), { added: 1, already: 0, takenBack: 0, touched });
    assert.equal(customerRow(to.db, to.customerId)?.open_updates, 1);
    assert.deepEqual(bring(to, moving), { added: 0, already: 1, takenBack: 0, touched: [] });
    const last = historyOf(to.db, id).at(-1);
    assert.deepEqual([last?.event, last?.detail], ['brought from another till', 'till7']);
  });

  it('are read back first if they return to the till that they left', (t) => {
    const till = outboxOfOneCustomer(t);
    const id = saveAt(till, mobile(1));
    const moving = readMoving(till.db);
    till.outbox.movedOut(till.seen(id), 'export', 'file');
    const touched = [{ updateId: id, customerId: till.customerId }];
    assert.deepEqual(bring(till, moving), { added: 0, already: 0, takenBack: 1, touched });
    assert.equal(till.seen(id).state, 'unknown');
  });

  it('stay closed where staff had closed them', (t) => {
    const till = outboxOfOneCustomer(t);
    const id = saveAt(till, mobile(1));
    const moving = readMoving(till.db);
    till.outbox.discard(till.seen(id), 'not needed', null);
    assert.deepEqual(bring(till, moving), { added: 0, already: 1, takenBack: 0, touched: [] });
    assert.equal(till.seen(id).state, 'discarded');
  });

  it('are read back if the other till was sending them, and stay with a person who has to decide', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const decided = saveAt(from, mobile(1));
    from.outbox.needsPerson(from.seen(decided), { kind: 'no-such-customer' }, null);
    from.outbox.putOff(from.seen(decided), null);
    const sending = saveAt(from, mobile(2));
    from.outbox.claim(sending, 0);
    bring(to, readMoving(from.db), true);
    assert.deepEqual([to.seen(sending).state, to.seen(sending).uncertainAfter], ['unknown', 'till-stopped']);
    assert.deepEqual([to.seen(decided).state, to.seen(decided).uncertainAfter], ['attention', null]);
  });

  it('lose the columns that only a later version has', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const id = saveAt(from, mobile(1));
    const later = readMoving(from.db).map((one) => ({
      ...one,
      row: { ...one.row, later: 1 },
      history: one.history.map((entry) => ({ ...entry, later: 1 })),
    }));
    assert.equal(bring(to, later).added, 1);
    assert.equal(historyOf(to.db, id)[0]?.event, 'saved');
  });

  it('need attention if this version cannot read them (F29)', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const id = saveAt(from, mobile(1));
    from.db.exec('update updates set changes = \'{"later":1}\'');
    bring(to, readMoving(from.db));
    assert.deepEqual([to.seen(id).state, to.seen(id).reason], ['attention', { kind: 'unreadable' }]);
  });

  it('keep the order of the other till, whatever the order in the file', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const sent = [1, 2, 3].map((n) => saveAt(from, mobile(n)));
    bring(to, readMoving(from.db).toReversed());
    assert.deepEqual(ids(readMoving(to.db)), sent);
    const again = outboxOfOneCustomer(t);
    from.db.exec('update updates set place = 5');
    bring(again, readMoving(from.db).toReversed());
    assert.deepEqual(ids(readMoving(again.db)), sent);
  });

  it('are put before those of the same customer that they must precede, and before no others', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const identifier = { type: 'externalId', value: 'X-9' } as const;
    const other = insertUnknownCustomer(from.db, identifier);
    const [one, two, three] = [1, 2, 3].map((n) => saveAt(from, mobile(n)));
    const others = saveAt(from, mobile(4), { customerId: other, identifier });
    const all = readMoving(from.db);
    for (let n = 0; n < 3; n += 1) saveAt(to, { email: `a${n}@example.com` });
    const here = ids(readMoving(to.db));
    bring(
      to,
      all.filter(({ row }) => row.id === two || row.id === three),
    );
    bring(to, all);
    assert.deepEqual(ids(readMoving(to.db)), [...here, one, two, three, others]);
  });
});

describe('what proves later whether an update from another till arrived (F42)', () => {
  const noted: BeforeSending = { points: 7, purchases: 1, updatedOn: null, markKey: null, mark: null, asOfMs: 3 };
  const before = (from: Till, to: Till, id: string) => {
    bring(to, readMoving(from.db));
    return to.seen(id).before;
  };

  it('is what that till noted before it sent it', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const id = saveAt(from, mobile(1));
    from.outbox.claim(id, 0, noted);
    assert.deepEqual(before(from, to, id), noted);
  });

  it('is its record of the customer, if it noted nothing', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const id = saveAt(from, mobile(1));
    assert.deepEqual(before(from, to, id), { ...noted, points: 0, purchases: 0, asOfMs: from.clock.wallMs() });
  });

  it('is nothing, if nobody knows how old its record is, or it has none', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const id = saveAt(from, mobile(1));
    from.db.exec('update customers set as_of_ms = null');
    assert.equal(before(from, to, id), null);
    const again = outboxOfOneCustomer(t);
    from.db.exec('update customers set as_of_ms = 1; delete from customer_records');
    assert.equal(before(from, again, id), null);
  });
});

describe('the customer of an update that comes to a till', () => {
  it('is taken from the other till if its record is newer', async (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    saveAt(from, mobile(1));
    from.db.exec(`update customer_records set record = replace(record, 'Before', 'After');
      update customers set as_of_ms = as_of_ms + 1`);
    bring(to, readMoving(from.db));
    assert.equal(readRecord(to.db, to.customerId)?.fields.lastName, 'After');
    assert.equal(customerRow(to.db, to.customerId)?.as_of_ms, from.clock.wallMs() + 1);
  });

  it('is not taken from the other till if nobody knows how old its record is', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    saveAt(from, mobile(1));
    from.db.exec(`update customer_records set record = replace(record, '"lastName"', '"externalId":"X","lastName"');
      update customers set as_of_ms = null`);
    assert.equal(readRecord(from.db, from.customerId)?.fields.externalId, 'X');
    bring(to, readMoving(from.db));
    assert.equal(readRecord(to.db, to.customerId)?.fields.externalId, undefined);
  });

  it('is the one with the identifier here, if the other till never had their record', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const identifier = { type: 'externalId', value: 'X-9' } as const;
    const [there, here] = [from, to].map(({ db }) => insertUnknownCustomer(db, identifier));
    const id = saveAt(from, mobile(1), { customerId: there ?? 0, identifier });
    bring(to, readMoving(from.db));
    assert.equal(to.seen(id).customerId, here);
  });

  it('is the one in the region file, if the other till never had their record', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const identifier = { type: 'mobile', value: '919845000099' } as const;
    const id = saveAt(from, mobile(1), { customerId: insertUnknownCustomer(from.db, identifier), identifier });
    const regional = addToRegion(to.db, recordOf({ mobile: identifier.value, lastName: 'Iyer' }, '9'));
    bring(to, readMoving(from.db));
    assert.equal(to.seen(id).customerId, regional);
  });

  it('has no data if they were erased here (F48)', (t) => {
    const [from, to] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const id = saveAt(from, mobile(1));
    erase(to.db, to.customerId, 1);
    bring(to, readMoving(from.db));
    const { customerId } = to.seen(id);
    assert.equal(customerRow(to.db, customerId)?.user_id, '1');
    assert.deepEqual(readRecord(to.db, customerId)?.fields, {});
  });
});

describe('after a restore', () => {
  it('updates that are only in rescue files are remembered, and not sent from here', (t) => {
    const [before, restored] = [outboxOfOneCustomer(t), outboxOfOneCustomer(t)];
    const [inFile, inBoth, plain] = [1, 2, 3].map((n) => saveAt(before, mobile(n)));
    assert.ok(inFile !== undefined && inBoth !== undefined && plain !== undefined);
    const there = readMoving(before.db).filter(({ row }) => row.id === inBoth);
    for (const id of [inFile, inBoth]) before.outbox.movedOut(before.seen(id), 'export', 'file');
    bring(restored, there);
    carryInFilesOver(before.db, restored.db, restored.outbox, createRecordKeeper(restored.db, restored.clock));
    assert.deepEqual([restored.seen(inFile).state, restored.seen(inFile).inFile], ['discarded', 'export']);
    assert.equal(restored.seen(inFile).customerId, restored.customerId);
    assert.equal(restored.seen(inBoth).state, 'queued');
    assert.equal(readOne(restored.db, plain), null);
    const { detail } = historyOf(restored.db, inFile).at(-1) ?? {};
    assert.equal(detail, 'the database before the restore');
  });
});

/** Makes each read of a text that `isDamaged` accepts fail, as a damaged page does. */
function damage(t: TestContext, db: Db, isDamaged: (text: string, parameter?: unknown) => boolean): void {
  const prepare = db.prepare.bind(db);
  t.mock.method(db, 'prepare', (text: string) => {
    if (isDamaged(text)) throw new Error('database disk image is malformed');
    const statement = prepare(text);
    const get = statement.get.bind(statement);
    statement.get = (...parameters: unknown[]) => {
      if (parameters.length > 0 && isDamaged(text, parameters[0])) throw new Error('database disk image is malformed');
      return get(...parameters);
    };
    return statement;
  });
}

describe('a damaged file', () => {
  it('gives every update that can be read, and says how many cannot', (t) => {
    const from = outboxOfOneCustomer(t);
    const [one, , three] = [1, 2, 3].map((n) => saveAt(from, mobile(n)));
    const closed = saveAt(from, mobile(4));
    from.outbox.cancel(from.seen(closed), null);
    damage(t, from.db, (text, seq) => text.endsWith('where seq = ?') && seq === 2);
    const { updates, lost } = salvageMoving(from.db);
    assert.deepEqual(ids(updates), [one, three]);
    assert.equal(lost, 1);
  });

  it('gives an update without its history, if only that is damaged', (t) => {
    const from = outboxOfOneCustomer(t);
    const id = saveAt(from, mobile(1));
    damage(t, from.db, (text) => text.includes('from update_history'));
    const [only] = salvageMoving(from.db).updates;
    assert.equal(only?.row.id, id);
    assert.deepEqual([only?.history, only?.customer], [[], { record: null, asOfMs: null }]);
  });

  it('gives nothing, and cannot say how many are lost, if the table itself is damaged', (t) => {
    const from = outboxOfOneCustomer(t);
    saveAt(from, mobile(1));
    damage(t, from.db, (text) => text.includes('from updates'));
    assert.deepEqual(salvageMoving(from.db), { updates: [], lost: null });
  });

  it('gives none for an empty table', (t) => {
    const { db } = outboxOfOneCustomer(t);
    assert.deepEqual(salvageMoving(db), { updates: [], lost: 0 });
  });

  it('whose last number is not known is read until ten thousand numbers in a row are missing', (t) => {
    const from = outboxOfOneCustomer(t);
    const [one, two, three] = [1, 2, 3].map((n) => saveAt(from, mobile(n)));
    from.db.exec(`update updates set seq = 30004 where seq = 3;
      update updates set seq = 20002 where seq = 2; update updates set seq = 10001 where seq = 1`);
    damage(t, from.db, (text, seq) => text.includes('max(seq)') || (text.endsWith('where seq = ?') && seq === 5));
    const { updates, lost } = salvageMoving(from.db);
    assert.deepEqual(ids(updates), [one, two]);
    assert.equal(lost, null);
    from.db.exec('update updates set seq = 30003 where seq = 30004');
    assert.deepEqual(ids(salvageMoving(from.db).updates), [one, two, three]);
  });
});
