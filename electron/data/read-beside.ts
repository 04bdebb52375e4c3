/** Looking into a till's database from outside, whether the till is open or not, so that nobody can tell afterwards. */
import { existsSync, rmSync, statSync } from 'node:fs';
import { takeInstanceLock } from '../db/instance-lock.ts';
import type { Db } from '../db/open.ts';
import type { FolderFiles } from '../machine/folder-files.ts';
import { openWithKeyToRead } from './data-folder.ts';

/** @throws TillCannotOpen where the file or its key cannot be used */
export function readBeside<T>(
  files: FolderFiles,
  keyHex: string,
  nativeBinding: string | undefined,
  read: (db: Db) => T,
): T {
  const hadWal = existsSync(`${files.database}-wal`);
  try {
    const db = openWithKeyToRead(files, keyHex, nativeBinding);
    try {
      return read(db);
    } finally {
      db.close();
    }
  } finally {
    if (!hadWal) takeEmptyWalAway(files, nativeBinding);
  }
}

/**
 * A connection that only reads leaves an empty `-wal` behind where it was alone, which the next start would take for a
 * crash. An empty one holds no commit, and with the lock nobody else has the database open.
 */
function takeEmptyWalAway(files: FolderFiles, nativeBinding: string | undefined): void {
  try {
    const lock = takeInstanceLock(files.lock, nativeBinding);
    if (lock === null) return;
    const wal = `${files.database}-wal`;
    if (existsSync(wal) && statSync(wal).size === 0) {
      rmSync(`${files.database}-shm`, { force: true });
      rmSync(wal, { force: true });
    }
    lock.release();
  } catch {
    // A folder that cannot be written to: the next start looks through the file, and finds it whole.
  }
}
