/**
 * A fingerprint of the key that a data folder was made with. SQLite reports a wrong key and a file damaged at its start
 * the same way, but they need opposite remedies (F27).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeDurably } from '../machine/durable-file.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import type { FolderFiles } from '../machine/folder-files.ts';

function markOf(keyHex: string): string {
  return createHash('sha256').update(`Tillside data folder\n${keyHex}`).digest('hex').slice(0, 16);
}

/** Call with a key that has opened the database. */
export function writeKeyMark(files: FolderFiles, keyHex: string): void {
  if (compareKeyMark(files, keyHex) !== 'same') writeDurably(files.keyMark, `${markOf(keyHex)}\n`);
}

export function compareKeyMark(files: FolderFiles, keyHex: string): 'same' | 'other' | 'no-mark' {
  let mark: string;
  try {
    mark = readFileSync(files.keyMark, 'utf8').trim();
  } catch (error) {
    // An unreadable mark counts as missing, and is written again once the key has opened the database.
    if (fileTrouble(error) === null) throw error;
    return 'no-mark';
  }
  if (!/^[0-9a-f]{16}$/.test(mark)) return 'no-mark';
  return mark === markOf(keyHex) ? 'same' : 'other';
}
