import Database from 'better-sqlite3';
import type { NotSavedReason } from '../model/update-view.ts';

/** Classifies a failed write by what a person can do about it (F25). @returns null: not an error of SQLite, so a bug */
export function databaseTrouble(error: unknown): NotSavedReason | null {
  if (!(error instanceof Database.SqliteError)) return null;
  const code = error.code;
  if (code.startsWith('SQLITE_FULL')) return 'disk-full';
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_PERM')) {
    return 'read-only';
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) return 'damaged';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (code.startsWith('SQLITE_IOERR')) return 'other';
  return null;
}
