import { ageInWords } from '../care/age-in-words.ts';

/** How much is unsent and how old it is. Commands say this before and after anything that could affect it (F30). */
export function unsentInWords(updates: number, oldestSavedAtMs: number | null, nowMs: number): string {
  const what = updates === 1 ? '1 unsent change' : `${updates} unsent changes`;
  return oldestSavedAtMs === null ? what : `${what}, the oldest saved ${ageInWords(nowMs - oldestSavedAtMs)} ago`;
}
