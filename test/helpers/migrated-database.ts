import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { migrateTill, openTillDatabase } from '../../electron/data/till-database.ts';
import type { Db, OpenDatabase } from '../../electron/db/open.ts';

/** By key. */
const templates = new Map<string, Buffer>();

/**
 * Opens a till's database with all its tables. Of those that are not there yet, only the first in a process is made
 * step by step, which flushes the disk some twenty times; the others are copies of it.
 */
export function openMigrated(onFile: OpenDatabase): Db {
  const { file, keyHex } = onFile;
  const template = templates.get(keyHex);
  const isNew = !existsSync(file);
  if (isNew && template !== undefined) writeFileSync(file, template);
  const db = openTillDatabase(onFile);
  migrateTill(db);
  if (isNew && template === undefined) {
    db.pragma('wal_checkpoint(truncate)');
    templates.set(keyHex, readFileSync(file));
  }
  return db;
}
