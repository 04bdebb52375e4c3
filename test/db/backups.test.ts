import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Upkeep, type UpkeepFacts } from '../../electron/care/upkeep.ts';
import { Background } from '../../electron/db/background.ts';
import { listBackups, makeBackup } from '../../electron/db/backup/backups.ts';
import { openToRead } from '../../electron/db/open-to-read.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';
import { damageTable, openOfflineTill, openRaw, saveFor, someMobile, storedKey } from './offline-till.ts';

const dayMs = 86_400_000;

async function folderWithOneUpdate(
  t: TestContext,
): Promise<{ folder: string; keyHex: string; background: Background }> {
  const folder = temporaryFolder();
  const till = await openOfflineTill(folder);
  await saveFor(till, someMobile, 'Confidential');
  await till.close();
  const background = new Background();
  t.after(() => background.close());
  return { folder, keyHex: storedKey(folder), background };
}

describe('a backup', () => {
  it("holds everything, is encrypted with the till's key, and is made while the till works", async (t) => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    await saveFor(till, someMobile, 'Confidential');
    const [made, saved] = await Promise.all([till.backUp(), saveFor(till, '919845099999', 'Meanwhile')]);
    assert.equal(saved.kind, 'saved');
    assert.equal(made.kind, 'made');
    const bytes = readFileSync(made.file);
    assert.equal(bytes.subarray(0, 15).toString('latin1') === 'SQLite format 3', false);
    assert.equal(bytes.includes('Confidential'), false);
    const copy = openToRead({ file: made.file, keyHex: storedKey(folder) });
    t.after(() => copy.close());
    const names = copy.prepare('select changes from updates order by seq').pluck().all();
    assert.equal(names[0], '{"lastName":"Confidential"}');
    assert.deepEqual(readdirSync(folderFiles(folder).backups), [path.basename(made.file)]);
    assert.equal(till.upkeep().lastBackupAtMs !== null, true);
  });

  it('is not kept if its source is damaged', async (t) => {
    const { folder, keyHex, background } = await folderWithOneUpdate(t);
    damageTable(folder, 'updates');
    const result = await makeBackup({ dataDir: folder, keyHex, why: 'daily', wallMs: dayMs, background });
    assert.deepEqual(result, { kind: 'failed', code: 'SQLITE_CORRUPT' });
    assert.deepEqual(readdirSync(folderFiles(folder).backups), []);
  });

  it('replaces the oldest beyond the limits of number and size, but never the last one before a migration', async (t) => {
    const { folder, keyHex, background } = await folderWithOneUpdate(t);
    const make = (day: number, why: 'daily' | 'before-migration', keep = { count: 3, bytes: 1e9 }) =>
      makeBackup({ dataDir: folder, keyHex, why, wallMs: day * dayMs, background, keep });
    await make(1, 'before-migration');
    for (const day of [2, 3, 4, 5]) await make(day, 'daily');
    const days = () => listBackups(folder).map(({ atMs, why }) => `${why} ${atMs / dayMs}`);
    assert.deepEqual(days(), ['daily 5', 'daily 4', 'daily 3', 'before-migration 1']);
    await make(6, 'daily', { count: 9, bytes: 1 });
    assert.deepEqual(days(), ['daily 6', 'before-migration 1']);
  });

  it('leaves other files in its folder alone', async (t) => {
    const { folder, keyHex, background } = await folderWithOneUpdate(t);
    const { backups } = folderFiles(folder);
    mkdirSync(backups);
    writeFileSync(path.join(backups, 'from-head-office.db'), 'not ours');
    const keep = { count: 0, bytes: 0 };
    await makeBackup({ dataDir: folder, keyHex, why: 'daily', wallMs: dayMs, background, keep });
    assert.equal(listBackups(folder).length, 1);
    assert.equal(readFileSync(path.join(backups, 'from-head-office.db'), 'utf8'), 'not ours');
  });
});

describe('the upkeep of a running till', () => {
  async function upkeepOf(t: TestContext, freeBytes: () => number, isChecked = true) {
    const { folder, keyHex, background } = await folderWithOneUpdate(t);
    const db = openRaw(folder);
    t.after(() => db.close());
    const clock = virtualClock();
    const reported: UpkeepFacts[] = [];
    const logged: string[] = [];
    const upkeep = new Upkeep({
      dataDir: folder,
      keyHex,
      background,
      clock,
      log: { write: (_level, text, facts) => logged.push(`${text} ${JSON.stringify(facts)}`) },
      isChecked,
      db,
      lostCommits: false,
      endedCleanly: true,
      changed: (facts) => reported.push(facts),
      readDiskSpace: () => Promise.resolve({ freeBytes: freeBytes(), isLow: freeBytes() < 1000 }),
    });
    t.after(() => upkeep.close());
    upkeep.start();
    await clock.pass(1);
    /** Real threads work beside the virtual clock, and an endless loop would outlive the test's time limit. */
    const until = async (condition: () => boolean) => {
      for (let look = 0; !condition(); look += 1) {
        assert.ok(look < 6000, `a minute has passed; the log: ${logged.join(', ')}`);
        await setTimeout(10);
      }
    };
    return { folder, clock, upkeep, reported, until };
  }

  it('makes one backup a day', async (t) => {
    const { folder, clock, upkeep, until } = await upkeepOf(t, () => 1e12);
    await clock.pass(11 * 60_000);
    // The file is there a moment before the till knows that it is complete, and the clock must not run on in between.
    await until(() => upkeep.facts.lastBackupAtMs !== null);
    assert.equal(listBackups(folder).length, 1);
    await clock.pass(23 * 3_600_000);
    assert.equal(listBackups(folder).length, 1);
    await clock.pass(2 * 3_600_000);
    await until(() => listBackups(folder).length === 2);
  });

  it('starts no second backup while the daily one is still running', async (t) => {
    const { folder, clock, upkeep, until } = await upkeepOf(t, () => 1e12);
    // The thread takes real time, during which hours pass here.
    await clock.pass(5 * 3_600_000);
    await until(() => upkeep.facts.lastBackupAtMs !== null);
    await setTimeout(200);
    assert.equal(listBackups(folder).length, 1);
  });

  it('F25: warns while there is still room, then makes no backups, and says when there is room again', async (t) => {
    let free = 900;
    const { folder, clock, upkeep, reported } = await upkeepOf(t, () => free);
    assert.deepEqual(upkeep.facts.disk, { freeBytes: 900, isLow: true });
    assert.deepEqual(
      reported.map(({ disk }) => disk?.isLow),
      [true],
    );
    await clock.pass(3_600_000);
    assert.deepEqual(listBackups(folder), []);
    free = 5_000_000;
    await clock.pass(6 * 60_000);
    assert.equal(reported.at(-1)?.disk?.isLow, false);
  });

  it('finds damage in a file that was too large to check at the start', async (t) => {
    const { folder, clock, upkeep, until } = await upkeepOf(t, () => 1e12, false);
    damageTable(folder, 'updates');
    await clock.pass(31_000);
    await until(() => upkeep.facts.isDamaged);
  });
});
