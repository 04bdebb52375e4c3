/** Reads a till's database from outside, whether the till is open or not, without leaving any trace. */
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

/** @throws TillCannotOpen if the file or its key cannot be used, or the file is empty */
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

/** False on a read-only disk, and in another user's folder. */
export function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies the database, because SQLite cannot open one with a `-wal` on a read-only disk, such as that of a dead till.
 * The copy is encrypted like the original, and only this user can access it.
 * @throws the file system's error
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
 * Call this before reading beside a till. If the till is closed, a read-only connection leaves an empty `-wal`, which
 * the next start would take for a crash, and recreates the `-shm`, which tells a start after a crash what the `-wal`
 * must hold.
 * @returns a function that removes these traces; call it after reading
 */
export function leavingNoTrace(files: FolderFiles, nativeBinding: string | undefined): () => void {
  const wal = `${files.database}-wal`;
  const index = `${files.database}-shm`;
  const hadWal = existsSync(wal);
  const before = whileClosed(files, nativeBinding, () => (existsSync(index) ? readFileSync(index) : null)) ?? null;
  return () => {
    whileClosed(files, nativeBinding, () => {
      // An empty `-wal` holds no commits.
      if (!hadWal && existsSync(wal) && statSync(wal).size === 0) {
        rmSync(index, { force: true });
        rmSync(wal, { force: true });
      }
      if (before !== null) writeFileSync(index, before, { mode: 0o600 });
    });
  };
}

/** Runs `work` while holding the lock. @returns undefined if a till has it, or the folder cannot be written to */
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
    // Harmless: the next start checks the file and finds no damage.
    return undefined;
  }
}
