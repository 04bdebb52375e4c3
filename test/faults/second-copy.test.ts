import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readHealthNote } from '../../electron/care/health-note.ts';
import { backupName, standingName } from '../../electron/care/rescue/standing-copy.ts';
import { recoveryKeyOf } from '../../electron/db/recovery-key.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import { practiceCredentials, secondPracticeCredentials } from '../../electron/practice/practice-config.ts';
import { run } from '../command-line/run.ts';
import { storedKey } from '../db/offline-till.ts';
import { bringIn, byServerId, openUpdates, save, statusOf, untilAllSent } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig, type TillSettings } from '../helpers/till-rig.ts';

const secondTill = secondPracticeCredentials.till;

describe('the second copy of what is unsent', () => {
  let rig: TillRig;
  let share: string;
  beforeEach(async () => {
    rig = await startTillRig(80);
    share = rig.newFolder();
  });
  afterEach(() => rig.close());

  function folderOf(): string {
    const folder = rig.newFolder();
    secretFile(folder, null).write('api-secret', secondPracticeCredentials.secret);
    return folder;
  }
  const openAt = (folder: string, settings: TillSettings = {}) =>
    rig.openTill(folder, {
      secrets: secretFile(folder, null),
      rescue: { copyTo: share, copyAfterSeconds: 1 },
      ...settings,
    });

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = performance.now() + 15_000;
    while (!(await holds())) {
      assert.ok(performance.now() < endMs, `it did not happen: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const copies = () => readdirSync(share).filter((name) => name.endsWith('.tillside-rescue'));
  const copyOf = (folder: string, till: string = practiceCredentials.till) =>
    path.join(share, standingName(till, storedKey(folder)));

  async function saveOffline(till: RigTill, count: number): Promise<void> {
    const found = [];
    for (const { userId } of rig.server.control.customers.slice(0, count)) {
      found.push(await bringIn(till, byServerId(userId)));
    }
    await rig.server.control.setConnection(false);
    for (const [index, { customerId }] of found.entries()) {
      await save(till, customerId, { lastName: `Copied ${index}` });
    }
  }

  function times(): Map<string, number> {
    const counted = new Map<string, number>();
    for (const { changes } of rig.server.control.ledger) {
      const name = String(changes.lastName);
      counted.set(name, (counted.get(name) ?? 0) + 1);
    }
    return counted;
  }

  /** On a closed till B. */
  async function imported(file: string, key: string): Promise<string> {
    const folder = folderOf();
    await (await openAt(folder, { till: secondTill })).close();
    const ran = await run(['outbox', 'import', file, '--data', folder, '--recovery-key'], {
      env: { TILLSIDE_RECOVERY_KEY: key },
    });
    assert.equal(ran.code, 0, ran.err);
    assert.doesNotMatch(ran.out, /keep it closed/);
    return folder;
  }

  it('F63: each change that died with till A is sent once by till B, even if A comes back', async () => {
    const folderA = folderOf();
    const tillA = await openAt(folderA);
    await saveOffline(tillA, 5);
    await until('the copy holds all five', () => {
      const file = copyOf(folderA);
      return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).head.updates === 5;
    });
    assert.doesNotMatch(readFileSync(copyOf(folderA), 'utf8'), /Copied/);
    await tillA.close();

    const folderB = await imported(copyOf(folderA), recoveryKeyOf(storedKey(folderA)));
    await rig.server.control.setConnection(true);
    // A is back before B: it sees that B has them.
    const risen = await openAt(folderA);
    await until('till A has given them away', async () => (await statusOf(risen)).unsent === 0);
    // Till B has proved that it has them, so nobody has to confirm it.
    assert.equal((await statusOf(risen)).inFiles.updates, 0);
    assert.deepEqual(times(), new Map());
    const tillB = await openAt(folderB, { till: secondTill });
    await untilAllSent(tillB);
    assert.deepEqual([...times().values()], [1, 1, 1, 1, 1]);
    await until('no copy is left', () => copies().length === 0);
    await until('the word of B is tidied away', () => !existsSync(`${copyOf(folderA)}.imported`));
  });

  it('is replaced by later saves, and removed once all is sent', async () => {
    const folder = folderOf();
    const till = await openAt(folder);
    await saveOffline(till, 2);
    await until('the copy is there', () => existsSync(copyOf(folder)));
    const first = readFileSync(copyOf(folder), 'utf8');
    const [update] = await openUpdates(till);
    assert.ok(update !== undefined);
    await save(till, update.customerId, { firstName: 'Later' });
    await until('the copy is another', () => readFileSync(copyOf(folder), 'utf8') !== first);
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await until('the copy is gone', () => !existsSync(copyOf(folder)));
    assert.equal((await till.call['till.facts'](undefined)).copy.failure, null);
  });

  it("never touches another till's file, nor that of a dead till with the same code", async () => {
    const [one, other, same] = [folderOf(), folderOf(), folderOf()];
    const tillA = await openAt(one);
    await saveOffline(tillA, 1);
    await until('the first copy is there', () => copies().length === 1);
    const first = readFileSync(copyOf(one), 'utf8');
    await tillA.close();
    for (const [folder, till] of [
      [other, secondTill],
      [same, practiceCredentials.till],
    ] as const) {
      await rig.server.control.setConnection(true);
      const opened = await openAt(folder, { till });
      await saveOffline(opened, 1);
      await until('its own copy is there', () => existsSync(copyOf(folder, till)));
      await opened.close();
    }
    assert.equal(copies().length, 3);
    assert.equal(readFileSync(copyOf(one), 'utf8'), first);
  });

  it('keeps nobody waiting if the share hangs, and the till still ends', {
    skip: process.platform === 'win32',
  }, async () => {
    execFileSync('mkfifo', [path.join(share, 'tillside-copies.id')]);
    const till = await openAt(folderOf());
    await saveOffline(till, 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const [update] = await openUpdates(till);
    assert.ok(update !== undefined);
    const startMs = performance.now();
    await save(till, update.customerId, { firstName: 'Quick' });
    assert.ok(performance.now() - startMs < 1000, 'the save waited');
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
    const closeMs = performance.now();
    await till.close();
    assert.ok(performance.now() - closeMs < 6000, 'the close waited');
  });

  it('is reported as failing if the folder is missing, and written once it is there', async () => {
    rmSync(share, { recursive: true });
    const folder = folderOf();
    const till = await openAt(folder);
    await saveOffline(till, 1);
    await till.until('it is told', async () => (await till.call['till.facts'](undefined)).copy.failure !== null);
    const { failure } = (await till.call['till.facts'](undefined)).copy;
    assert.equal(failure?.code, 'ENOENT');
    assert.ok(!existsSync(share), 'the folder was made');
  });

  it('hands nothing over just because a file was renamed', async () => {
    const folder = folderOf();
    const till = await openAt(folder);
    await saveOffline(till, 1);
    await until('the copy is there', () => existsSync(copyOf(folder)));
    renameSync(copyOf(folder), `${copyOf(folder)}.imported`);
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
    assert.deepEqual([...times().values()], [1]);
  });

  it('holds back what another till is importing, and sends it if that import fails', async () => {
    const folder = folderOf();
    const till = await openAt(folder);
    await saveOffline(till, 1);
    await until('the copy is there', () => existsSync(copyOf(folder)));
    await till.close();
    renameSync(copyOf(folder), `${copyOf(folder)}.importing`);
    await rig.server.control.setConnection(true);
    const again = await openAt(folder);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.deepEqual(times(), new Map());
    renameSync(`${copyOf(folder)}.importing`, copyOf(folder));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await again.call['sync.sendNow'](undefined);
    await until('it is sent', async () => (await statusOf(again)).unsent === 0);
    assert.deepEqual([...times().values()], [1]);
  });

  it('keeps the newest backup in the folder too, if IT wants it, and says if it cannot', async () => {
    const folder = folderOf();
    const till = await openAt(folder, { rescue: { copyTo: share, copyAfterSeconds: 1, copyBackup: true } });
    const file = path.join(share, backupName(practiceCredentials.till, storedKey(folder)));
    const newest = () => {
      const names = readdirSync(path.join(folder, 'backups')).sort();
      return readFileSync(path.join(folder, 'backups', names.at(-1) ?? ''));
    };
    for (const again of [false, true]) {
      if (again) await saveOffline(till, 1);
      await till.backUp();
      await until('the newest backup is there', () => existsSync(file) && readFileSync(file).equals(newest()));
    }
    rmSync(share, { recursive: true });
    await till.backUp();
    await until('the doctor can say so', () => readHealthNote(folder).backupCopy !== null);
  });

  it('copies a backup that a command made at the next start, and one that went missing there', async () => {
    const folder = folderOf();
    const till = await openAt(folder, { rescue: { copyTo: share, copyAfterSeconds: 1 } });
    await till.close();
    const file = path.join(share, backupName(practiceCredentials.till, storedKey(folder)));
    const rescue = { copyTo: share, copyAfterSeconds: 1, copyBackup: true };
    const atOnce = { ...systemRandom, fraction: () => 0 };
    for (const start of ['first', 'second']) {
      const made = await run(['backup', '--data', folder, '--json']);
      assert.equal(made.code, 0, made.err);
      const newest = readdirSync(path.join(folder, 'backups')).sort().at(-1) ?? '';
      const again = await openAt(folder, { rescue, random: atOnce });
      await until(`the ${start} backup is copied`, () => readHealthNote(folder).copiedBackup === newest);
      assert.deepEqual(readFileSync(file), readFileSync(path.join(folder, 'backups', newest)));
      await again.close();
    }
    rmSync(file);
    const again = await openAt(folder, { rescue, random: atOnce });
    await until('a backup that went missing in the folder is copied again', () => existsSync(file));
    await again.close();
  });
});
