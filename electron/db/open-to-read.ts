import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { type Db, type OpenDatabase, openWith } from './open.ts';

/**
 * Opens an existing database read-only, beside the one connection that writes (F26), or because it must not change: a
 * damaged one, one set aside, a backup.
 * @throws SqliteError if the key is wrong or the file is not a database. An empty file counts as none: SQLite would
 * take it for a new database, which any key opens, and delete the `-wal` beside it
 */
export function openToRead(onFile: OpenDatabase): Db {
  if (statSync(onFile.file, { throwIfNoEntry: false })?.size === 0) {
    throw new Database.SqliteError('the file is empty', 'SQLITE_NOTADB');
  }
  const db = openWith(onFile, { readonly: true, fileMustExist: true });
  db.pragma('trusted_schema = OFF');
  return db;
}
