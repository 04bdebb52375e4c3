import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { attachRegionFile } from '../../electron/customers/region.ts';
import { regionTables } from '../../electron/customers/region-format.ts';
import { migrateTill, openTillDatabase } from '../../electron/data/till-database.ts';

import { openToRead } from '../../electron/db/open-to-read.ts';
import { count } from '../../electron/db/statements.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const keyHex = 'd'.repeat(64);
const reservedBytes = (file: string) => readFileSync(file)[20];

/** As the first versions wrote it. */
function writeOlder(file: string, work: (db: Database.Database) => void): void {
  const db = new Database(file);
  db.pragma("cipher = 'chacha20'");
  db.pragma(`key = "raw:${keyHex}"`);
  db.pragma('journal_mode = WAL');
  work(db);
  db.close();
}

describe('a database from before the cipher changed', () => {
  it('opens with its own cipher, can be written, and can be read by a second connection', () => {
    const file = path.join(temporaryFolder(), 'tillside.db');
    writeOlder(file, (db) => {
      migrateTill(db);
      db.exec("insert into remembered values ('older', '1', 1)");
    });
    const db = openTillDatabase({ file, keyHex });
    db.exec("insert into remembered values ('newer', '1', 1)");
    const beside = openToRead({ file, keyHex });
    assert.equal(count(beside, 'select count(*) as n from remembered'), 2);
    beside.close();
    db.close();
    assert.equal(reservedBytes(file), 32);
  });

  it('works with a region file of either cipher', () => {
    const folder = temporaryFolder();
    const [older, newer, region] = ['older.db', 'newer.db', 'region.db'].map((name) => path.join(folder, name));
    if (older === undefined || newer === undefined || region === undefined) throw new Error('three names');
    writeOlder(older, (db) => migrateTill(db));
    writeOlder(region, (db) => db.exec(`${regionTables('main')} insert into about values (1, 7, 1)`));
    for (const file of [older, newer]) {
      const db = openTillDatabase({ file, keyHex });
      migrateTill(db);
      db.exec('detach region');
      attachRegionFile(db, region, keyHex);
      assert.equal(count(db, 'select rows as n from region.about'), 7);
      db.exec("insert into remembered values ('beside a region', '1', 1)");
      db.close();
    }
    assert.deepEqual([older, newer].map(reservedBytes), [32, 64]);
  });

  it('is refused with another key, like a new one', () => {
    const file = path.join(temporaryFolder(), 'tillside.db');
    writeOlder(file, (db) => migrateTill(db));
    assert.throws(() => openTillDatabase({ file, keyHex: 'e'.repeat(64) }), { code: 'SQLITE_NOTADB' });
    assert.throws(() => openToRead({ file, keyHex: 'e'.repeat(64) }), { code: 'SQLITE_NOTADB' });
    assert.throws(() => openTillDatabase({ file: path.dirname(file), keyHex }), { code: 'SQLITE_CANTOPEN' });
  });
});
