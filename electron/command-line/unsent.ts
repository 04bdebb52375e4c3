import { ageInWords } from '../care/age-in-words.ts';

/** How much is unsent and how old the oldest is: said before and after everything that could touch it (F30). */
export function unsentInWords(updates: number, oldestSavedAtMs: number | null, nowMs: number): string {
  const what = updates === 1 ? '1 unsent update' : `${updates} unsent updates`;
  return oldestSavedAtMs === null ? what : `${what}, the oldest saved ${ageInWords(nowMs - oldestSavedAtMs)} ago`;
}
