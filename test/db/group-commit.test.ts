import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { openTillDatabase } from '../../electron/data/till-database.ts';
import { commitAhead, commitTogether } from '../../electron/db/group-commit.ts';
import type { Db } from '../../electron/db/open.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

type Rig = { readonly db: Db; readonly other: Db; readonly names: (db: Db) => string[] };

function withTwoConnections(run: (rig: Rig) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = temporaryFolder();
    const onFile = { file: path.join(folder, 'one.db'), keyHex: '6'.repeat(64) };
    const [db, other] = [openTillDatabase(onFile), openTillDatabase(onFile)];
    db.exec('create table people (name text unique) strict');
    try {
      await run({
        db,
        other,
        names: (from) => from.prepare<[], string>('select name from people order by name').pluck().all(),
      });
    } finally {
      db.close();
      other.close();
    }
  };
}

const add = (db: Db, name: string) => db.prepare('insert into people values (?)').run(name);

test(
  'writes of the same moment are committed together, and confirmed after that',
  withTwoConnections(async ({ db, other, names }) => {
    const seen: string[][] = [];
    const before = Number(other.pragma('data_version', { simple: true }));
    await Promise.all(
      ['Ana', 'Ben', 'Cho'].map(async (name) => {
        await commitTogether(db, () => add(db, name));
        seen.push(names(other));
      }),
    );
    assert.deepEqual(seen, [
      ['Ana', 'Ben', 'Cho'],
      ['Ana', 'Ben', 'Cho'],
      ['Ana', 'Ben', 'Cho'],
    ]);
    assert.equal(Number(other.pragma('data_version', { simple: true })), before + 1);
  }),
);

test(
  'a write that fails does not fail the others of its moment',
  withTwoConnections(async ({ db, other, names }) => {
    const results = await Promise.allSettled([
      commitTogether(db, () => add(db, 'Ana')),
      commitTogether(db, () => {
        add(db, 'Half');
        throw new Error('a bug');
      }),
      commitTogether(db, () => add(db, 'Ana')),
      commitTogether(db, () => add(db, 'Ben')),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(names(other), ['Ana', 'Ben']);
  }),
);

test(
  'a failed commit fails every write of its moment, and the next one works',
  withTwoConnections(async ({ db, other, names }) => {
    db.pragma('busy_timeout = 0');
    other.exec('begin immediate');
    const results = await Promise.allSettled(['Ana', 'Ben'].map((name) => commitTogether(db, () => add(db, name))));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    other.exec('rollback');
    await commitTogether(db, () => add(db, 'Cho'));
    assert.deepEqual(names(other), ['Cho']);
  }),
);

test(
  'a write that a request waits for is committed before the others of its moment',
  withTwoConnections(async ({ db, other, names }) => {
    const seen: string[][] = [];
    await Promise.all([
      commitTogether(db, () => add(db, 'Answer')).then(() => seen.push(names(other))),
      commitAhead(db, () => add(db, 'Request')).then(() => seen.push(names(other))),
    ]);
    assert.deepEqual(seen, [['Request'], ['Answer', 'Request']]);
  }),
);

test(
  'a group ends once its writes take longer than its flush',
  withTwoConnections(async ({ db, other, names }) => {
    const slowly = (name: string) => () => {
      add(db, name);
      const endMs = performance.now() + 2;
      while (performance.now() < endMs);
    };
    const first = commitTogether(db, slowly('first'));
    const others = ['2', '3', '4', '5'].map((name) => commitTogether(db, slowly(name)));
    await first;
    assert.equal(names(other).length, 4);
    await Promise.all(others);
    assert.equal(names(other).length, 5);
  }),
);
