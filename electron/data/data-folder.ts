/**
 * Opens a till's data folder: takes the lock, reads the key, and checks whether the data can be used. Nothing is ever
 * deleted or replaced here: an unusable file stays where it is, every start says why, and a person decides what to do
 * (`restore.ts`).
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { attachRegion } from '../customers/region.ts';
import type { Background } from '../db/background.ts';
import { makeBackup } from '../db/backup/backups.ts';
import { type InstanceLock, takeInstanceLock } from '../db/instance-lock.ts';
import { checkOutbox, checkWhole } from '../db/integrity.ts';
import { compareKeyMark, writeKeyMark } from '../db/key-mark.ts';
import { areCommitsLost, expectedFrames } from '../db/lost-commits.ts';
import { type Migration, migrations, versionOf } from '../db/migrate.ts';
import type { Db } from '../db/open.ts';
import { openToRead } from '../db/open-to-read.ts';
import { databaseTrouble } from '../db/trouble.ts';
import {
  copyWalAside,
  type FolderFiles,
  finishReplacement,
  folderFiles,
  lastRunEndedCleanly,
} from '../machine/folder-files.ts';
import type { Secrets } from '../machine/secrets.ts';
import { TillCannotOpen } from '../machine/till-cannot-open.ts';
import { cannotOpen, damaged, folderRefuses, keyUnreadable } from './cannot-open.ts';
import { assertNew, databaseFile, noteFirstStart } from './evidence.ts';
import { migrateTill, openTillDatabase } from './till-database.ts';
import { isUsableBackup } from './usable-backups.ts';

export type DataFolder = {
  readonly dataDir: string;
  readonly secrets: Secrets;
  /** Runs the backup before a migration. */
  readonly background: Background;
  readonly wallMs: () => number;
  readonly nativeBinding?: string | undefined;
  readonly migrations?: readonly Migration[];
};

export type OpenFolder = {
  readonly db: Db;
  readonly lock: InstanceLock;
  readonly keyHex: string;
  readonly endedCleanly: boolean;
  /** The whole file was checked; otherwise it has to be checked in the background. */
  readonly isChecked: boolean;
  /** The last run crashed, and commits that were on the disk are missing. */
  readonly lostCommits: boolean;
};

/** Files up to this size are checked immediately, because that is fast enough. */
const checkAtOnceBytes = 8_000_000;

/**
 * After a crash, the outbox is checked before anything is sent. The customers are checked in the background, because
 * reading a million of them takes half a minute.
 * @throws TillCannotOpen
 */
export async function openDataFolder(folder: DataFolder): Promise<OpenFolder> {
  const { dataDir, nativeBinding } = folder;
  const files = folderFiles(dataDir);
  const lock = lockFolder(dataDir, nativeBinding);
  try {
    finishReplacement(files, folder.wallMs(), (file) => isUsable(file, folder));
    const endedCleanly = lastRunEndedCleanly(files.database);
    const exists = databaseFile(files) === 'there';
    if (!exists) assertNew(dataDir, folder.secrets.read('database-key').kind === 'value');
    const keyHex = databaseKey(folder, exists);
    const expected = expectedFrames(files.database);
    const onFile = { file: files.database, keyHex, nativeBinding };
    const db = explained(files, keyHex, () => openTillDatabase(onFile));
    try {
      const lostCommits = areCommitsLost(db, expected);
      // The next save would overwrite what is left of them.
      if (lostCommits) copyWalAside(files, folder.wallMs());
      if (exists && versionOf(db) === 0) assertNew(dataDir, true);
      const isSmall = exists && statSync(files.database).size <= checkAtOnceBytes;
      if (exists) checkAtStart(db, endedCleanly, isSmall);
      await bringUpToDate(folder, db, keyHex);
      writeKeyMark(files, keyHex);
      rmSync(files.firstStart, { force: true });
      attachRegion(db, dataDir, keyHex);
      return { db, lock, keyHex, endedCleanly, isChecked: !exists || isSmall, lostCommits };
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw cannotOpen(error);
  }
}

/** Without a key this can't be checked, but then the start fails anyway. */
function isUsable(file: string, { secrets, nativeBinding }: DataFolder): boolean {
  const key = secrets.read('database-key');
  return key.kind !== 'value' || isUsableBackup(file, key.value, 'outbox', nativeBinding);
}

/** @throws TillCannotOpen if the folder cannot be written to, or another Tillside has it open */
export function lockFolder(dataDir: string, nativeBinding: string | undefined): InstanceLock {
  const lock = tryLock(dataDir, nativeBinding);
  if (lock === null) {
    throw new TillCannotOpen('already-running', 'Tillside is already running on this machine with the same data.');
  }
  return lock;
}

function tryLock(dataDir: string, nativeBinding: string | undefined): InstanceLock | null {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return takeInstanceLock(folderFiles(dataDir).lock, nativeBinding);
  } catch (error) {
    const trouble = cannotOpen(error);
    // A damaged lock file only means that the folder cannot be written.
    throw trouble instanceof TillCannotOpen && trouble.code === 'database-unreadable' ? folderRefuses() : trouble;
  }
}

