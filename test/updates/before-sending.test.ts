import assert from 'node:assert/strict';
import { it } from 'node:test';
import { insertUnknownCustomer } from '../../electron/customers/store.ts';
import { beforeSendingOf } from '../../electron/updates/before-sending.ts';
import { openTestCache, recordOf } from '../customers/cache.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { unknownLoyalty } from '../helpers/loyalty.ts';

const nothing = { points: null, purchases: null, updatedOn: null, mark: null, asOfMs: null };

it('what the server said before an update is sent is noted, to prove later whether it arrived (F42)', (t) => {
  const { db, close } = openTestCache();
  t.after(close);
  const loyalty = { ...unknownLoyalty, points: 100, lifetimePurchases: 2500 };
  const record = { ...recordOf({ 'custom.mark': 'one' }, '1'), loyalty, updatedOn: '2026-03-01 10:00:00' };
  const customerId = keepRecord(db, record, 1000);
  const known = { points: 100, purchases: 2500, updatedOn: '2026-03-01 10:00:00', asOfMs: 1000 };
  assert.deepEqual(beforeSendingOf(db, customerId, 'custom.mark'), { ...known, markKey: 'custom.mark', mark: 'one' });
  assert.deepEqual(beforeSendingOf(db, customerId, 'custom.other'), { ...known, markKey: 'custom.other', mark: null });
  assert.deepEqual(beforeSendingOf(db, customerId, null), { ...known, markKey: null, mark: null });
});

it('what the server never said is not known', (t) => {
  const { db, close } = openTestCache();
  t.after(close);
  const customerId = insertUnknownCustomer(db, { type: 'mobile', value: '911' });
  assert.deepEqual(beforeSendingOf(db, customerId, 'custom.mark'), { ...nothing, markKey: 'custom.mark' });
  assert.deepEqual(beforeSendingOf(db, customerId + 1, null), { ...nothing, markKey: null });
});
