/**
 * Rescues the data if the database file is deleted or emptied while the till is open. SQLite continues to use the
 * deleted file, so everything is copied from the open connection to a place where the next start finds it
 * (`finishReplacement`).
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Db } from '../db/open.ts';
import { databaseTrouble } from '../db/trouble.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { type FolderFiles, flushFile, flushFolder } from '../machine/folder-files.ts';

export type FileId = string;

/** @returns null if the file is missing or empty */
export function databaseId({ database }: FolderFiles): FileId | null {
  const found = statSync(database, { throwIfNoEntry: false });
  return found === undefined || found.size === 0 ? null : `${found.dev}:${found.ino}`;
}

/** @returns null if it succeeded; otherwise the error's code */
export function keepOpenDatabase(db: Db, files: FolderFiles): string | null {
  const unfinished = `${files.incoming}.unfinished`;
  try {
    rmSync(unfinished, { force: true });
    db.prepare('vacuum into ?').run(unfinished);
    flushFile(unfinished);
    renameSync(unfinished, files.incoming);
    flushFolder(path.dirname(files.incoming));
    return null;
  } catch (error) {
    const refused = databaseTrouble(error) ?? fileTrouble(error)?.code ?? null;
    if (refused === null) throw error;
    return refused;
  }
}
