/** The folder of a till's data: who may open it, and with which key. Nothing in it is ever deleted or replaced here. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Secrets } from '../support/secrets.ts';
import { TillCannotOpen } from '../support/till-cannot-open.ts';
import { type InstanceLock, takeInstanceLock } from './instance-lock.ts';
import { migrate } from './migrate.ts';
import { type Db, openDatabase } from './open.ts';
import { databaseTrouble } from './trouble.ts';

export type DataFolder = {
  readonly dataDir: string;
  readonly secrets: Secrets;
  readonly nativeBinding?: string;
};

/** @throws TillCannotOpen */
export function openDataFolder({ dataDir, secrets, nativeBinding }: DataFolder): { db: Db; lock: InstanceLock } {
  const lock = lockFolder(dataDir, nativeBinding);
  try {
    const file = path.join(dataDir, 'tillside.db');
    const db = openWithKey(file, databaseKey(secrets, existsSync(file)), nativeBinding);
    return { db, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function lockFolder(dataDir: string, nativeBinding: string | undefined): InstanceLock {
  let lock: InstanceLock | null;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    lock = takeInstanceLock(path.join(dataDir, 'instance.lock'), nativeBinding);
  } catch (error) {
    const full = databaseTrouble(error) === 'disk-full' || hasCode(error, 'ENOSPC');
    throw full
      ? new TillCannotOpen('full', 'The disk is full. Nothing was lost. Make room, then start Tillside again.')
      : new TillCannotOpen(
          'folder',
          'Tillside cannot write to its data folder. Nothing was lost. Ask IT to give this user the right to write there.',
        );
  }
  if (lock === null) {
    throw new TillCannotOpen('already-running', 'Tillside is already running on this machine with the same data.');
  }
  return lock;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** A key that cannot be read is never replaced while there is a database that it opens (F27). */
function databaseKey(secrets: Secrets, databaseExists: boolean): string {
  const stored = secrets.read('database-key');
  if (stored.kind === 'value') return stored.value;
  if (databaseExists || stored.kind === 'unreadable') {
    throw new TillCannotOpen(
      'key-unreadable',
      "The key of this till's data cannot be read here (another user of the machine, or a restored disk). The data is " +
        'whole and was left as it is. Start as the user who set Tillside up, or ask IT for the recovery key.',
    );
  }
  const key = randomBytes(32).toString('hex');
  const written = secrets.write('database-key', key);
  if (written.kind === 'not-stored') {
    throw new TillCannotOpen('key-unreadable', 'The key for the data of this till could not be stored. Ask IT.');
  }
  return key;
}

function openWithKey(file: string, keyHex: string, nativeBinding: string | undefined): Db {
  let db: Db;
  try {
    db = openDatabase({ file, keyHex, nativeBinding });
  } catch (error) {
    throw cannotOpen(error);
  }
  try {
    const migrated = migrate(db);
    if (migrated.kind === 'ready') return db;
  } catch (error) {
    db.close();
    throw cannotOpen(error);
  }
  db.close();
  throw new TillCannotOpen(
    'database-newer',
    'The data of this till was written by a newer Tillside. It was left as it is. Install the newer version again.',
  );
}

function cannotOpen(error: unknown): unknown {
  switch (databaseTrouble(error)) {
    case null:
      return error;
    case 'disk-full':
      return new TillCannotOpen('full', 'The disk is full. Nothing was lost. Make room, then start Tillside again.');
    case 'damaged':
      return new TillCannotOpen(
        'database-unreadable',
        'The data of this till cannot be read: the file is damaged, or its key does not fit. It was left as it is. Ask IT.',
      );
    default:
      return new TillCannotOpen(
        'folder',
        'Tillside cannot use its data folder now. Nothing was lost. Ask IT to look at the rights of the folder.',
      );
  }
}
