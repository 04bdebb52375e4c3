/** What can happen to a region file's rows on a till (F37, F48). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customersOnTill } from '../../electron/customers/region.ts';
import { customerRow, findByIdentifier, insertUnknownCustomer } from '../../electron/customers/store.ts';
import { sql } from '../../electron/db/statements.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';
import { OwnCopiesRefresh } from '../../electron/region/own-copies-refresh.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { erase } from '../../electron/updates/erasing.ts';
import { removeNotSeen, trimClosedUpdates } from '../../electron/updates/retention.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import { recordOf } from '../customers/cache.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { openImportRig, saveHere } from '../region/import-rig.ts';

const asha = { user_id: '777', firstname: 'Asha', lastname: 'Raman', mobile: '919845000123' };
const line = (one: object) => `${JSON.stringify(one)}\n`;

test('F37 a customer whom the server sent while the file was read stays one customer, and the till opens at every start', async (t) => {
  const rig = openImportRig(t);
  const stranger = insertUnknownCustomer(rig.db, { type: 'mobile', value: asha.mobile });
  await rig.importText('region.jsonl', line(asha));
  // As if the customer came to the counter between reading and comparing.
  keepRecord(rig.db, recordOf({ firstName: 'Asha', mobile: asha.mobile }, asha.user_id), 1000);
  sql(rig.db, 'update region_file set laid_through = 0').run();
  for (let start = 0; start < 3; start += 1) {
    const again = rig.newImport();
    again.resumeAtStart();
    await again.ended;
    await again.close();
  }
  assert.equal(rig.names('asha').length, 1);
  assert.equal(sql(rig.db, 'select laid_through from region_file where laid_through is not null').get(), undefined);
  assert.ok(customerRow(rig.db, stranger) === null || customerRow(rig.db, stranger)?.user_id === asha.user_id);
});

test('F37 one customer who cannot be written is noted in the log, and the others are there', async (t) => {
  const rig = openImportRig(t);
  const people = ['1', '2', '3'].map((n) => ({ user_id: n, firstname: `Person${n}`, mobile: `91984500000${n}` }));
  for (const { user_id, mobile } of people) keepRecord(rig.db, recordOf({ firstName: 'Old', mobile }, user_id), 1000);
  await rig.importText(
    'region.jsonl',
    people.map((one) => line({ ...one, updated_on: '2027-01-01 10:00:00' })).join(''),
  );
  sql(rig.db, 'update region_file set laid_through = 0').run();
  const records = createRecordKeeper(rig.db, systemClock);
  const logged: string[] = [];
  const kept: string[] = [];
  const door = {
    keep: (...given: Parameters<typeof records.keep>) => {
      const { userId } = given[0].record;
      if (userId === '2') throw new Error('a clash');
      kept.push(userId ?? '');
      return records.keep(...given);
    },
  };
  const refresh = new OwnCopiesRefresh({
    db: rig.db,
    records: door,
    clock: systemClock,
    log: { write: (level, event) => logged.push(`${level} ${event}`) },
    customerChanged: () => undefined,
  });
  await refresh.run();
  assert.deepEqual(kept, ['1', '3']);
  assert.deepEqual(logged, ['error a customer of the region could not be stored']);
  assert.equal(sql(rig.db, 'select 1 from region_file where laid_through is not null').get(), undefined);
});

test('F48 an erased customer does not come back once their last update here is gone, although the region lists them', async (t) => {
  const rig = openImportRig(t);
  await rig.importText('region.jsonl', line(asha) + line({ ...asha, user_id: '778', mobile: '919845000124' }));
  const [erased, kept] = ['777', '778'].map((value) => findByIdentifier(rig.db, { type: 'userId', value }) ?? 0);
  assert.ok(erased !== undefined && kept !== undefined);
  for (const [customerId, value] of [
    [erased, '777'],
    [kept, '778'],
  ] as const) {
    const updateId = saveHere(rig, customerId, { lastName: 'Typed' }, {}, { type: 'userId', value });
    if (customerId === erased) erase(rig.db, customerId, 1000);
    const update = findUpdate(rig.db, updateId);
    assert.ok(update !== null);
    rig.outbox.cancel(update, null);
  }
  assert.ok(customerRow(rig.db, erased) !== null, 'until nothing of theirs is left');
  const never = Number.MAX_SAFE_INTEGER;
  assert.equal(trimClosedUpdates(rig.db, never), 2);
  assert.equal(removeNotSeen(rig.db, never, 1).removed, 2);
  assert.equal(customerRow(rig.db, erased), null);
  assert.equal(customersOnTill(rig.db), 1);
  assert.deepEqual(rig.names('asha'), ['Asha Raman']);
  assert.equal(rig.idOf('asha'), kept);
});
