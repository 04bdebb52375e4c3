import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { keyUnreadable } from '../data/cannot-open.ts';
import { leavingNoTrace } from '../data/read-beside.ts';
import { Background } from '../db/background.ts';
import { listBackups, makeBackup } from '../db/backup/backups.ts';
import type { OpenDatabase } from '../db/open.ts';
import { openToRead } from '../db/open-to-read.ts';
import type { FolderFiles } from '../machine/folder-files.ts';
import { type Command, type CommandIo, CommandRefused, exitCodes } from './command.ts';
import { mustExist, readDatabase } from './read-database.ts';
import { copyResult, openTarget } from './result-target.ts';
import { dataFolderAnyway } from './till-place.ts';

export const backup: Command = {
  name: 'backup',
  summary: 'Makes and verifies a backup (Tillside can be open), or lists backups',
  arguments: '[FILE]',
  makes: '.db',
  about: [
    'The backup is stored in the backups folder, encrypted with the till’s key. With FILE, it is also copied there. Tillside ' +
      'makes a backup automatically every day, and before it upgrades the data for a new version.',
    'Exit codes: 0 made and verified, 2 failed, 4 made but not copied to FILE.',
  ],
  options: { list: { help: 'list existing backups instead of making one' } },
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    if (given.has('list')) {
      // A missing or unreadable folder must fail here, not show up as "no backups".
      readdirSync(dataDir);
      const there = listBackups(dataDir).map(({ name, why, atMs, bytes }) => ({ name, why, atMs, bytes }));
      if (given.has('json')) io.print(JSON.stringify({ backups: there }));
      else if (there.length === 0) io.print('No backups yet.');
      else for (const { name, bytes } of there) io.print(`  ${name}  ${megabytes(bytes)}`);
      return exitCodes.fine;
    }
    const files = mustExist(dataDir, io);
    readDatabase(dataDir, io, () => undefined);
    const key = io.openSecrets(dataDir).read('database-key');
    if (key.kind !== 'value') throw keyUnreadable();
    const keyHex = key.value;
    const [wanted] = given.arguments;
    const copy = wanted === undefined ? null : openCopy(path.resolve(io.cwd, wanted), files, keyHex, io);
    try {
      const leave = leavingNoTrace(files, io.nativeBinding);
      const made = await make(dataDir, keyHex, io).finally(leave);
      if (copy !== null)
        copyResult(() => copy.copyFrom(made.file), `The backup was made, but not copied to ${copy.file}`, made.file);
      const file = copy?.file ?? made.file;
      if (given.has('json')) io.print(JSON.stringify({ file, bytes: made.bytes }));
      else io.print(`${file}  ${megabytes(made.bytes)}`);
      return exitCodes.fine;
    } finally {
      copy?.close();
    }
  },
};

async function make(dataDir: string, keyHex: string, io: CommandIo) {
  const background = new Background();
  const { nativeBinding } = io;
  const made = await makeBackup({
    dataDir,
    keyHex,
    why: 'by-hand',
    wallMs: io.clock.wallMs(),
    background,
    nativeBinding,
  }).finally(() => background.close());
  if (made.kind === 'made') return made;
  const code = made.kind === 'failed' ? made.code : 'stopped';
  throw new CommandRefused(`Backup failed (${code}). Run tillside doctor to check the disk and database.`);
}

/** Only an earlier backup may be overwritten. */
function openCopy(target: string, { database }: FolderFiles, keyHex: string, { nativeBinding }: CommandIo) {
  if (!existsSync(target) || statSync(target).isDirectory()) return openTarget(target);
  const isOwn = path.dirname(target) === path.dirname(database);
  if (isOwn || !isBackup({ file: target, keyHex, nativeBinding })) {
    throw new CommandRefused(`${target} already exists and is not a backup of this till. Choose another name.`);
  }
  return openTarget(target);
}

function isBackup(onFile: OpenDatabase): boolean {
  try {
    openToRead(onFile).close();
    return true;
  } catch {
    return false;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
