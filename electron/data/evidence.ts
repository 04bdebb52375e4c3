/**
 * Whether a folder ever held a till. An empty or missing database is a new till only where nothing speaks against it:
 * a power cut leaves files of 0 bytes, and a new till over an old one would report that everything was sent (F58).
 */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { regionFilesIn } from '../customers/region.ts';
import { listBackups } from '../db/backup/backups.ts';
import { type FolderFiles, folderFiles } from '../machine/folder-files.ts';
import { databaseMissing } from './cannot-open.ts';

export type DatabaseFile = 'missing' | 'empty' | 'there';

/** @throws what the file system says, other than that nothing is there: a file that cannot be seen may still be there */
export function databaseFile({ database }: FolderFiles): DatabaseFile {
  const found = statSync(database, { throwIfNoEntry: false });
  if (found === undefined) return 'missing';
  return found.size === 0 ? 'empty' : 'there';
}

/** What shows that this folder held a till's data, in words for the log and for IT. Empty: nothing does. */
export function evidenceOfTill(dataDir: string, hasKey: boolean): readonly string[] {
  const files = folderFiles(dataDir);
  if (isFirstStartUnfinished(files)) return [];
  const signs: readonly (readonly [string, boolean])[] = [
    ['its key', hasKey],
    ['the mark of its key', existsSync(files.keyMark)],
    ['a note of unsent changes', existsSync(files.unsentNote)],
    ['backups', listBackups(dataDir).length > 0],
    ['the last commits', existsSync(`${files.database}-wal`)],
    ['older data set aside', isFilled(files.aside)],
    ['rescue files', isFilled(files.rescue)],
    ["a region's customers", regionFilesIn(dataDir).length > 0],
  ];
  return signs.filter(([, isThere]) => isThere).map(([name]) => name);
}

/** Call where the database holds nothing: missing, of 0 bytes, or never filled. @throws TillCannotOpen */
export function assertNew(dataDir: string, hasKey: boolean): void {
  const evidence = evidenceOfTill(dataDir, hasKey);
  if (evidence.length > 0) throw databaseMissing(evidence);
}

/**
 * The first start stores a key before there is a database. Killed in between, it leaves a key without data, which the next
 * start must not take for a loss; nothing can be saved before the key's mark is written.
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
