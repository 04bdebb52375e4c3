import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readAudit } from '../../electron/care/audit-log.ts';
import { rescueFolder } from '../../electron/care/rescue/export-unsent.ts';
import { listBackups } from '../../electron/db/backup/backups.ts';
import { keyOfRecovery, recoveryKeyOf } from '../../electron/db/recovery-key.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import type { Secrets } from '../../electron/machine/secrets.ts';
import { mayTakeIn, organisationOf } from '../../electron/org/data-owner.ts';
import { damageTable, openOfflineTill, openRaw, openUpdatesOf, saveFor, storedKey } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { run } from './run.ts';

const [anna, bea, carl] = ['919845010001', '919845010002', '919845010003'] as const;

async function savedAt(folder: string, people: readonly (readonly [mobile: string, name: string])[]) {
  const till = await openOfflineTill(folder);
  for (const [mobile, name] of people) await saveFor(till, mobile, name);
  await till.close();
}

/** A folder with a backup of two unsent updates, one of which was cancelled since, and a third update made later. */
async function folderWithBackup(): Promise<string> {
  const folder = temporaryFolder();
  await savedAt(folder, [
    [anna, 'Anna'],
    [bea, 'Bea'],
  ]);
  const made = await run(['backup', '--data', folder]);
  assert.equal(made.code, 0, made.err);
  const till = await openOfflineTill(folder);
  const update = (await openUpdatesOf(till)).find(({ changes }) => changes[0]?.to === 'Bea');
  await till.handlers['updates.cancel']({ updateId: update?.updateId ?? '' });
  await saveFor(till, carl, 'Carl');
  await till.close();
  return folder;
}

async function unsentAt(folder: string): Promise<Record<string, string>> {
  const till = await openOfflineTill(folder);
  const open = await openUpdatesOf(till);
  await till.close();
  return Object.fromEntries(open.map(({ changes, state }) => [String(changes[0]?.to), state]));
}

