/**
 * How names, numbers and queries become search keys: without regard to case, marks and script width. B-tree range
 * queries over these keys beat full-text search at every kind of query (performance.md, finding 1).
 */
import { asciiDigit } from '../model/clean-text.ts';

/** Letters that staff type in another way and that no decomposition brings together. */
const spelledOut: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ı', 'i'],
  ['ς', 'σ'],
  ['ى', 'ي'],
  ['ة', 'ه'],
  ['ـ', ''],
]);

/** Accents, Arabic vowel marks, Hebrew points, voicing marks. The vowel signs of Indic scripts are letters to a reader. */
const marks = /[\p{M}&&[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Arabic}\p{scx=Hebrew}\p{sc=Inherited}]]/gv;
const apostrophe = /^['’‘ʼ`´]$/;
const visible = /^[\p{L}\p{N}\p{M}]+$/u;
const ascii = /^[\x20-\x7e]*$/;
/** Scripts that put family and given name together without a space. */
const unspaced = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー ]+$/u;

/** As many as there are different characters in the names of a till. */
const folded = new Map<string, string>();

/** One character in the form that is compared: letters and digits, a space for what parts words, or nothing. */
function foldCharacter(character: string): string {
  const known = folded.get(character);
  if (known !== undefined) return known;
  const found = fold(character);
  folded.set(character, found);
  return found;
}

function fold(character: string): string {
  if (apostrophe.test(character)) return '';
  // Most are, and the classes of Unicode cost a start two milliseconds.
  if (ascii.test(character)) return /[a-z0-9]/i.test(character) ? character.toLowerCase() : ' ';
  const bare = character
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(/./gsu, (letter) => spelledOut.get(letter) ?? letter)
    .replace(/(?![0-9])\p{Nd}/gu, asciiDigit);
  if (bare === '' || visible.test(bare)) return bare;
  return ' ';
}

/** One text in the form that is compared, single spaces between its words. */
export function searchKey(text: string): string {
  if (ascii.test(text)) {
    return text
      .toLowerCase()
      .replace(/['`]/g, '')
      .replace(/[^a-z0-9]+/g, ' ')
      .trim();
  }
  let key = '';
  for (const character of text) key += foldCharacter(character);
  return key.replace(/ +/g, ' ').trim();
}

/** A typed name as it stands in the keys of names: 王 秀英 and 王秀英 are the same. */
export function nameKey(typed: string): string {
  const key = searchKey(typed);
  return unspaced.test(key) ? key.replaceAll(' ', '') : key;
}

export type NameKeys = {
  /** First name first. */
  readonly forward: string;
  /** Last name first. */
  readonly backward: string;
  /** Words that neither of the two begins with: the 2nd and later words of a name, and what follows an apostrophe. */
  readonly words: readonly string[];
};

export function nameKeys(firstName: string, lastName: string): NameKeys {
  const first = searchKey(firstName);
  const last = searchKey(lastName);
  const gap = gapBetween(first, last);
  const words = new Set<string>();
  for (const [name, key] of [
    [firstName, first],
    [lastName, last],
  ] as const) {
    for (const word of key.split(' ').slice(1)) words.add(word);
    for (const [, rest] of name.matchAll(/['’‘ʼ`´](\p{L}{2,})/gu)) words.add(searchKey(rest ?? ''));
  }
  words.delete('');
  return {
    forward: joined(first, gap, last),
    backward: joined(last, gap, first),
    words: gap === '' ? [] : [...words],
  };
}

/** What stands between two names where they are shown as one. */
export function nameGap(firstName: string, lastName: string): '' | ' ' {
  return ascii.test(firstName) && ascii.test(lastName) ? ' ' : gapBetween(searchKey(firstName), searchKey(lastName));
}

function gapBetween(firstKey: string, lastKey: string): '' | ' ' {
  return unspaced.test(`${firstKey}${lastKey}`) ? '' : ' ';
}

function joined(a: string, gap: string, b: string): string {
  const whole = `${a}${gap}${b}`.trim();
  return gap === '' ? whole.replaceAll(' ', '') : whole;
}

export function reversed(digits: string): string {
  return [...digits].reverse().join('');
}

/** Upper end of the range of strings that begin with `prefix`. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

/** A shown text as its key, with the way back: which UTF-16 positions of the text each unit of the key came from. */
type Traced = {
  readonly key: string;
  readonly origins: readonly { readonly from: number; readonly to: number }[];
  /** Positions of the key where a word begins, also the one after an apostrophe. */
  readonly starts: ReadonlySet<number>;
};

function trace(text: string): Traced {
  let key = '';
  const origins: { from: number; to: number }[] = [];
  const starts = new Set<number>([0]);
  let position = 0;
  for (const character of text) {
    const from = position;
    position += character.length;
    const folded = foldCharacter(character);
    if (folded === '') {
      // A mark belongs to the letter before it.
      const last = origins.at(-1);
      if (apostrophe.test(character)) starts.add(key.length);
      else if (last !== undefined) last.to = position;
      continue;
    }
    if (folded === ' ' && (key === '' || key.endsWith(' '))) continue;
    if (folded === ' ') starts.add(key.length + 1);
    key += folded;
    for (let unit = 0; unit < folded.length; unit += 1) origins.push({ from, to: position });
  }
  return { key, origins, starts };
}

/** Where `key` begins a word of `text`: UTF-16 positions in the text as it is shown, or null. */
export function matchAtWordStart(text: string, key: string): { from: number; to: number } | null {
  if (key === '') return null;
  const traced = trace(text);
  let at = traced.key.indexOf(key);
  while (at > 0 && !traced.starts.has(at)) at = traced.key.indexOf(key, at + 1);
  if (at < 0) return null;
  const first = traced.origins[at];
  const last = traced.origins[at + key.length - 1];
  return first === undefined || last === undefined ? null : { from: first.from, to: last.to };
}
