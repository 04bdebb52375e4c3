import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flushFolder } from './folder-files.ts';

/**
 * Writes a small file atomically: after a power cut it holds either the old text or the new one. Only this user can
 * read it.
 * @throws the file system's error (ENOSPC, EACCES, EROFS, …); the old file is then unchanged
 */
export function writeDurably(file: string, text: string): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${file}.new`;
  // A left-over from an earlier try may have the wrong mode.
  rmSync(unfinished, { force: true });
  const descriptor = openSync(unfinished, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, file);
  flushFolder(folder);
}
