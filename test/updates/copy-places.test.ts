import assert from 'node:assert/strict';
import { it } from 'node:test';
import { remember } from '../../electron/db/remembered.ts';
import { carryCopyPlacesOver, readCopyPlaces, writeCopyPlaces } from '../../electron/updates/copy-places.ts';
import { openTestCache } from '../customers/cache.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

const place = { folder: '/copies', mark: 'm', upToSeq: 7 };

it('the places of copies survive a restart, and there are none before the first copy', (t) => {
  const { db, close } = openTestCache();
  t.after(close);
  assert.deepEqual(readCopyPlaces(db), []);
  writeCopyPlaces(db, [place], 1);
  assert.deepEqual(readCopyPlaces(db), [place]);
});

it('places that this version cannot read are ignored', (t) => {
  const { db, close } = openTestCache();
  t.after(close);
  remember(db, 'second-copy', [{ folder: '/copies' }], 1);
  assert.deepEqual(readCopyPlaces(db), []);
});

it('after a restore, any update in the database may also be in a copy (F63)', (t) => {
  const before = openTestCache();
  t.after(before.close);
  const { db, outbox, input } = outboxOfOneCustomer(t);
  writeCopyPlaces(db, [place], 1);
  carryCopyPlacesOver(before.db, db, 2);
  assert.deepEqual(readCopyPlaces(db), [place], 'the database before the restore knew of no copy');
  for (const mobile of ['919845000011', '919845000012']) outbox.save(input({ mobile }, 'till1'));
  writeCopyPlaces(before.db, [place, { ...place, folder: '/others' }], 3);
  carryCopyPlacesOver(before.db, db, 4);
  assert.deepEqual(readCopyPlaces(db), [
    { ...place, upToSeq: 2 },
    { ...place, folder: '/others', upToSeq: 2 },
  ]);
});