describe('tillside backup and restore', () => {
  it('reports success if only the last step fails, and the next start finishes it', async () => {
    const folder = await folderWithBackup();
    const { aside } = folderFiles(folder);
    writeFileSync(aside, 'in the way');
    const ran = await run(['restore', '--yes', '--data', folder]);
    assert.equal(ran.code, 4, ran.err);
    assert.match(ran.err, /Restored, but the new database could not be put in place yet \(E\w+\)/);
    rmSync(aside);
    assert.deepEqual(await unsentAt(folder), { Anna: 'queued', Carl: 'queued' });
    assert.equal(readdirSync(aside).length, 1);
  });

  it('a new database that was damaged before it was put in place is set aside, and the old one stays', async () => {
    const folder = await folderWithBackup();
    const { aside, incoming } = folderFiles(folder);
    writeFileSync(incoming, 'half of a database');
    assert.deepEqual(await unsentAt(folder), { Anna: 'queued', Carl: 'queued' });
    assert.equal(readdirSync(aside).length, 1);
    writeFileSync(incoming, '');
    const ran = await run(['restore', '--empty', '--yes', '--data', folder]);
    assert.match(ran.out, /2 unsent changes were carried over/, ran.err);
    assert.deepEqual(await unsentAt(folder), { Anna: 'queued', Carl: 'queued' });
    assert.equal(existsSync(incoming), false);
  });

  it('what is only in a rescue file stays known after a restore', async () => {
    const folder = await folderWithBackup();
    const env = { TILLSIDE_PASSPHRASE: 'a passphrase for the test' };
    assert.equal((await run(['outbox', 'export', '--data', folder], { env })).code, 0);
    for (const from of [[], ['--empty']]) {
      const ran = await run(['restore', ...from, '--yes', '--data', folder]);
      assert.equal(ran.code, 0, ran.err);
      const { unsent, inFiles } = JSON.parse((await run(['outbox', 'list', '--json', '--data', folder])).out);
      assert.deepEqual([unsent, inFiles.updates], [0, 2], from.join(' '));
    }
  });

  it('makes a backup while the till is open, lists it, and copies it elsewhere', async (t) => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    await saveFor(till, anna, 'Anna');
    const target = path.join(temporaryFolder(), 'copy.db');
    assert.equal((await run(['backup', target, '--data', folder])).code, 0);
    assert.equal(existsSync(target), true);
    const { backups } = JSON.parse((await run(['backup', '--list', '--json', '--data', folder])).out);
    assert.equal(backups.length, 1);
  });

  it('F30: says what is unsent and how old, and changes nothing without --yes', async () => {
    const folder = await folderWithBackup();
    const before = readFileSync(folderFiles(folder).database);
    const ran = await run(['restore', '--data', folder]);
    assert.equal(ran.code, 0);
    assert.match(ran.out, /2 unsent changes, the oldest saved a moment ago/);
    assert.match(ran.out, /--yes/);
    assert.deepEqual(readFileSync(folderFiles(folder).database), before);
    assert.equal(
      readAudit(folder).some(({ action }) => action === 'restore'),
      false,
    );
  });

  it('reads from the old database, if it can, what became of each update, and carries over the rest', async () => {
    const folder = await folderWithBackup();
    const ran = await run(['restore', '--yes', '--json', '--data', folder]);
    assert.equal(ran.code, 0, ran.err);
    const report = JSON.parse(ran.out);
    assert.deepEqual([report.carriedOver, report.uncertain, report.lost], [1, 0, 0]);
    assert.equal(
      readAudit(folder).some(({ action }) => action === 'restore'),
      true,
    );
    assert.deepEqual(await unsentAt(folder), { Anna: 'queued', Carl: 'queued' });
    assert.equal(existsSync(path.join(report.setAside, 'tillside.db')), true);
    assert.equal(readdirSync(rescueFolder(folder)).length, 1);
  });

  it('F45 an empty database belongs to the same organisation as the one before', async () => {
    const folder = await folderWithBackup();
    const before = openRaw(folder);
    mayTakeIn(before, 'the first', 1);
    before.close();
    assert.equal((await run(['restore', '--empty', '--yes', '--data', folder])).code, 0);
    const after = openRaw(folder);
    assert.equal(organisationOf(after), 'the first');
    after.close();
  });

  it("reads back the backup's unsent updates if the old database does not say what became of them", async () => {
    const folder = await folderWithBackup();
    const { database } = folderFiles(folder);
    const bytes = readFileSync(database);
    writeFileSync(database, bytes.fill(0x5a, 20, 4000));
    await assert.rejects(openOfflineTill(folder), { code: 'database-unreadable' });
    const ran = await run(['restore', '--yes', '--data', folder]);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /outbox is missing or unreadable/);
    assert.match(ran.out, /2 are checked with the server first/);
    assert.deepEqual(await unsentAt(folder), { Anna: 'unknown', Bea: 'unknown' });
  });

  it('carries the unsent updates of a database over into an empty one, even past a damaged page', async () => {
    const folder = temporaryFolder();
    await savedAt(folder, [
      [anna, 'Anna'],
      [bea, 'Bea'],
    ]);
    damageTable(folder, 'update_history');
    await assert.rejects(openOfflineTill(folder), { code: 'database-unreadable' });
    const ran = await run(['restore', '--empty', '--yes', '--data', folder]);
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(await unsentAt(folder), { Anna: 'queued', Bea: 'queued' });
  });

  it('F30: if the outbox cannot be read, says that what is unsent is unknown, and never that all is sent', async () => {
    const folder = await folderWithBackup();
    damageTable(folder, 'updates');
    const look = await run(['restore', '--data', folder]);
    assert.equal(look.code, 0, look.err);
    assert.match(look.out, /any unsent changes in it are unknown/);
    assert.doesNotMatch(look.out, /0 unsent/);
    const ran = await run(['restore', '--yes', '--data', folder]);
    assert.equal(ran.code, 1, ran.err);
    assert.match(ran.out, /Some rows of the old database may not have been readable\. Keep it\./);
    assert.deepEqual(await unsentAt(folder), { Anna: 'unknown', Bea: 'unknown' });
  });

  it('changes nothing if the backup is damaged, missing or from another till', async () => {
    const folder = await folderWithBackup();
    const other = await folderWithBackup();
    const [foreign] = listBackups(other);
    const before = await unsentAt(folder);
    const ofOther = await run(['restore', foreign?.file ?? '', '--yes', '--data', folder]);
    assert.equal(ofOther.code, 2);
    assert.match(ofOther.err, /Nothing was changed/);
    const [own] = listBackups(folder);
    const bytes = readFileSync(own?.file ?? '');
    writeFileSync(own?.file ?? '', bytes.fill(0x5a, bytes.length - 300, bytes.length - 200));
    assert.equal((await run(['restore', '--yes', '--data', folder])).code, 2);
    assert.equal((await run(['restore', 'no-such.db', '--yes', '--data', folder])).code, 64);
    assert.deepEqual(await unsentAt(folder), before);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('incoming')),
      [],
    );
  });

  it('finishes at the next start if it was cut off, so that no copy takes its place months later', async () => {
    const folder = temporaryFolder();
    await savedAt(folder, [[anna, 'Anna']]);
    const { database, incoming, aside } = folderFiles(folder);
    // What a kill leaves before the old database is set aside.
    cpSync(database, incoming);
    const old = openRaw(folder);
    old.prepare('update updates set changes = ?').run('{"lastName":"Only in the old one"}');
    old.close();
    assert.deepEqual(await unsentAt(folder), { Anna: 'queued' });
    assert.equal(existsSync(incoming), false);
    assert.equal(readdirSync(aside).length, 1);
  });

  it('is refused while the till is open', async (t) => {
    const folder = await folderWithBackup();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    assert.match((await run(['restore', '--yes', '--data', folder])).err, /already running/);
  });
});

