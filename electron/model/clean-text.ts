/**
 * Text from outside (typed, pasted, scanned, imported, told by the server) without what cannot be seen in it. Both sides
 * of every comparison go through here: a sign that nobody sees must not make two of one person, nor hide one from a check.
 */

const ascii = /^[\x20-\x7e]*$/;
/** What parts words, however it is encoded. The Braille blank and the Hangul fillers show nothing either. */
const blank = /[[\s\u0085\u2800\u115f\u1160\u3164\uffa0]--\ufeff]/gv;
const joiners = '\u200c\u200d';
/** Formatting signs, variation selectors, control characters, halves of surrogate pairs, code points that are no characters. */
const invisible = new RegExp(
  `[[\\p{Cc}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\ufff9-\\ufffb]--[${joiners}]]`,
  'gv',
);

/** Whether one sign shows nothing and parts nothing. */
export function isInvisible(sign: string): boolean {
  return (
    sign
      .replace(blank, ' ')
      .replace(invisible, '')
      .replace(/[\u200c\u200d]/g, '') === ''
  );
}

/** In all other scripts a joiner or non-joiner changes nothing that a reader sees. */
const joinedLetter =
  '[[\\p{L}\\p{M}]--[\\p{scx=Latin}\\p{scx=Greek}\\p{scx=Cyrillic}\\p{scx=Hebrew}\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Inherited}]]';
const joiner = new RegExp(`((?<=${joinedLetter})[${joiners}](?=[${joiners}]*${joinedLetter}))?[${joiners}]*`, 'gv');

/** Older Malayalam text has a joiner where today's has a letter of its own, also at the end of a word. */
const chillus: ReadonlyMap<string, string> = new Map([
  ['ണ്\u200d', 'ൺ'],
  ['ന്\u200d', 'ൻ'],
  ['ര്\u200d', 'ർ'],
  ['ല്\u200d', 'ൽ'],
  ['ള്\u200d', 'ൾ'],
  ['ക്\u200d', 'ൿ'],
]);
const chillu = /[ണനരലളക]്\u200d/gu;

/** One line without trimming it. */
function seen(text: string): string {
  return text
    .replace(blank, ' ')
    .replace(invisible, '')
    .replace(chillu, (letter) => chillus.get(letter) ?? letter)
    .replace(joiner, '$1')
    .normalize('NFC');
}

/**
 * One line of text: nothing invisible but a joiner or non-joiner between letters that it joins, plain spaces, one Unicode
 * form, nothing blank at either end.
 */
export function cleanText(text: string): string {
  return ascii.test(text) ? text.trim() : seen(text).trim();
}

/** The same for a text that may have several lines. */
export function cleanLines(text: string): string {
  return text
    .split(/\r\n?|[\n\u0085\u2028\u2029]/)
    .map(seen)
    .join('\n')
    .trim();
}

/** Whether a reader sees anything of it: marks alone stand on nothing. */
export function showsSomething(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(cleanText(text));
}

/**
 * Signs that no keyboard types: they are left where a text was read in a wrong encoding or cut in two, and hide what stood
 * there before. Nobody should save such a text without having looked at it.
 */
export function isBroken(text: string): boolean {
  return /[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]--[\t\n\r\u0085]]/v.test(text);
}

const dash = /[\p{Pd}\u2212\u02d7\u2043]|(?<=\p{Nd})ー(?=\p{Nd})/gu;

/** A decimal digit of any script as one of ours. */
export function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (point - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(point - zero);
}

/** An identifier, or a date, in its plainest signs: no joiners, our digits, one kind of hyphen. */
export function plainSigns(text: string): string {
  if (ascii.test(text)) return text.trim();
  return seen(text.normalize('NFKC'))
    .normalize('NFKC')
    .replace(/[\u200c\u200d]/g, '')
    .replace(dash, '-')
    .replace(/(?![0-9])\p{Nd}/gu, asciiDigit)
    .trim();
}

const label =
  /^(?:tel|telephone|phone|ph|mob|mobile|cell|whatsapp|sms|smsto|callto|mailto|e-?mail)(?:\s*(?:no|number|address|id))?\s*[.:]+\s*/i;
/** Of a link: `tel:+91…;ext=1`, `mailto:a@b.example?subject=…`. */
const linkParameters = /[?;][a-z-]+=.*$/i;
const around = /^[\s,;:'"‘’“”„«»‹›<]+|[\s,;:.'"‘’“”„«»‹›>]+$/gu;

/** An identifier without what people copy along with it: a label, quotes, the comma behind it, a name before `<…>`. */
export function bareIdentifier(text: string): string {
  const plain = plainSigns(text);
  const address = /<\s*([^<>\s]+@[^<>\s]+)\s*>/.exec(plain)?.[1] ?? plain;
  const trimmed = address.replace(around, '');
  const unlabelled = trimmed.replace(label, '');
  if (unlabelled === trimmed) return withoutBrackets(trimmed);
  return withoutBrackets(unlabelled.replace(linkParameters, '').replace(around, ''));
}

function withoutBrackets(text: string): string {
  return /^\(([^()]*)\)$|^\[([^[\]]*)\]$/.test(text) ? text.slice(1, -1).trim() : text;
}
