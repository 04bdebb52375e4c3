/**
 * Ensures one writer per data folder (F04), across programs (desktop and preview) and users.
 *
 * The lock is an exclusive transaction on a small SQLite file of its own, held while the till runs. The operating
 * system releases it when the process ends in any way, so it needs no heartbeat and never goes stale.
 */
import { truncateSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databaseTrouble } from './trouble.ts';

export type InstanceLock = { readonly release: () => void };

/** @returns null if another process holds the lock */
export function takeInstanceLock(file: string, nativeBinding?: string): InstanceLock | null {
  try {
    return begin(file, nativeBinding);
  } catch (error) {
    if (databaseTrouble(error) !== 'damaged') throw error;
    // The file holds nothing. It is emptied in place, so that a lock on it stays valid.
    truncateSync(file);
    return begin(file, nativeBinding);
  }
}

function begin(file: string, nativeBinding: string | undefined): InstanceLock | null {
  const db = new Database(file, { timeout: 0, nativeBinding });
  try {
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return { release: () => db.close() };
}
