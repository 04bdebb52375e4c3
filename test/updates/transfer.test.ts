import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { insertUnknownCustomer } from '../../electron/customers/store.ts';

import type { Db } from '../../electron/db/open.ts';
import type { FieldChanges } from '../../electron/model/customer.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { findUpdate, type Update } from '../../electron/updates/rows.ts';
import { readMoving, salvageMoving, takeIn } from '../../electron/updates/transfer.ts';
import type { MovingUpdate } from '../../electron/updates/transfer-rows.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { openMigrated } from '../helpers/migrated-database.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const clock = virtualClock();
const random = seededRandom(5);

function open(t: TestContext): { readonly db: Db; readonly outbox: Outbox } {
  const db = openMigrated({ file: `${temporaryFolder()}/tillside.db`, keyHex: 'd'.repeat(64) });
  t.after(() => db.close());
  return { db, outbox: new Outbox(db, clock, random) };
}

const someSave = {
  token: random.id(),
  kind: 'fields',
  baseline: {},
  confirmedFills: [],
  staff: null,
  till: 'till1',
} as const;

/** Two updates of one customer: the first needs a person, and the second waits behind it. */
function twoWaiting(t: TestContext) {
  const { db, outbox } = open(t);
  const customerId = keepRecord(db, customerRecord('1', 'Before'), clock.wallMs());
  const identifier = { type: 'userId', value: '1' } as const;
  const input = (changes: FieldChanges) => ({ ...someSave, token: random.id(), customerId, identifier, changes });
  const seen = (id: string): Update => {
    const update = findUpdate(db, id);
    assert.ok(update !== null);
    return update;
  };
  const first = outbox.save(input({ lastName: 'Refused' }));
  outbox.needsPerson(seen(first), { kind: 'no-such-customer' }, null);
  const second = outbox.save(input({ lastName: 'Second' }));
  return { db, second, correct: () => outbox.replace(seen(first), input({ lastName: 'Corrected' })) };
}

function bring(to: { readonly db: Db; readonly outbox: Outbox }, updates: readonly MovingUpdate[]) {
  takeIn(to.db, to.outbox, createRecordKeeper(to.db, clock), { updates, from: 'till1', surelyUnsent: true });
}

function queuedInOrder(db: Db): unknown {
  return db.prepare("select id from updates where state = 'queued' order by place, seq").pluck().all();
}

describe('updates that move to another database', () => {
  it('are read back before they are sent if the first till may have sent them too', (t) => {
    const from = twoWaiting(t);
    from.correct();
    for (const [surelyUnsent, state] of [
      [true, 'queued'],
      [false, 'unknown'],
    ] as const) {
      const { db, outbox } = open(t);
      const taken = { updates: readMoving(from.db), from: 'till1', surelyUnsent };
      takeIn(db, outbox, createRecordKeeper(db, clock), taken);
      assert.deepEqual(db.prepare('select distinct state from updates').pluck().all(), [state]);
    }
  });

  it('keep their order, even if a corrected one comes before others and the file is damaged', (t) => {
    const from = twoWaiting(t);
    const corrected = from.correct();
    for (const updates of [readMoving(from.db), salvageMoving(from.db).updates]) {
      const to = open(t);
      bring(to, updates);
      assert.deepEqual(queuedInOrder(to.db), [corrected, from.second]);
      assert.equal(to.outbox.firstReady(() => true)?.id, corrected);
      assert.equal(
        to.outbox.firstReady(({ id }) => id !== corrected),
        null,
      );
    }
  });

  it("go before the customer's updates that are already there but were saved later", (t) => {
    const from = twoWaiting(t);
    const to = open(t);
    bring(to, readMoving(from.db));
    const corrected = from.correct();
    bring(to, salvageMoving(from.db).updates);
    assert.deepEqual(queuedInOrder(to.db), [corrected, from.second]);
  });

  it('never go to a customer who only has their identifier in a pending edit', (t) => {
    const from = open(t);
    const email = 'bob@example.com';
    const identifier = { type: 'email', value: email } as const;
    const bob = insertUnknownCustomer(from.db, identifier);
    const moved = from.outbox.save({ ...someSave, customerId: bob, identifier, changes: { lastName: 'Bobson' } });
    const to = open(t);
    const rita = keepRecord(to.db, customerRecord('7', 'James'), clock.wallMs());
    const ofRita = { ...someSave, token: random.id(), customerId: rita, changes: { email } };
    to.outbox.save({ ...ofRita, identifier: { type: 'userId', value: '7' } });
    bring(to, readMoving(from.db));
    assert.notEqual(findUpdate(to.db, moved)?.customerId, rita);
  });
});
