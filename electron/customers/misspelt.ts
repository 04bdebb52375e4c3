/**
 * Names that are one letter away from what was typed: one wrong, one missing, one too many, or two swapped.
 *
 * No table of spellings is kept: the index itself is walked as a tree of letters. At each letter of the word only those
 * letters are tried that some name really has there, and the walk ends where no name begins like the word any more, so
 * that a word costs a few hundred steps however many customers there are.
 */
import type { Db } from '../db/open.ts';
import { firstKeyFrom, type NamePlace } from './ranges.ts';

/** Shorter names have too many neighbours. */
const shortestWord = 5;
/** Steps in an index for one search: a bound on its time. */
const stepBudget = 3000;

/** A beginning that some name really has, and whether it is a whole word of it. */
export type SimilarName = { readonly place: NamePlace; readonly key: string; readonly isWhole: boolean };

/** @returns whole names first; nothing where no word is long enough */
export function misspeltNames(db: Db, words: readonly string[]): readonly SimilarName[] {
  const found = new Map<string, SimilarName>();
  const walk: Walk = { db, stepsLeft: stepBudget };
  for (const place of ['forward', 'backward', 'word'] as const) {
    if (place === 'word' && words.length > 1) continue;
    for (const [at, word] of words.entries()) {
      const letters = [...word];
      if (letters.length < shortestWord) continue;
      const before = words.slice(0, at).map((other) => `${other} `);
      const after = words.slice(at + 1).map((other) => ` ${other}`);
      for (const similar of neighbours(walk, place, before.join(''), letters, after.join(''))) {
        found.set(`${place} ${similar.key}`, similar);
      }
    }
  }
  return [...found.values()].sort((a, b) => Number(b.isWhole) - Number(a.isWhole));
}

type Walk = { readonly db: Db; stepsLeft: number };

/** The first key of the place that begins with `prefix` and is not before `from`. */
function firstKey(walk: Walk, place: NamePlace, from: string, prefix: string): string | null {
  if (walk.stepsLeft === 0) return null;
  walk.stepsLeft -= 1;
  return firstKeyFrom(walk.db, place, from, prefix);
}

function* neighbours(walk: Walk, place: NamePlace, before: string, letters: readonly string[], after: string) {
  const look = (word: string): SimilarName[] => {
    const key = `${before}${word}${after}`;
    const first = firstKey(walk, place, key, key);
    return first === null ? [] : [{ place, key, isWhole: first === key || first.startsWith(`${key} `) }];
  };
  for (const [at, letter] of letters.entries()) {
    const known = letters.slice(0, at).join('');
    const rest = letters.slice(at + 1).join('');
    if (at > 0 && firstKey(walk, place, `${before}${known}`, `${before}${known}`) === null) return;
    yield* look(`${known}${rest}`);
    const next = letters[at + 1];
    if (next !== undefined && next !== letter) {
      yield* look(`${known}${next}${letter}${letters.slice(at + 2).join('')}`);
    }
    for (const other of lettersAfter(walk, place, `${before}${known}`, letter)) {
      if (other !== letter) yield* look(`${known}${other}${rest}`);
      yield* look(`${known}${other}${letter}${rest}`);
    }
  }
}

/** Every letter that follows `prefix` in some name, of the script of `like` (its block of 256 code points). */
function* lettersAfter(walk: Walk, place: NamePlace, prefix: string, like: string) {
  const block = (like.codePointAt(0) ?? 0) & ~0xff;
  // 'a' is after digits and the space.
  let from = `${prefix}${String.fromCodePoint(block === 0 ? 0x61 : block)}`;
  for (;;) {
    const key = firstKey(walk, place, from, prefix);
    const point = key?.codePointAt(prefix.length);
    if (point === undefined || (point & ~0xff) !== block) return;
    const letter = String.fromCodePoint(point);
    yield letter;
    from = `${prefix}${letter}\u{10ffff}`;
  }
}
