/**
 * One writer for each data folder (F04), also where two programs (desktop and preview) or two users meet.
 *
 * The lock is an exclusive transaction on a small SQLite file of its own, held as long as the till runs. The operating
 * system gives it back when the process ends, however it ends: no clock, no heartbeat and no stale lock after a kill.
 */
import { truncateSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databaseTrouble } from './trouble.ts';

export type InstanceLock = { readonly release: () => void };

/** @returns null where another process holds the lock */
export function takeInstanceLock(file: string, nativeBinding?: string): InstanceLock | null {
  try {
    return begin(file, nativeBinding);
  } catch (error) {
    if (databaseTrouble(error) !== 'damaged') throw error;
    // Nothing is kept in it. Emptied in its place, so that whoever holds its lock still holds it.
    truncateSync(file);
    return begin(file, nativeBinding);
  }
}

function begin(file: string, nativeBinding: string | undefined): InstanceLock | null {
  const db = new Database(file, { timeout: 0, ...(nativeBinding === undefined ? {} : { nativeBinding }) });
  try {
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return { release: () => db.close() };
}
