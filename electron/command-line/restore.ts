import { existsSync } from 'node:fs';
import path from 'node:path';
import { ageInWords } from '../care/age-in-words.ts';
import { lookAtOld, restoreSafely } from '../care/rescue/restore-safely.ts';
import { tillCode } from '../config/find-config.ts';
import { readPublicKey } from '../config/public-key.ts';
import { keyUnreadable } from '../data/cannot-open.ts';
import { lockFolder } from '../data/data-folder.ts';
import { evidenceOfTill } from '../data/evidence.ts';
import { isUsableBackup } from '../data/usable-backups.ts';
import { type Backup, listBackups } from '../db/backup/backups.ts';
import { folderFiles } from '../machine/folder-files.ts';
import {
  BadUsage,
  type Command,
  type CommandIo,
  CommandRefused,
  exitCodes,
  type Given,
  ResultNotWritten,
} from './command.ts';
import { noTillData } from './read-database.ts';
import { tillPlace } from './till-place.ts';
import { recoveryKeyOption, secretsOf } from './typed-secrets.ts';
import { unsentInWords } from './unsent.ts';

export const restoreCommand: Command = {
  name: 'restore',
  audit: 'restore',
  onlyLooks: (given) => !given.has('yes'),
  summary: 'Replaces an unusable database with a backup or an empty one',
  arguments: '[BACKUP]',
  about: [
    'BACKUP is a file, or a name from tillside backup --list; default: the newest undamaged backup. Close Tillside first. ' +
      'Without --yes, this is a dry run.',
    'First, every unsent change that can be read is copied to an encrypted file in the rescue folder. Then the old database ' +
      'is set aside, never deleted, and its unsent changes are carried over. Changes that are unsent in the backup are ' +
      'checked with the server before they are sent, so that nothing is sent twice.',
    'Exit codes: 0 restored (or dry run), 1 restored but some rows could not be read, 2 failed, 4 restored, but the new ' +
      'database takes its place only at the next start.',
  ],
  options: {
    empty: { help: 'start with an empty database instead of a backup; unsent changes are still carried over' },
    yes: { help: 'restore now' },
    ...recoveryKeyOption,
  },
  async run(given, io) {
    const { found, dataDir } = tillPlace(given, io);
    const key = (await secretsOf(given, io, dataDir)).read('database-key');
    if (key.kind !== 'value') {
      const wasTill = existsSync(folderFiles(dataDir).database) || evidenceOfTill(dataDir, false).length > 0;
      throw wasTill ? keyUnreadable() : noTillData(dataDir);
    }
    const keyHex = key.value;
    const backup = given.has('empty') ? null : backupToRestore(given, io, dataDir, keyHex);
    const { clock, random, nativeBinding } = io;
    const folder = { dataDir, keyHex, nativeBinding };
    const old = lookAtOld(folder);
    const lock = lockFolder(dataDir, nativeBinding);
    try {
      const say = given.has('json') ? io.warn : io.print;
      say(
        old === null
          ? "The old database's outbox is missing or unreadable, so any unsent changes in it are unknown."
          : `In the old database: ${unsentInWords(old.unsent, old.oldestSavedAtMs, clock.wallMs())}.`,
      );
      say(
        backup === null
          ? 'It is replaced by an empty database.'
          : `It is replaced by ${path.basename(backup.file)}${backup.age}.`,
      );
      if (!given.has('yes')) {
        say('Dry run: nothing was changed. Run again with --yes to restore.');
        return exitCodes.fine;
      }
      const publicKey = found.mode === 'live' ? readPublicKey(found.config.rescue.publicKey ?? '') : null;
      const { result, copy } = await restoreSafely({
        ...folder,
        backup: backup?.file ?? null,
        fromTill: tillCode(found),
        publicKey,
        clock,
        random,
      });
      if (result.kind === 'refused') {
        throw new CommandRefused(
          result.why === 'backup-newer'
            ? 'This backup was made by a newer version of Tillside. Nothing was changed. Install the new version first.'
            : "This backup is damaged, or this till's key does not open it. Nothing was changed. Choose another backup.",
        );
      }
      if (given.has('json')) io.print(JSON.stringify({ ...result, copyOfUnsent: copy?.file ?? null }));
      else {
        io.print('Restored.');
        if (result.setAside !== null) io.print(`  The old database is now ${result.setAside}`);
        if (copy !== null) io.print(`  Encrypted copy of the unsent changes: ${copy.file}`);
        io.print(
          `  ${result.carriedOver} unsent changes were carried over; ${result.uncertain} are checked with the server first.`,
        );
        if (result.lost === null) {
          io.print('  Some rows of the old database may not have been readable. Keep it.');
        } else if (result.lost > 0) {
          io.print(`  ${result.lost} rows of the old database could not be read. Keep it.`);
        }
      }
      if (result.unfinished !== null) {
        throw new ResultNotWritten(
          `Restored, but the new database could not be put in place yet (${result.unfinished}). Fix the disk, then start ` +
            'Tillside: it finishes the restore.',
        );
      }
      return result.lost === 0 ? exitCodes.fine : exitCodes.look;
    } finally {
      lock.release();
    }
  },
};

function backupToRestore(given: Given, io: CommandIo, dataDir: string, keyHex: string): { file: string; age: string } {
  const [named] = given.arguments;
  const there = listBackups(dataDir);
  const chosen = named === undefined ? newestWhole(there, io, keyHex) : there.find(({ name }) => name === named);
  if (chosen !== undefined) {
    return { file: chosen.file, age: `, which is ${ageInWords(io.clock.wallMs() - chosen.atMs)} old` };
  }
  if (named === undefined) {
    throw new CommandRefused('There is no usable backup. To start with an empty database: tillside restore --empty.');
  }
  const file = path.resolve(io.cwd, named);
  if (!existsSync(file)) throw new BadUsage(`There is no backup ${named}.`);
  return { file, age: '' };
}

function newestWhole(backups: readonly Backup[], io: CommandIo, keyHex: string): Backup | undefined {
  return backups.find(({ file, name }) => {
    const isWhole = isUsableBackup(file, keyHex, 'whole', io.nativeBinding);
    if (!isWhole) io.warn(`Skipping ${name}: it is damaged or belongs to another till.`);
    return isWhole;
  });
}
