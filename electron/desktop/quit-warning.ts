/** What staff are told who close Tillside while something was not sent (F30). */

import { ageInWords } from '../care/age-in-words.ts';
import type { SyncStatus } from '../model/sync-status.ts';

export type QuitWarning = { readonly message: string; readonly detail: string };

/** @returns null where there is nothing to warn of */
export function quitWarning({ unsent, oldestSavedAtMs }: SyncStatus, nowMs: number): QuitWarning | null {
  if (unsent === 0) return null;
  const one = unsent === 1;
  const age = oldestSavedAtMs === null ? '' : ` The oldest was saved ${ageInWords(nowMs - oldestSavedAtMs)} ago.`;
  return {
    message: one ? '1 change has not reached head office.' : `${unsent} changes have not reached head office.`,
    detail: `${one ? 'It stays' : 'They stay'} safe on this till and ${one ? 'goes' : 'go'} when Tillside is open again.${age}`,
  };
}
