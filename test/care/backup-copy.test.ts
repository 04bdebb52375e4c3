import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { BackupCopy, type BackupCopyFacts } from '../../electron/care/rescue/backup-copy.ts';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { silentLog } from '../../electron/machine/log.ts';
import type { StartShareProcess } from '../../electron/machine/share/share.ts';
import { directFiles } from '../../electron/machine/share/share-files.ts';
import { codeOfAnswer, type ShareAnswer } from '../../electron/machine/share/share-messages.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

/** Accesses the folder in this process. */
const startHere: StartShareProcess = () => {
  let tell: (answer: ShareAnswer) => void = () => undefined;
  return {
    post: ({ id, job, args }) => {
      const done: Promise<unknown> = Reflect.apply(directFiles[job], null, args);
      void done.then(
        (value) => tell({ id, value }),
        (error) => tell({ id, code: codeOfAnswer(error) }),
      );
    },
    onAnswer: (listener) => {
      tell = listener;
    },
    onEnd: () => undefined,
    kill: () => undefined,
  };
};

function tillThatCopies(clock: VirtualClock, seed: number, copyTo: string) {
  const dataDir = temporaryFolder();
  const { backups } = folderFiles(dataDir);
  mkdirSync(backups);
  writeFileSync(path.join(backups, '20260115T080000000Z-daily.db'), 'a backup');
  let copyBackup = false;
  const facts: BackupCopyFacts[] = [];
  const base = { api: { cluster: 'eu' }, auth: { method: 'basic', till: `till${seed}` } };
  const copy = new BackupCopy({
    dataDir,
    till: `till${seed}`,
    keyHex: String(seed % 10).repeat(64),
    config: () => parseMachineConfig({ ...base, rescue: { copyTo, copyBackup } }, 'test').rescue,
    clock,
    random: seededRandom(seed),
    log: silentLog,
    changed: (changed) => facts.push(changed),
    startProcess: startHere,
  });
  return {
    copy,
    facts,
    switchOn: () => {
      copyBackup = true;
      copy.copySoon();
    },
  };
}

describe('the copies of backups of a whole chain', () => {
  it('do not start together if IT switches them on for all tills: each till has its own moment within an hour', async () => {
    const clock = virtualClock();
    const share = temporaryFolder();
    const tills = Array.from({ length: 20 }, (_, index) => tillThatCopies(clock, index + 1, share));
    for (const till of tills) till.switchOn();
    const copied: number[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      await clock.pass(minuteMs);
      copied.push(readdirSync(share).length);
    }
    const inAMinute = copied.map((files, minute) => files - (copied[minute - 1] ?? 0));
    assert.equal(copied.at(-1), 20);
    assert.ok(Math.max(...inAMinute) <= 3, `${Math.max(...inAMinute)} in one minute`);
    for (const { copy } of tills) copy.close();
  });

  it('start at once when a person makes a backup, and again an hour after a failure', async () => {
    const clock = virtualClock();
    const share = path.join(temporaryFolder(), 'share');
    const { copy, facts, switchOn } = tillThatCopies(clock, 3, share);
    switchOn();
    await copy.copy();
    assert.equal(facts.at(-1)?.failure?.code, 'ENOENT');
    mkdirSync(share);
    await clock.pass(59 * minuteMs);
    assert.equal(readdirSync(share).length, 0);
    await clock.pass(2 * minuteMs);
    assert.equal(readdirSync(share).length, 1);
    assert.equal(facts.at(-1)?.failure, null);
    copy.close();
  });
});
