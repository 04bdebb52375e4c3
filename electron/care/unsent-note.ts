/**
 * A text file beside the data while something is unsent, as a warning for whoever uninstalls Tillside (F30). The
 * uninstaller runs as another user, who can read this but not the database. Counts and times only. It never blocks an
 * uninstall.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { folderFiles } from '../machine/folder-files.ts';
import type { SyncStatus } from '../model/sync-status.ts';

type Unsent = Pick<SyncStatus, 'unsent' | 'oldestSavedAtMs'>;

/** @returns a function to call with each status; it writes the file only when the text changes */
export function unsentNote(dataDir: string): (status: Unsent) => void {
  const file = folderFiles(dataDir).unsentNote;
  let written: string | null = null;
  return ({ unsent, oldestSavedAtMs }) => {
    const text = sentence(unsent, oldestSavedAtMs);
    if (text === written) return;
    try {
      if (text === '') rmSync(file, { force: true });
      else {
        mkdirSync(dataDir, { recursive: true, mode: 0o700 });
        writeFileSync(file, text, { mode: 0o600 });
      }
      written = text;
    } catch {
      // The disk may be full. The next status tries again.
    }
  };
}

function sentence(unsent: number, oldestSavedAtMs: number | null): string {
  if (unsent === 0) return '';
  const have = unsent === 1 ? '1 change of a customer has' : `${unsent} changes of customers have`;
  const since = oldestSavedAtMs === null ? '' : `; the oldest was saved at ${new Date(oldestSavedAtMs).toISOString()}`;
  return `${have} not reached head office${since}.\n`;
}
