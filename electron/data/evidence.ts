/**
 * Finds out if a folder ever held a till. A missing or empty database is a new till only if nothing says otherwise: a
 * power cut can leave files of 0 bytes, and a new till in place of an old one would report that everything was sent
 * (F58).
 */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { regionFilesIn } from '../customers/region.ts';
import { listBackups } from '../db/backup/backups.ts';
import { type FolderFiles, folderFiles } from '../machine/folder-files.ts';
import { databaseMissing } from './cannot-open.ts';

export type DatabaseFile = 'missing' | 'empty' | 'there';

/** @throws the file system's error unless the file is missing: a file that cannot be accessed may still exist */
export function databaseFile({ database }: FolderFiles): DatabaseFile {
  const found = statSync(database, { throwIfNoEntry: false });
  if (found === undefined) return 'missing';
  return found.size === 0 ? 'empty' : 'there';
}

/** Evidence that this folder held a till's data, in words for the log and IT. Empty: none. */
export function evidenceOfTill(dataDir: string, hasKey: boolean): readonly string[] {
  const files = folderFiles(dataDir);
  if (isFirstStartUnfinished(files)) return [];
  const signs: readonly (readonly [string, boolean])[] = [
    ['its key', hasKey],
    ['the fingerprint of its key', existsSync(files.keyMark)],
    ['a note of unsent changes', existsSync(files.unsentNote)],
    ['backups', listBackups(dataDir).length > 0],
    ['the last commits', existsSync(`${files.database}-wal`)],
    ['older data set aside', isFilled(files.aside)],
    ['rescue files', isFilled(files.rescue)],
    ["a region's customers", regionFilesIn(dataDir).length > 0],
  ];
  return signs.filter(([, isThere]) => isThere).map(([name]) => name);
}

/** Call if the database is missing, empty or was never filled. @throws TillCannotOpen if there is evidence of a till */
export function assertNew(dataDir: string, hasKey: boolean): void {
  const evidence = evidenceOfTill(dataDir, hasKey);
  if (evidence.length > 0) throw databaseMissing(evidence);
}

/**
 * The first start stores a key before it creates the database. If it is killed in between, the next start must not
 * treat the key as evidence of lost data. Nothing can be saved before the key's fingerprint is written.
 */
export function noteFirstStart({ firstStart }: FolderFiles): void {
  writeFileSync(firstStart, 'The first start has not finished.\n', { mode: 0o600 });
}

function isFirstStartUnfinished({ keyMark, firstStart }: FolderFiles): boolean {
  return existsSync(firstStart) && !existsSync(keyMark);
}

function isFilled(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
