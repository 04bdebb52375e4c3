/**
 * What lies in the folder of a till's data. Nothing here is ever deleted by the program but backups beyond their number
 * and unfinished copies; a database that cannot be used is set aside with its time.
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

export type FolderFiles = {
  readonly database: string;
  readonly lock: string;
  readonly keyMark: string;
  readonly backups: string;
  readonly aside: string;
  /** Sealed files of unsent updates. */
  readonly rescue: string;
  /** A checked database that is about to take the place of the one that is set aside. */
  readonly incoming: string;
  /** What is unsent, in one sentence for an uninstaller. */
  readonly unsentNote: string;
  /** There until the first start of a new till is done. */
  readonly firstStart: string;
};

export function folderFiles(dataDir: string): FolderFiles {
  return {
    database: path.join(dataDir, 'tillside.db'),
    lock: path.join(dataDir, 'instance.lock'),
    keyMark: path.join(dataDir, 'tillside.key-mark'),
    backups: path.join(dataDir, 'backups'),
    aside: path.join(dataDir, 'set-aside'),
    rescue: path.join(dataDir, 'rescue'),
    incoming: path.join(dataDir, 'tillside.db.incoming'),
    unsentNote: path.join(dataDir, 'unsent.txt'),
    firstStart: path.join(dataDir, 'first-start'),
  };
}

/** A time for file names, in UTC, which sorts as text: `20260115T090000123Z`. */
export function timeInName(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/[-:.]/g, '');
}

/** SQLite takes the `-wal` away at a clean close: while it is there, the last run did not end by itself. */
export function lastRunEndedCleanly(database: string): boolean {
  return !existsSync(`${database}-wal`);
}

/**
 * Moves the database with its `-wal` and `-shm` into a folder of its own under `set-aside`. The `-wal` goes along first:
 * it may hold the last commits, and must never meet another database.
 * @returns where it lies now
 */
function setAside(files: FolderFiles, wallMs: number): string {
  let folder = path.join(files.aside, timeInName(wallMs));
  for (let again = 2; existsSync(folder); again += 1) folder = path.join(files.aside, `${timeInName(wallMs)}-${again}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const ending of ['-wal', '-shm', '']) {
    const from = `${files.database}${ending}`;
    if (existsSync(from)) renameSync(from, path.join(folder, `tillside.db${ending}`));
  }
  flushFolder(folder);
  flushFolder(path.dirname(files.database));
  return folder;
}

/** Moves one other file of the folder under `set-aside`. @returns where it lies now */
export function setFileAside(files: FolderFiles, file: string, wallMs: number): string {
  const folder = path.join(files.aside, timeInName(wallMs));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let target = path.join(folder, path.basename(file));
  for (let again = 2; existsSync(target); again += 1) target = path.join(folder, `${again}-${path.basename(file)}`);
  renameSync(file, target);
  flushFolder(folder);
  return target;
}

/** Keeps what is left of a damaged `-wal`; support may get something of it. */
export function copyWalAside(files: FolderFiles, wallMs: number): void {
  const wal = `${files.database}-wal`;
  if (!existsSync(wal) || statSync(wal).size === 0) return;
  const folder = path.join(files.aside, timeInName(wallMs));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(wal, path.join(folder, path.basename(wal)));
}

/** A rename is durable once its folder is. Windows has no handle for a folder; its file system journals the rename. */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  flushFile(folder);
}

export function flushFile(file: string): void {
  const descriptor = openSync(file, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The last steps of what a person asked for (restore, start afresh): the old database is set aside, and the checked new one
 * takes its place. Where they were cut off, whoever opens the folder next goes on with them: nobody goes on with half of the
 * old one, and no copy lies there to take a place months later.
 * @returns where the old one lies now; null where there was none, or nothing to do
 */
export function finishReplacement(files: FolderFiles, wallMs: number): string | null {
  if (!existsSync(files.incoming)) return null;
  // A `-wal` of a database that was taken away must not meet the new one.
  const isOld = ['', '-wal', '-shm'].some((ending) => existsSync(`${files.database}${ending}`));
  const aside = isOld ? setAside(files, wallMs) : null;
  renameSync(files.incoming, files.database);
  flushFolder(path.dirname(files.database));
  return aside;
}
