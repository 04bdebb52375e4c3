/** Typing mistakes: how far two words are apart, and which known word was most likely meant. */

/** With more than one mistake in this many letters, it counts as another word. */
const lettersForASlip = 3;
const mostSlips = 3;

/** @returns the known word that was most likely meant; null: none is near, or two are as near */
export function nearest(typed: string, known: readonly string[]): string | null {
  const word = typed.toLowerCase();
  const most = Math.min(mostSlips, Math.floor(word.length / lettersForASlip));
  const near = known
    .map((one) => ({ one, slips: one.toLowerCase().startsWith(word) ? 1 : slipsBetween(word, one.toLowerCase()) }))
    .filter(({ slips }) => slips <= most)
    .sort((a, b) => a.slips - b.slips);
  const [best, next] = near;
  return best === undefined || next?.slips === best.slips ? null : best.one;
}

/** Number of wrong, missing, extra or swapped letters. */
export function slipsBetween(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}
