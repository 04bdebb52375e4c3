/** Looking into a till's database from a command, also while the till runs: on a connection that only reads. */
import { cannotOpen, keyUnreadable } from '../data/cannot-open.ts';
import { assertNew, databaseFile } from '../data/evidence.ts';
import { readBeside } from '../data/read-beside.ts';
import type { Db } from '../db/open.ts';
import { type FolderFiles, folderFiles } from '../machine/folder-files.ts';
import { type CommandIo, CommandRefused } from './command.ts';

/**
 * @throws TillCannotOpen where the key or the file cannot be read, also where damage shows in a page that is read only now
 * @throws CommandRefused where there is no database
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
 * No command about a database that should be there makes one.
 * @throws TillCannotOpen where it is gone or empty and the folder shows that there was one
 * @throws CommandRefused where there never was one
 */
export function mustExist(dataDir: string, io: Pick<CommandIo, 'openSecrets'>): FolderFiles {
  const files = folderFiles(dataDir);
  if (databaseFile(files) === 'there') return files;
  assertNew(dataDir, io.openSecrets(dataDir).read('database-key').kind === 'value');
  throw new CommandRefused(`No till data in ${dataDir}. Start Tillside once, or use --data to choose the folder.`);
}
