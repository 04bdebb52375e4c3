/**
 * Finds names that differ from the typed one by a letter: one wrong, missing or extra letter, or two swapped.
 *
 * There is no table of spellings: the search walks the index as a tree of letters. At each letter it tries only letters
 * that some name really has there, and it stops when no name starts that way, so a word takes a few hundred steps
 * however many customers there are.
 */
import type { Db } from '../db/open.ts';
import { firstKeyFrom, type NamePlace } from './ranges.ts';

/** Shorter names are similar to too many others. */
const shortestWord = 5;
/** Index steps per search, to limit its time. */
const stepBudget = 3000;

/** A prefix that some name really has, and whether it is a whole word. */
export type SimilarName = { readonly place: NamePlace; readonly key: string; readonly isWhole: boolean };

/** @returns whole names first; empty if no word is long enough */
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

/** The first key with `prefix` from `from` on. */
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

/** Every letter that follows `prefix` in some name, in the script of `like` (its block of 256 code points). */
function* lettersAfter(walk: Walk, place: NamePlace, prefix: string, like: string) {
  const block = (like.codePointAt(0) ?? 0) & ~0xff;
  // Starting at 'a' skips digits and the space.
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
