/**
 * A till whose file was taken away or emptied while it is open: SQLite goes on with a file that nobody can find any more.
 * All that the open connection holds is written to where the next start takes it from (`finishReplacement`).
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Db } from '../db/open.ts';
import { databaseTrouble } from '../db/trouble.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { type FolderFiles, flushFile, flushFolder } from '../machine/folder-files.ts';

export type FileId = string;

/** @returns null where there is no file, or an empty one */
export function databaseId({ database }: FolderFiles): FileId | null {
  const found = statSync(database, { throwIfNoEntry: false });
  return found === undefined || found.size === 0 ? null : `${found.dev}:${found.ino}`;
}

/** @returns null where it was done; else the code of what refused it */
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
