/**
 * A text file beside the data while something is unsent, as a warning for whoever uninstalls Tillside (F30). The
 * uninstaller runs as another user, who can read this but not the database. Counts and times only. It never blocks an
 * uninstall.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { folderFiles } from '../machine/folder-files.ts';
import type { SyncStatus } from '../model/sync-status.ts';

type Unsent = Pick<SyncStatus, 'unsent' | 'oldestSavedAtMs' | 'inFiles'>;

/** @returns a function to call with each status; it writes the file only when the text changes */
export function unsentNote(dataDir: string): (status: Unsent) => void {
  const file = folderFiles(dataDir).unsentNote;
  let written: string | null = null;
  return (status) => {
    const text = noteText(status);
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

/** `before-remove.sh` prints it only in this form. */
function noteText({ unsent, oldestSavedAtMs, inFiles }: Unsent): string {
  const { updates: moved, lastAtMs } = inFiles;
  if (unsent === 0 && moved > 0) {
    const last = lastAtMs === null ? '' : `; the last was moved at ${new Date(lastAtMs).toISOString()}`;
    return `${changesHave(moved)} perhaps not reached head office: only in rescue files${last}.\n`;
  }
  if (unsent === 0) return '';
  const since = oldestSavedAtMs === null ? '' : `; the oldest was saved at ${new Date(oldestSavedAtMs).toISOString()}`;
  const more = moved === 0 ? '' : `; ${moved} more only in rescue files`;
  return `${changesHave(unsent)} not reached head office${since}${more}.\n`;
}

function changesHave(updates: number): string {
  return updates === 1 ? '1 change of a customer has' : `${updates} changes of customers have`;
}
