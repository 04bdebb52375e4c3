import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { openTillDatabase } from '../../electron/data/till-database.ts';

import { folderFiles } from '../../electron/machine/folder-files.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import type { Secrets } from '../../electron/machine/secrets.ts';
import { TillCannotOpen } from '../../electron/machine/till-cannot-open.ts';
import { openOfflineTill, openRaw, saveFor, someMobile, storedKey } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function folderWithOneUpdate(folder: string): Promise<void> {
  const till = await openOfflineTill(folder);
  await saveFor(till, someMobile, 'Waiting');
  await till.close();
}

async function refusal(opening: Promise<unknown>): Promise<TillCannotOpen> {
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TillCannotOpen, `it ended with ${String(error)}`);
  return error;
}

/** Overwrites some bytes in the middle of a file. */
function spoil(file: string, at: number, bytes = 64): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(bytes, 0x5a), 0, bytes, at);
  closeSync(descriptor);
}

describe('F25 a file that cannot be used', () => {
  it('is left alone at every start if its beginning is damaged', async () => {
    const folder = temporaryFolder();
    await folderWithOneUpdate(folder);
    const { database } = folderFiles(folder);
    spoil(database, 20);
    const before = readFileSync(database);
    for (let start = 0; start < 2; start += 1) {
      const error = await refusal(openOfflineTill(folder));
      assert.equal(error.code, 'database-unreadable');
      assert.deepEqual(error.nextSteps, ['restore', 'start-afresh']);
      assert.deepEqual(readFileSync(database), before);
    }
  });

  it('is recognised whichever of its pages is damaged', async () => {
    const folder = temporaryFolder();
    await folderWithOneUpdate(folder);
    const { database } = folderFiles(folder);
    // Nobody reads empty pages, so damage there does no harm.
    const db = openRaw(folder);
    db.exec('vacuum');
    db.close();
    const whole = readFileSync(database);
    for (let at = 4096 + 50; at < whole.length; at += 4096) {
      writeFileSync(database, whole);
      spoil(database, at);
      assert.equal((await refusal(openOfflineTill(folder))).code, 'database-unreadable', `at byte ${at}`);
    }
    writeFileSync(database, whole);
    await (await openOfflineTill(folder)).close();
  });

  it("is left alone if it is another program's database", async () => {
    const folder = temporaryFolder();
    await folderWithOneUpdate(folder);
    const { database } = folderFiles(folder);
    rmSync(database);
    const foreign = new Database(database);
    foreign.exec('create table notes (text text)');
    foreign.close();
    const before = readFileSync(database);
    assert.equal((await refusal(openOfflineTill(folder))).code, 'database-unreadable');
    assert.deepEqual(readFileSync(database), before);
  });

  it('is left alone if a newer Tillside wrote it', async (t) => {
    const folder = temporaryFolder();
    await folderWithOneUpdate(folder);
    const db = openRaw(folder);
    db.pragma('user_version = 4000');
    db.close();
    const error = await refusal(openOfflineTill(folder));
    assert.equal(error.code, 'database-newer');
    const after = openRaw(folder);
    t.after(() => after.close());
    assert.equal(after.pragma('user_version', { simple: true }), 4000);
    assert.equal(after.prepare('select count(*) from updates').pluck().get(), 1);
  });

  it('is not replaced by an empty one if it is gone and older files show that there was one', async () => {
    const folder = temporaryFolder();
    await folderWithOneUpdate(folder);
    const files = folderFiles(folder);
    const till = await openOfflineTill(folder);
    await till.backUp();
    await till.close();
    renameSync(files.database, `${files.database}.moved`);
    const error = await refusal(openOfflineTill(folder));
    assert.equal(error.code, 'database-missing');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name === 'tillside.db'),
      [],
    );
  });

  it('says that the folder cannot be used if there is a file in its place', async () => {
    const folder = temporaryFolder();
    writeFileSync(`${folder}/data`, 'a file');
    assert.equal((await refusal(openOfflineTill(`${folder}/data`))).code, 'folder');
    assert.equal(readFileSync(`${folder}/data`, 'utf8'), 'a file');
  });
});

describe('F27 an unavailable key', () => {
  const unreadable: Secrets = {
    read: () => ({ kind: 'unreadable', why: 'another user' }),
    write: () => ({ kind: 'not-stored', why: 'another user' }),
  };

  it('makes no new database over the old one, and none beside it', async () => {
    const folder = temporaryFolder();
    await folderWithOneUpdate(folder);
    const { database } = folderFiles(folder);
    const before = readFileSync(database);
    const error = await refusal(openOfflineTill(folder, { secrets: unreadable }));
    assert.equal(error.code, 'key-unreadable');
    assert.deepEqual(error.nextSteps, ['recovery-key']);
    assert.deepEqual(readFileSync(database), before);
    const nothingStored: Secrets = {
      read: () => ({ kind: 'absent' }),
      write: () => assert.fail('another key replaced the lost one'),
    };
    assert.equal((await refusal(openOfflineTill(folder, { secrets: nothingStored }))).code, 'key-unreadable');
    assert.deepEqual(readFileSync(database), before);
  });

  it('is told apart from a damaged file, which SQLite does not do', async () => {
    const folder = temporaryFolder();
    await folderWithOneUpdate(folder);
    const otherKey: Secrets = {
      read: (name) => (name === 'database-key' ? { kind: 'value', value: 'a'.repeat(64) } : { kind: 'absent' }),
      write: () => ({ kind: 'stored' }),
    };
    assert.equal((await refusal(openOfflineTill(folder, { secrets: otherKey }))).code, 'key-unreadable');
    const { database, keyMark } = folderFiles(folder);
    assert.equal(statSync(database).size > 0, true);
    assert.equal(readFileSync(keyMark, 'utf8').includes(storedKey(folder)), false);
    assert.equal(secretFile(folder, null).read('database-key').kind, 'value');
  });
});

describe('F26 the bundled SQLite', () => {
  it('has the fix for the WAL reset bug, and commits with a flush', (t) => {
    const folder = temporaryFolder();
    const db = openTillDatabase({ file: `${folder}/one.db`, keyHex: 'b'.repeat(64) });
    t.after(() => db.close());
    const [major = 0, minor = 0, patch = 0] = String(db.prepare('select sqlite_version()').pluck().get())
      .split('.')
      .map(Number);
    assert.ok(major * 1e6 + minor * 1e3 + patch >= 3_051_003);
    assert.equal(db.pragma('synchronous', { simple: true }), 2);
    assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
  });
});
