import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { forgetCustomer } from '../../electron/customers/region.ts';
import { migrateTill, openTillDatabase } from '../../electron/data/till-database.ts';
import { migrations, versionOf } from '../../electron/db/migrate.ts';

import { openTestCache, type TestCache, testKey } from './cache.ts';

let cache: TestCache;
beforeEach(() => {
  cache = openTestCache();
});
afterEach(() => cache.close());

describe("a customer's id on this till", () => {
  it('is never reused, so that a draft for somebody who is gone is never saved to somebody else', () => {
    const first = cache.add({ lastName: 'James' });
    const gone = cache.add({ lastName: 'Raman' });
    forgetCustomer(cache.db, gone);
    const next = cache.add({ lastName: 'Bose' });
    assert.deepEqual([first, gone, next], [1, 2, 3]);
    forgetCustomer(cache.db, next);
    const again = openTillDatabase({ file: cache.file, keyHex: testKey });
    assert.equal(again.prepare('select last from own_customer_ids').pluck().get(), 3);
    again.close();
  });

  it('continues after the ids that an older Tillside gave', () => {
    const older = openTillDatabase({ file: `${cache.file}-older`, keyHex: testKey });
    migrateTill(older, migrations.slice(0, 2));
    older
      .prepare(
        "insert into customers (id, first_name, last_name, name_forward, name_backward) values (7, '', '', '', '')",
      )
      .run();
    migrateTill(older);
    assert.equal(versionOf(older), migrations.length);
    assert.equal(older.prepare('select last from own_customer_ids').pluck().get(), 7);
    older.close();
  });
});
