/**
 * Turns names, numbers and queries into search keys that ignore case, accents and script width. B-tree range queries
 * over these keys are faster than full-text search for every kind of query.
 */
import { asciiDigit, isInvisible } from '../model/clean-text.ts';

/** Parses pairs of a character and what it is compared as, such as `øo ßss`. */
function table(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/\s+/)
      .map((pair) => [...pair])
      .map(([from = '', ...to]) => [from, to.join('')]),
  );
}

/** Letters that people type differently or confuse, and that Unicode decomposition does not unify. */
const spelledOut = table(
  // Latin, Greek, Cyrillic.
  `ßss æae œoe øo łl đd ðd þth ıi ħh ŧt ŋng ƙk ɗd ɓb ƴy əe ŀl ςσ ґг қк ғг ңн өо үу ұу әа ` +
    // Arabic script in Arabic, Persian, Urdu and Kurdish.
    `ىي یي ےي ۍي ېي کك ڪك ةه ہه ھه ەه ۃه ٱا ڵل ـ ` +
    // Malayalam letters that older text writes with two characters.
    `ൺണ് ൻന് ർര് ൽല് ൾള് ൿക് ` +
    // Variants of Han characters in names, Japanese and Chinese.
    `髙高 﨑崎 嵜崎 濵浜 濱浜 邊辺 邉辺 齋斉 齊斉 斎斉 澤沢 廣広 嶋島 嶌島 國国 龍竜 龙竜 眞真 惠恵 榮栄 櫻桜 ` +
    `張张 陳陈 劉刘 黃黄 吳吴 呉吴 楊杨 趙赵 鄭郑 馬马 許许 謝谢 韓韩 馮冯 蕭萧 肖萧 鄧邓 葉叶 盧卢 蘇苏 羅罗 蔣蒋 孫孙 ` +
    `賈贾 魯鲁 錢钱 譚谭 賴赖 鍾钟 龔龚 嚴严 陸陆 華华 麗丽 偉伟 輝辉 鄒邹 範范 賀贺 顧顾 萬万 湯汤 鐘钟`,
);

/**
 * Accents, Arabic vowel marks, Hebrew points, voicing marks, and the dot below that Indic names are often written
 * without (nukta). Not the vowel signs of Indic scripts, which count as letters.
 */
const marks =
  /[\p{M}&&[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Arabic}\p{scx=Hebrew}\p{sc=Inherited}\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc]]/gv;
const apostrophe = /^['’‘‛ʼʻʽʾʿʹˈ`´′‵＇՚׳ꞌ]$/;
const visible = /^[\p{L}\p{N}\p{M}]+$/u;
const ascii = /^[\x20-\x7e]*$/;
/** Scripts that write family and given name without a space. */
const unspaced = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー ]+$/u;
const katakana = /[ァ-ヶ]/gu;
const fromKatakanaToHiragana = 0x60;

/** Cache by character. It only grows to the number of different characters in the till's names. */
const folded = new Map<string, string>();

/** Folds a character for comparison: to letters and digits, a space for a separator, or nothing. */
function foldCharacter(character: string): string {
  const known = folded.get(character);
  if (known !== undefined) return known;
  const found = fold(character);
  folded.set(character, found);
  return found;
}

function fold(character: string): string {
  if (apostrophe.test(character) || isInvisible(character)) return '';
  // A fast path: most characters are ASCII, and the Unicode classes cost two milliseconds at the start.
  if (ascii.test(character)) return /[a-z0-9]/i.test(character) ? character.toLowerCase() : ' ';
  const bare = character
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(/./gsu, (letter) => spelledOut.get(letter) ?? letter)
    .replace(katakana, (kana) => String.fromCharCode(kana.charCodeAt(0) - fromKatakanaToHiragana))
    .replace(/(?![0-9])\p{Nd}/gu, asciiDigit);
  if (bare === '' || visible.test(bare)) return bare;
  return ' ';
}

/** Folds a text for comparison, with single spaces between its words. */
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

