/** Reads a till's database from a command, on a read-only connection. Tillside can be open. */
import { cannotOpen, keyUnreadable } from '../data/cannot-open.ts';
import { assertNew, databaseFile } from '../data/evidence.ts';
import { readBeside } from '../data/read-beside.ts';
import type { Db } from '../db/open.ts';
import { type FolderFiles, folderFiles } from '../machine/folder-files.ts';
import { type CommandIo, CommandRefused } from './command.ts';

/**
 * @throws TillCannotOpen if the key or the file cannot be read, or `read` comes across a damaged page
 * @throws CommandRefused if there is no database
 */
export function readDatabase<T>(dataDir: string, io: CommandIo, read: (db: Db) => T): T {
  const files = mustExist(dataDir, io);
  const key = io.openSecrets(dataDir).read('database-key');
  if (key.kind !== 'value') throw keyUnreadable();
  try {
    return readBeside(files, key.value, io.nativeBinding, read);
  } catch (error) {
    throw cannotOpen(error);
  }
}

/**
 * For commands that need an existing database and must not create one.
 * @throws TillCannotOpen if it is missing or empty but the folder shows that there was one
 * @throws CommandRefused if there never was one
 */
export function mustExist(dataDir: string, io: Pick<CommandIo, 'openSecrets'>): FolderFiles {
  const files = folderFiles(dataDir);
  if (databaseFile(files) === 'there') return files;
  assertNew(dataDir, io.openSecrets(dataDir).read('database-key').kind === 'value');
  throw noTillData(dataDir);
}

export function noTillData(dataDir: string): CommandRefused {
  return new CommandRefused(`No till data in ${dataDir}. Start Tillside once, or use --data to choose the folder.`);
}
