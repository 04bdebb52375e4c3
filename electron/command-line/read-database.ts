/** Looking into a till's database from a command, also while the till runs: on a connection that only reads. */
import { existsSync } from 'node:fs';
import { cannotOpen, keyUnreadable } from '../data/data-folder.ts';
import { readBeside } from '../data/read-beside.ts';
import type { Db } from '../db/open.ts';
import { type FolderFiles, folderFiles } from '../machine/folder-files.ts';
import { type CommandIo, CommandRefused } from './command.ts';

/**
 * @throws TillCannotOpen where the key or the file cannot be read, also where damage shows in a page that is read only now
 * @throws CommandRefused where there is no database
 */
export function readDatabase<T>(dataDir: string, io: CommandIo, read: (db: Db) => T): T {
  const files = mustExist(dataDir);
  const key = io.openSecrets(dataDir).read('database-key');
  if (key.kind !== 'value') throw keyUnreadable();
  try {
    return readBeside(files, key.value, io.nativeBinding, read);
  } catch (error) {
    throw cannotOpen(error);
  }
}

/** @throws CommandRefused where there is no database: none is made by a command about one that should be there */
export function mustExist(dataDir: string): FolderFiles {
  const files = folderFiles(dataDir);
  if (existsSync(files.database)) return files;
  throw new CommandRefused(
    `There is no till's data in ${dataDir}. Start Tillside there once, or name the folder with --data.`,
  );
}