/** The key of a typed name: 王 秀英 and 王秀英 are the same. */
export function nameKey(typed: string): string {
  const key = searchKey(typed);
  return unspaced.test(key) ? key.replaceAll(' ', '') : key;
}

/** Unifies spellings of the same vowel: Müller is Mueller, Åse is Aase. Null if the word has none. */
export function withoutDigraphs(key: string): string | null {
  const short = key.replace(/([aou])e|aa/g, (pair, vowel?: string) => vowel ?? pair.charAt(0));
  return short === key ? null : short;
}

export type NameKeys = {
  /** First name first. */
  readonly forward: string;
  /** Last name first. */
  readonly backward: string;
  /**
   * Further prefixes to search by: the 2nd and later words of a name, what follows an apostrophe, words that others
   * write as one, other spellings, and the first words of both names if there are words between them.
   */
  readonly words: readonly string[];
};

export function nameKeys(firstName: string, lastName: string): NameKeys {
  const first = searchKey(firstName);
  const last = searchKey(lastName);
  const gap = gapBetween(first, last);
  return {
    forward: joined(first, gap, last),
    backward: joined(last, gap, first),
    words: gap === '' ? [] : otherWords([firstName, lastName], [first, last]),
  };
}

function otherWords(names: readonly string[], keys: readonly string[]): string[] {
  const words = new Set<string>();
  for (const name of names) {
    for (const [, rest] of name.matchAll(/['’‘‛ʼʻʽʾʿʹˈ`´′‵＇՚׳ꞌ](\p{L}{2,})/gu)) words.add(searchKey(rest ?? ''));
  }
  const parts = keys.map((key) => key.split(' '));
  for (const part of parts) {
    for (const [at, word] of part.entries()) {
      if (at > 0) words.add(word).add(`${part[at - 1]}${word}`);
      words.add(withoutDigraphs(word) ?? '');
    }
    if (part.length > 2) words.add(part.join(''));
  }
  const [[first = ''] = [], [last = ''] = []] = parts;
  if (first !== '' && last !== '' && parts.some(({ length }) => length > 1)) {
    words.add(`${first} ${last}`).add(`${last} ${first}`);
  }
  words.delete('');
  return [...words];
}

/** The separator between two names when shown together. */
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

/** Upper end of the range of strings that start with `prefix`. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

/** The key of a shown text, with the UTF-16 positions of the text that each unit of the key came from. */
type Traced = {
  readonly key: string;
  readonly origins: readonly { readonly from: number; readonly to: number }[];
  /** Positions in the key where a word starts, also after an apostrophe. */
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
      // A combining mark belongs to the letter before it.
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

type Place = { readonly from: number; readonly to: number };

/** Where `key` starts a word of `text`, in UTF-16 positions of the shown text; or null. */
export function matchAtWordStart(text: string, key: string): Place | null {
  return placeIn(trace(text), key);
}

/** The same, ignoring spaces, because one may write as two words what the other writes as one. */
export function matchWithoutGaps(text: string, key: string): Place | null {
  const { key: traced, origins, starts } = trace(text);
  const kept = traced.split('').flatMap((unit, at) => (unit === ' ' ? [] : [at]));
  const squeezed = {
    key: kept.map((at) => traced[at]).join(''),
    origins: kept.flatMap((at) => origins[at] ?? []),
    starts: new Set(kept.flatMap((at, now) => (starts.has(at) ? [now] : []))),
  };
  return placeIn(squeezed, key.replaceAll(' ', ''));
}

function placeIn(traced: Traced, key: string): Place | null {
  if (key === '') return null;
  let at = traced.key.indexOf(key);
  while (at > 0 && !traced.starts.has(at)) at = traced.key.indexOf(key, at + 1);
  if (at < 0) return null;
  const first = traced.origins[at];
  const last = traced.origins[at + key.length - 1];
  return first === undefined || last === undefined ? null : { from: first.from, to: last.to };
}
