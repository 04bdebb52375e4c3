/** What staff are told who close Tillside while something was not sent (F30). */
import type { SyncStatus } from '../sync/sync-status.ts';

export type QuitWarning = { readonly message: string; readonly detail: string };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function ageInWords(ageMs: number): string {
  const told = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (ageMs < 2 * minuteMs) return 'a moment';
  if (ageMs < hourMs) return told(Math.floor(ageMs / minuteMs), 'minute');
  if (ageMs < dayMs) return told(Math.floor(ageMs / hourMs), 'hour');
  return told(Math.floor(ageMs / dayMs), 'day');
}

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
