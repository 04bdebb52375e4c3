/**
 * The files in a till's data folder. The program deletes only surplus backups and unfinished copies; an unusable
 * database is set aside, in a folder named by the time.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';

export type FolderFiles = {
  readonly database: string;
  readonly lock: string;
  readonly keyMark: string;
  readonly backups: string;
  readonly aside: string;
  /** Encrypted files of unsent updates. */
  readonly rescue: string;
  /** A verified database that is about to replace the one to set aside. */
  readonly incoming: string;
  /** What is unsent, as text for the uninstaller. */
  readonly unsentNote: string;
  /** Exists until the first start of a new till has finished. */
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

/** A UTC time for file names, sortable as text: `20260115T090000123Z`. */
export function timeInName(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/[-:.]/g, '');
}

/** SQLite removes the `-wal` at a clean close, so its presence means that the last run crashed. */
export function lastRunEndedCleanly(database: string): boolean {
  return !existsSync(`${database}-wal`);
}

/**
 * Moves the database with its `-wal` and `-shm` into a new folder under `set-aside`. The `-wal` moves first: it may
 * hold the last commits, and must never end up beside another database.
 * @returns the new place
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

/** Moves another file of the folder under `set-aside`. @returns the new place */
export function setFileAside(files: FolderFiles, file: string, wallMs: number): string {
  const folder = path.join(files.aside, timeInName(wallMs));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let target = path.join(folder, path.basename(file));
  for (let again = 2; existsSync(target); again += 1) target = path.join(folder, `${again}-${path.basename(file)}`);
  renameSync(file, target);
  flushFolder(folder);
  return target;
}

/** Keeps a copy of a damaged `-wal`, from which support may be able to recover something. */
export function copyWalAside(files: FolderFiles, wallMs: number): void {
  const wal = `${files.database}-wal`;
  if (!existsSync(wal) || statSync(wal).size === 0) return;
  const folder = path.join(files.aside, timeInName(wallMs));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(wal, path.join(folder, path.basename(wal)));
}

/** Makes a rename durable. Windows cannot flush a folder; its file system journals the rename. */
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
 * The last steps of a restore or fresh start: sets the old database aside and puts the verified new one in its place.
 * If they are interrupted, the next open of the folder finishes them, so that no half-moved database is used and no
 * copy is left to be put in place months later.
 * @param isUsable a new one that was damaged in between is set aside instead, and the old one stays in its place
 * @returns the new place of the old database; null: there was none, or nothing to do
 */
export function finishReplacement(
  files: FolderFiles,
  wallMs: number,
  isUsable: (file: string) => boolean = () => true,
): string | null {
  if (!existsSync(files.incoming)) return null;
  const isGood = isUsable(files.incoming);
  // Looking into it may have left these.
  for (const ending of ['-wal', '-shm']) rmSync(`${files.incoming}${ending}`, { force: true });
  if (!isGood) {
    setFileAside(files, files.incoming, wallMs);
    return null;
  }
  // A `-wal` without its database must not end up beside the new one.
  const isOld = ['', '-wal', '-shm'].some((ending) => existsSync(`${files.database}${ending}`));
  const aside = isOld ? setAside(files, wallMs) : null;
  renameSync(files.incoming, files.database);
  flushFolder(path.dirname(files.database));
  return aside;
}
