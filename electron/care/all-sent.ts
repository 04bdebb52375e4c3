import type { InFiles } from '../model/sync-status.ts';
import { counted } from './age-in-words.ts';

/** Says that nothing is unsent here, without claiming that a rescue file reached another till: this till cannot know. */
export function nothingUnsent(inFiles: InFiles): string {
  const only = onlyInFiles(inFiles);
  return only === null ? 'All sent' : `Nothing unsent here. ${only}`;
}

/** @returns null if nothing is only in a rescue file */
export function onlyInFiles({ updates, lastAtMs }: InFiles): string | null {
  if (updates === 0 || lastAtMs === null) return null;
  const moved = `${counted(updates, 'change')} ${updates === 1 ? 'was' : 'were'} moved to a rescue file`;
  return `${moved} (last on ${new Date(lastAtMs).toISOString()}); the till that imports the file sends ${updates === 1 ? 'it' : 'them'}`;
}

/** What IT does to clear this report. */
export const importAndConfirm =
  'Import the file on one other till (tillside outbox import), then say so here: tillside outbox confirm --yes.';
