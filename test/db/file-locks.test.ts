/** On POSIX systems, closing any handle of a file releases all locks of the process on it, also those of SQLite. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Background } from '../../electron/db/background.ts';
import { areCommitsLost } from '../../electron/db/lost-commits.ts';
import { openDatabase } from '../../electron/db/open.ts';
import { openToRead } from '../../electron/db/open-to-read.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const locks = '/proc/locks';
const keyHex = '7'.repeat(64);

describe('the locks that an open till holds on its database (F26)', {
  skip: existsSync(locks) ? false : 'only Linux lists locks',
}, () => {
  function open(t: TestContext) {
    const file = path.join(temporaryFolder(), 'some.db');
    const db = openDatabase({ file, keyHex });
    t.after(() => db.close());
    db.exec('create table some (one)');
    const held = () =>
      ['', '-shm'].map((ending) => {
        const inode = `:${statSync(`${file}${ending}`).ino} `;
        return readFileSync(locks, 'utf8')
          .split('\n')
          .filter((line) => line.includes(inode)).length;
      });
    const before = held();
    assert.ok(before.every((count) => count > 0));
    return { file, db, assertHeld: () => assert.deepEqual(held(), before) };
  }

  it('stay while it looks for lost commits, because without them another reader could truncate its index', (t) => {
    const { db, assertHeld } = open(t);
    assert.equal(areCommitsLost(db, 1), false);
    assert.equal(areCommitsLost(db, 1000), true);
    assertHeld();
  });

  it('stay while another connection of the process opens and closes', (t) => {
    const { file, assertHeld } = open(t);
    const reader = openToRead({ file, keyHex });
    assertHeld();
    reader.close();
    assertHeld();
  });

  it('stay while a thread checks the file or copies it', async (t) => {
    const { file, db, assertHeld } = open(t);
    db.pragma('user_version = 1');
    const background = new Background();
    t.after(() => background.close());
    const onFile = { file, keyHex };
    assert.equal((await background.run({ ...onFile, kind: 'check', depth: 'quick' })).kind, 'checked');
    assertHeld();
    assert.equal((await background.run({ ...onFile, kind: 'copy', target: `${file}.copy` })).kind, 'copied');
    assertHeld();
  });
});
