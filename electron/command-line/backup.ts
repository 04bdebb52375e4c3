import path from 'node:path';
import { keyUnreadable } from '../data/data-folder.ts';
import { Background } from '../db/background.ts';
import { listBackups, makeBackup } from '../db/backup/backups.ts';
import { copyDurably } from '../machine/folder-files.ts';
import { type Command, CommandRefused, exitCodes } from './command.ts';
import { mustExist } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';

export const backup: Command = {
  name: 'backup',
  summary: 'Makes a checked backup of the data, also while Tillside is open; or lists what there is',
  arguments: '[FILE]',
  about: [
    'The backup lies in the folder backups, encrypted with the key of the till; FILE is a copy of it elsewhere. Tillside ' +
      'makes one a day by itself, and one before it brings the data to a new version.',
    'Exit code 0: made and checked. 2: not made.',
  ],
  options: { list: { help: 'make none, list those that there are' } },
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    if (given.has('list')) {
      const there = listBackups(dataDir).map(({ name, why, atMs, bytes }) => ({ name, why, atMs, bytes }));
      if (given.has('json')) io.print(JSON.stringify({ backups: there }));
      else if (there.length === 0) io.print('There is no backup yet.');
      else for (const { name, bytes } of there) io.print(`  ${name}  ${megabytes(bytes)}`);
      return exitCodes.fine;
    }
    mustExist(dataDir);
    const key = io.openSecrets(dataDir).read('database-key');
    if (key.kind !== 'value') throw keyUnreadable();
    const background = new Background();
    const { nativeBinding } = io;
    const made = await makeBackup({
      dataDir,
      keyHex: key.value,
      why: 'by-hand',
      wallMs: io.clock.wallMs(),
      background,
      nativeBinding,
    }).finally(() => background.close());
    if (made.kind !== 'made') {
      const code = made.kind === 'failed' ? made.code : 'stopped';
      throw new CommandRefused(`No backup was made (${code}). Ask tillside doctor about the disk and the database.`);
    }
    const [wanted] = given.arguments;
    const file = wanted === undefined ? made.file : path.resolve(io.cwd, wanted);
    if (wanted !== undefined) copyDurably(made.file, file);
    if (given.has('json')) io.print(JSON.stringify({ file, bytes: made.bytes }));
    else io.print(`${file}  ${megabytes(made.bytes)}`);
    return exitCodes.fine;
  },
};

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
