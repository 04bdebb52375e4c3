import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchCustomers } from '../../electron/customers/search.ts';
import { migrateTill } from '../../electron/data/till-database.ts';
import { openTestCache } from './cache.ts';

test('keys made by another version are rebuilt when the till is opened', (t) => {
  const cache = openTestCache();
  t.after(() => cache.close());
  const fields = { firstName: 'Anne-Marie', lastName: 'علی', email: 'Info@bücher.example', externalId: 'K–77' };
  const id = cache.add(fields);
  const keys = () =>
    cache.db
      .prepare('select name_forward, name_backward, email_key, external_key, mobile_backward from customers')
      .all();
  const words = () => cache.db.prepare('select word from customer_words order by word').all();
  const before = [keys(), words()];
  cache.db.exec(`update customers set name_forward = 'old', name_backward = 'old', email_key = 'old', external_key = 'old';
    delete from customer_words; insert into customer_words values ('old', ${id});`);
  assert.equal(migrateTill(cache.db).kind, 'ready');
  assert.deepEqual(keys()[0], { ...Object(keys()[0]), name_forward: 'old' }, 'keys of this version are left alone');

  cache.db.exec('update search_key_rules set version = 0');
  migrateTill(cache.db);
  assert.deepEqual([keys(), words()], before);
  const found = searchCustomers(cache.db, 'annemarie علي', 5, 'IN').hits;
  assert.deepEqual(
    found.map(({ customerId }) => customerId),
    [id],
  );
});
