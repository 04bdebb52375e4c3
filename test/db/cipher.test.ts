/** The cipher of a file is read once, and never taken for that of another file. */
import assert from 'node:assert/strict';
import fs, { rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { it } from 'node:test';
import Database from 'better-sqlite3';
import { chooseCipher } from '../../electron/db/cipher.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A file's header up to the byte that says how much of each page is reserved: 32 means ChaCha20. */
const header = (reserved: number) => Buffer.concat([Buffer.alloc(20, 7), Buffer.from([reserved])]);

for (const [title, isBirthKnown] of [
  ['a file that got the inode number of a deleted one is read anew', true],
  ['the same holds on a file system that does not record when a file was made', false],
] as const) {
  it(title, (t) => {
    const real = fs.statSync;
    let madeAt = 0n;
    // Every file gets the same inode number.
    const stat = (file: string) => {
      const found = real(file, { bigint: true });
      return { ...found, dev: 1n, ino: isBirthKnown ? 2n : 3n, birthtimeNs: isBirthKnown ? madeAt : 0n };
    };
    t.mock.method(fs, 'statSync', stat);
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    const opens = t.mock.method(fs, 'openSync');
    syncBuiltinESMExports();
    const db = new Database(':memory:');
    t.after(() => db.close());
    const cipherOf = (file: string) => {
      chooseCipher(db, file);
      return db.pragma('cipher', { simple: true });
    };
    const folder = temporaryFolder();
    const make = (name: string, reserved: number) => {
      madeAt += 1n;
      const file = path.join(folder, name);
      writeFileSync(file, header(reserved));
      return file;
    };
    const first = make('first.db', 32);
    opens.mock.resetCalls();
    assert.deepEqual([cipherOf(first), cipherOf(first)], ['chacha20', 'chacha20']);
    assert.equal(opens.mock.callCount(), 1);
    rmSync(first);
    assert.equal(cipherOf(make('second.db', 0)), 'aegis');
  });
}
