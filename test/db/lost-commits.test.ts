import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { areCommitsLost } from '../../electron/db/lost-commits.ts';
import { openDatabase } from '../../electron/db/open.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const locks = '/proc/locks';

it('F26: looking for lost commits keeps the locks that stop a reader from cutting the index off', {
  skip: existsSync(locks) ? false : 'only Linux lists locks',
}, (t) => {
  const file = path.join(temporaryFolder(), 'some.db');
  const db = openDatabase({ file, keyHex: '7'.repeat(64) });
  t.after(() => db.close());
  db.exec('create table some (one)');
  const index = `:${statSync(`${file}-shm`).ino} `;
  const ours = () =>
    readFileSync(locks, 'utf8')
      .split('\n')
      .filter((line) => line.includes(index));
  const before = ours();
  assert.ok(before.length > 0);
  assert.equal(areCommitsLost(db, 1), false);
  assert.equal(areCommitsLost(db, 1000), true);
  assert.deepEqual(ours().length, before.length);
});