/** A key that cannot be read is never replaced while its database exists (F27). */
function databaseKey({ dataDir, secrets }: DataFolder, databaseExists: boolean): string {
  const stored = secrets.read('database-key');
  if (stored.kind === 'value') return stored.value;
  if (databaseExists || stored.kind === 'unreadable') throw keyUnreadable();
  noteFirstStart(folderFiles(dataDir));
  const key = randomBytes(32).toString('hex');
  const written = secrets.write('database-key', key);
  if (written.kind === 'not-stored') {
    throw new TillCannotOpen('key-unreadable', "The key to this till's data could not be stored. Ask IT.");
  }
  return key;
}

/**
 * Opens the database read-only, even while the till runs.
 * @throws TillCannotOpen
 */
export function openWithKeyToRead(files: FolderFiles, keyHex: string, nativeBinding: string | undefined): Db {
  return explained(files, keyHex, () => openToRead({ file: files.database, keyHex, nativeBinding }));
}

function explained(files: FolderFiles, keyHex: string, open: () => Db): Db {
  try {
    return open();
  } catch (error) {
    // SQLite reports a wrong key as a damaged file.
    if (databaseTrouble(error) === 'damaged' && compareKeyMark(files, keyHex) === 'other') throw keyUnreadable();
    throw cannotOpen(error);
  }
}

function checkAtStart(db: Db, endedCleanly: boolean, isSmall: boolean): void {
  const problems = isSmall ? checkWhole(db, endedCleanly ? 'quick' : 'full') : endedCleanly ? [] : checkOutbox(db);
  if (problems.length > 0) throw damaged();
}

/** Migrates the database, after a backup if there is anything to lose (F29). */
async function bringUpToDate(folder: DataFolder, db: Db, keyHex: string): Promise<void> {
  const { dataDir, background, nativeBinding, wallMs } = folder;
  const steps = folder.migrations ?? migrations;
  const version = versionOf(db);
  if (version > 0 && version < steps.length) {
    const backup = await makeBackup({
      dataDir,
      keyHex,
      why: 'before-migration',
      wallMs: wallMs(),
      background,
      nativeBinding,
    });
    if (backup.kind !== 'made') {
      throw new TillCannotOpen(
        'full',
        "This till's data has to be upgraded for the new version, but the backup before that could not be made. Nothing was " +
          'changed. Free up disk space, then start Tillside again.',
      );
    }
  }
  const migrated = migrateTill(db, steps);
  switch (migrated.kind) {
    case 'ready':
      return;
    case 'newer':
      throw new TillCannotOpen(
        'database-newer',
        "This till's data was written by a newer version of Tillside. It was not changed. Install the newer version again.",
      );
    case 'would-harm':
      throw new TillCannotOpen(
        'migration-refused',
        'This version of Tillside cannot read some of the unsent changes on this till. Nothing was changed. Install the previous ' +
          'version, send the changes, and tell IT.',
      );
  }
}