describe('F27 the recovery key', () => {
  it('is shown once, and a mistyped one is not mistaken for another till’s key', async () => {
    const folder = temporaryFolder();
    await savedAt(folder, [[anna, 'Anna']]);
    const shown = await run(['recovery-key', 'show', '--data', folder]);
    assert.match(shown.out, /^(?:[0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
    assert.equal(keyOfRecovery(shown.out), storedKey(folder));
    const again = await run(['recovery-key', 'show', '--data', folder]);
    assert.deepEqual([again.code, again.out], [2, '']);
    const letters = [...shown.out.replaceAll('-', '')];
    const slips = letters.filter((letter, index) => {
      const other = letter === '7' ? '8' : '7';
      return keyOfRecovery([...letters.slice(0, index), other, ...letters.slice(index + 1)].join('')) !== null;
    });
    assert.deepEqual(slips, []);
    assert.equal(keyOfRecovery(shown.out.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')), storedKey(folder));
    const inHindi = shown.out.replace(/\d/g, (digit) => '०१२३४५६७८९'[Number(digit)] ?? '');
    assert.equal(keyOfRecovery(inHindi), storedKey(folder), 'on a keyboard with other digits');
  });

  it('opens the data on another computer, which keeps the key from then on', async () => {
    const folder = temporaryFolder();
    await savedAt(folder, [[anna, 'Anna']]);
    const key = recoveryKeyOf(storedKey(folder));
    const disk = path.join(temporaryFolder(), 'disk');
    cpSync(folder, disk, { recursive: true });
    writeFileSync(path.join(disk, 'secrets.json'), 'sealed by another machine');
    await assert.rejects(openOfflineTill(disk), { code: 'key-unreadable' });
    const use = (typed: string) =>
      run(['recovery-key', 'use', '--data', disk], { env: { TILLSIDE_RECOVERY_KEY: typed } });
    const mistyped = await use(`${key.slice(0, -1)}${key.endsWith('7') ? '8' : '7'}`);
    assert.equal(mistyped.code, 2);
    assert.match(mistyped.err, /14 groups of 4/);
    assert.match((await use(recoveryKeyOf('c'.repeat(64)))).err, /belongs to another till/);
    assert.equal(readFileSync(path.join(disk, 'secrets.json'), 'utf8'), 'sealed by another machine');
    assert.equal((await use(key)).code, 0);
    assert.deepEqual(await unsentAt(disk), { Anna: 'queued' });
    const [aside] = readdirSync(folderFiles(disk).aside);
    assert.deepEqual(readdirSync(path.join(folderFiles(disk).aside, aside ?? '')), ['secrets.json']);
  });

  it("restores a backup if the computer's own key is lost", async () => {
    const folder = await folderWithBackup();
    const key = recoveryKeyOf(storedKey(folder));
    rmSync(path.join(folder, 'secrets.json'));
    rmSync(folderFiles(folder).database);
    const env = { TILLSIDE_RECOVERY_KEY: key };
    const ran = await run(['restore', '--yes', '--recovery-key', '--data', folder], { env });
    assert.equal(ran.code, 0, ran.err);
    assert.equal((await run(['recovery-key', 'use', '--data', folder], { env })).code, 0);
    assert.deepEqual(await unsentAt(folder), { Anna: 'unknown', Bea: 'unknown' });
  });

  it('is never a command-line argument', async () => {
    const folder = temporaryFolder();
    await savedAt(folder, [[anna, 'Anna']]);
    const unreadable: Secrets = {
      read: () => ({ kind: 'unreadable', why: 'another user' }),
      write: () => ({ kind: 'not-stored', why: 'another user' }),
    };
    const typed = recoveryKeyOf(storedKey(folder));
    const ran = await run(['recovery-key', 'use', typed, '--data', folder], { openSecrets: () => unreadable });
    assert.equal(ran.code, 64);
    assert.doesNotMatch(ran.err, new RegExp(typed));
  });
});
