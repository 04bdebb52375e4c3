import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Checkpointer } from '../../electron/db/checkpoint/checkpointer.ts';
import { openTestCache, type TestCache, testKey } from '../customers/cache.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

let cache: TestCache;
beforeEach(() => {
  cache = openTestCache();
  cache.db.exec('create table filler (id integer primary key, text text)');
});
afterEach(() => cache.close());

const noTrouble = (error: Error) => assert.fail(error);
const start = () => new Checkpointer(cache.db, { file: cache.file, keyHex: testKey }, noTrouble);
const write = (megabytes: number) => {
  const insert = cache.db.prepare('insert into filler (text) values (?)');
  for (let at = 0; at < megabytes; at += 1) insert.run('x'.repeat(1_000_000));
};

describe('checkpoints', () => {
  it('are made by a thread, no longer by the connection that saves', async () => {
    const checkpointer = start();
    await checkpointer.now();
    assert.equal(cache.db.pragma('wal_autocheckpoint', { simple: true }), 0);
    write(6);
    const state = await checkpointer.now();
    assert.ok(state !== null && state.pages > 1000 && state.checkpointed === state.pages, JSON.stringify(state));
    await checkpointer.stop();
  });

  it('F26 write no row: to the saving connection, nobody else has changed anything', async () => {
    // SQLite changes this number for a connection when another one has committed.
    const version = () => cache.db.pragma('data_version', { simple: true });
    const before = version();
    const checkpointer = start();
    await checkpointer.now();
    write(6);
    const state = await checkpointer.now();
    assert.ok(state !== null && state.checkpointed > 1000, 'the thread has done its work');
    assert.equal(version(), before);
    await checkpointer.stop();
  });

  it('keep the -wal short during heavy writing', async () => {
    const checkpointer = start();
    for (let round = 0; round < 6; round += 1) {
      write(5);
      await checkpointer.now();
    }
    assert.ok(statSync(`${cache.file}-wal`).size < 12_000_000);
    await checkpointer.stop();
  });

  it('return to the saving connection when the thread ends', async () => {
    const checkpointer = start();
    await checkpointer.now();
    await checkpointer.stop();
    assert.equal(cache.db.pragma('wal_autocheckpoint', { simple: true }), 1000);
    assert.equal(await checkpointer.now(), null);
  });

  it('return to the saving connection when the thread cannot open the file', async () => {
    const failure = Promise.withResolvers<Error>();
    const checkpointer = new Checkpointer(cache.db, { file: cache.file, keyHex: 'd'.repeat(64) }, failure.resolve);
    assert.match((await failure.promise).message, /not a database/);
    await checkpointer.stop();
    assert.equal(cache.db.pragma('wal_autocheckpoint', { simple: true }), 1000);
  });

  it('create no empty database if the file is gone', async () => {
    const file = path.join(temporaryFolder(), 'gone.db');
    const failure = Promise.withResolvers<Error>();
    const checkpointer = new Checkpointer(cache.db, { file, keyHex: testKey }, failure.resolve);
    await failure.promise;
    await checkpointer.stop();
    assert.equal(existsSync(file), false);
  });

  it('leave nothing behind: the last connection to close removes the -wal', async () => {
    const checkpointer = start();
    write(1);
    await checkpointer.stop();
    cache.db.close();
    assert.equal(existsSync(`${cache.file}-wal`), false);
  });
});
