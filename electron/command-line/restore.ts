import { existsSync } from 'node:fs';
import path from 'node:path';
import { ageInWords } from '../care/age-in-words.ts';
import { lookAtOld, restoreSafely } from '../care/rescue/restore-safely.ts';
import { tillCode } from '../config/find-config.ts';
import { readPublicKey } from '../config/public-key.ts';
import { keyUnreadable } from '../data/cannot-open.ts';
import { lockFolder } from '../data/data-folder.ts';
import { isUsableBackup } from '../data/usable-backups.ts';
import { type Backup, listBackups } from '../db/backup/backups.ts';
import { BadUsage, type Command, type CommandIo, CommandRefused, exitCodes, type Given } from './command.ts';
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
    'BACKUP is a file, or a name that tillside backup --list shows; without it the newest that is whole is taken. Close Tillside first. ' +
      'Without --yes, this is a dry run.',
    'First a sealed copy of everything unsent that can be read is made in the folder rescue. Then the old database is set ' +
      'aside, never deleted; the unsent updates that can be read go along into the new one, and what the backup holds as ' +
      'unsent is read back from the server before it is sent, so that nothing is sent twice.',
    'Exit codes: 0 restored (or dry run), 1 restored but some rows could not be read, 2 failed.',
  ],
  options: {
    empty: { help: 'an empty database instead of a backup; the unsent updates still go along' },
    yes: { help: 'restore now' },
    ...recoveryKeyOption,
  },
  async run(given, io) {
    const { found, dataDir } = tillPlace(given, io);
    const key = (await secretsOf(given, io, dataDir)).read('database-key');
    if (key.kind !== 'value') throw keyUnreadable();
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
          ? 'An empty database takes its place.'
          : `${path.basename(backup.file)} takes its place${backup.age}.`,
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
            ? 'A newer Tillside made this backup. Nothing was changed. Install the newer version.'
            : 'This backup cannot be read with the key of this till, or is damaged. Nothing was changed. Take another.',
        );
      }
      if (given.has('json')) io.print(JSON.stringify({ ...result, copyOfUnsent: copy?.file ?? null }));
      else {
        io.print('Restored.');
        if (result.setAside !== null) io.print(`  The old database lies in ${result.setAside}`);
        if (copy !== null) io.print(`  A sealed copy of the unsent updates lies in ${copy.file}`);
        io.print(`  ${result.carriedOver} unsent updates were carried over, ${result.uncertain} are read back first.`);
        if (result.lost === null) {
          io.print('  How many rows of the old database could not be read is not known. Keep it.');
        } else if (result.lost > 0) {
          io.print(`  ${result.lost} rows of the old database could not be read. Keep it.`);
        }
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
    throw new CommandRefused('There is no usable backup. tillside restore --empty makes an empty database.');
  }
  const file = path.resolve(io.cwd, named);
  if (!existsSync(file)) throw new BadUsage(`There is no backup ${named}.`);
  return { file, age: '' };
}

function newestWhole(backups: readonly Backup[], io: CommandIo, keyHex: string): Backup | undefined {
  return backups.find(({ file, name }) => {
    const isWhole = isUsableBackup(file, keyHex, 'whole', io.nativeBinding);
    if (!isWhole) io.warn(`${name} is damaged or belongs to another till: it is passed over.`);
    return isWhole;
  });
}
