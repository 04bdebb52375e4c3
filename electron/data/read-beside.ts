/** Looking into a till's database from outside, whether the till is open or not, so that nobody can tell afterwards. */
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { takeInstanceLock } from '../db/instance-lock.ts';
import { versionOf } from '../db/migrate.ts';
import type { Db } from '../db/open.ts';
import { type FolderFiles, folderFiles } from '../machine/folder-files.ts';
import { openWithKeyToRead } from './data-folder.ts';
import { assertNew } from './evidence.ts';

/** @throws TillCannotOpen where the file or its key cannot be used, or holds nothing */
export function readBeside<T>(
  files: FolderFiles,
  keyHex: string,
  nativeBinding: string | undefined,
  read: (db: Db) => T,
): T {
  const readFrom = (from: FolderFiles): T => {
    const db = openWithKeyToRead(from, keyHex, nativeBinding);
    try {
      if (versionOf(db) === 0) assertNew(path.dirname(files.database), true);
      return read(db);
    } finally {
      db.close();
    }
  };
  if (!mayWrite(path.dirname(files.database))) {
    const { copy, remove } = copyToRead(files);
    try {
      return readFrom(copy);
    } finally {
      remove();
    }
  }
  const leave = leavingNoTrace(files, nativeBinding);
  try {
    return readFrom(files);
  } finally {
    leave();
  }
}

/** False for a disk that is mounted to be read only, and for a folder of somebody else's. */
export function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * SQLite opens a database with a `-wal` only where it may write beside it: not on a dead till's disk that is mounted to be
 * read only. The copy is encrypted as the files are, and for this user alone.
 * @throws what the file system says
 */
export function copyToRead(files: FolderFiles): { readonly copy: FolderFiles; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const copy = folderFiles(folder);
  try {
    copyFileSync(files.database, copy.database);
    if (existsSync(`${files.database}-wal`)) copyFileSync(`${files.database}-wal`, `${copy.database}-wal`);
    if (existsSync(files.keyMark)) copyFileSync(files.keyMark, copy.keyMark);
    return { copy, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Call before something is read beside a till. A connection that only reads leaves an empty `-wal` behind where it was
 * alone, which the next start would take for a crash, and makes the `-shm` anew, from which a start after a crash knows what
 * the `-wal` must hold. @returns what to call when that is done
 */
export function leavingNoTrace(files: FolderFiles, nativeBinding: string | undefined): () => void {
  const wal = `${files.database}-wal`;
  const index = `${files.database}-shm`;
  const hadWal = existsSync(wal);
  const before = whileClosed(files, nativeBinding, () => (existsSync(index) ? readFileSync(index) : null)) ?? null;
  return () => {
    whileClosed(files, nativeBinding, () => {
      // An empty one holds no commit.
      if (!hadWal && existsSync(wal) && statSync(wal).size === 0) {
        rmSync(index, { force: true });
        rmSync(wal, { force: true });
      }
      if (before !== null) writeFileSync(index, before, { mode: 0o600 });
    });
  };
}

/** With the lock nobody else has the database open. @returns undefined where somebody has, or nobody may write here */
function whileClosed<T>(files: FolderFiles, nativeBinding: string | undefined, work: () => T): T | undefined {
  try {
    const lock = takeInstanceLock(files.lock, nativeBinding);
    if (lock === null) return undefined;
    try {
      return work();
    } finally {
      lock.release();
    }
  } catch {
    // The next start looks through the file, and finds it whole.
    return undefined;
  }
}
