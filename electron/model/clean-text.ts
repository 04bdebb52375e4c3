/**
 * Removes invisible characters from text that comes from outside (typed, pasted, scanned, imported, from the server).
 * Both sides of every comparison are cleaned here: an invisible character must not turn one person into two, or defeat
 * a check.
 */

const ascii = /^[\x20-\x7e]*$/;
/** Anything that looks like a space, including the Braille blank and the Hangul fillers. */
const blank = /[[\s\u0085\u2800\u115f\u1160\u3164\uffa0]--\ufeff]/gv;
const joiners = '\u200c\u200d';
/** Formatting characters, variation selectors, control characters, lone surrogates and noncharacters. */
const invisible = new RegExp(
  `[[\\p{Cc}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\ufff9-\\ufffb]--[${joiners}]]`,
  'gv',
);

/** Whether a character shows nothing and does not separate words. */
export function isInvisible(sign: string): boolean {
  return (
    sign
      .replace(blank, ' ')
      .replace(invisible, '')
      .replace(/[\u200c\u200d]/g, '') === ''
  );
}

/** Letters that a joiner or non-joiner can visibly change. In other scripts it changes nothing. */
const joinedLetter =
  '[[\\p{L}\\p{M}]--[\\p{scx=Latin}\\p{scx=Greek}\\p{scx=Cyrillic}\\p{scx=Hebrew}\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Inherited}]]';
const joiner = new RegExp(`((?<=${joinedLetter})[${joiners}](?=[${joiners}]*${joinedLetter}))?[${joiners}]*`, 'gv');

/** Older Malayalam text writes these letters with a joiner, also at the end of a word. */
const chillus: ReadonlyMap<string, string> = new Map([
  ['ണ്\u200d', 'ൺ'],
  ['ന്\u200d', 'ൻ'],
  ['ര്\u200d', 'ർ'],
  ['ല്\u200d', 'ൽ'],
  ['ള്\u200d', 'ൾ'],
  ['ക്\u200d', 'ൿ'],
]);
const chillu = /[ണനരലളക]്\u200d/gu;

/** The visible text as one line, not trimmed. */
function seen(text: string): string {
  return text
    .replace(blank, ' ')
    .replace(invisible, '')
    .replace(chillu, (letter) => chillus.get(letter) ?? letter)
    .replace(joiner, '$1')
    .normalize('NFC');
}

/**
 * Cleans one line of text: plain spaces, one Unicode form, trimmed, and nothing invisible except joiners and
 * non-joiners between letters that they change.
 */
export function cleanText(text: string): string {
  return ascii.test(text) ? text.trim() : seen(text).trim();
}

/** The same for text of several lines. */
export function cleanLines(text: string): string {
  return text
    .split(/\r\n?|[\n\u0085\u2028\u2029]/)
    .map(seen)
    .join('\n')
    .trim();
}

/** Whether anything is visible. Combining marks alone do not count. */
export function showsSomething(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(cleanText(text));
}

/**
 * Whether the text holds characters that no keyboard types. They come from a wrong encoding or a cut, and somebody
 * should look at such a text before saving it.
 */
export function isBroken(text: string): boolean {
  return /[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffd]--[\t\n\r\u0085]]/v.test(text);
}

const dash = /[\p{Pd}\u2212\u02d7\u2043]|(?<=\p{Nd})ー(?=\p{Nd})/gu;

/** A decimal digit of any script as an ASCII digit. */
export function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (point - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(point - zero);
}

/** An identifier or date in its plainest characters: no joiners, ASCII digits, one kind of hyphen. */
export function plainSigns(text: string): string {
  if (ascii.test(text)) return text.trim();
  return seen(text.normalize('NFKC'))
    .normalize('NFKC')
    .replace(/[\u200c\u200d]/g, '')
    .replace(dash, '-')
    .replace(/(?![0-9])\p{Nd}/gu, asciiDigit)
    .trim();
}

/** What people write before a number, in the app's languages; the last ones also need no colon before a long number. */
const labels =
  'ph sms smsto callto mailto e-?mail hp handy mobil portable móvil celular correo surel card member membership customer 手机号? 电话 邮箱 ' +
  'मोबाइल फोन ईमेल جوال هاتف موبايل';
const plainLabels = 'tel telephone telefon telefono teléfono tél téléphone phone mob mobile cell whatsapp';
const oneOf = (words: string) => `(?:${words.split(' ').join('|')})`;
const label = new RegExp(
  `^${oneOf(`${labels} ${plainLabels}`)}(?:[\\s.]*${oneOf('no nr number address id')})?(?:\\s*[.:]+\\s*|\\s+-\\s+)` +
    `|^${oneOf(plainLabels)}\\s+(?=\\+?\\(?\\d[\\d\\s().\\-]{6,}$)`,
  'iu',
);
/** Parameters of a link: `tel:+91…;ext=1`, `mailto:a@b.example?subject=…`. */
const linkParameters = /[?;][a-z-]+=.*$/i;
const around = /^[\s,;:'"‘’“”„«»‹›<\p{So}]+|[\s,;:.'"‘’“”„«»‹›>\p{So}]+$/gu;
/** A spreadsheet's decimal point behind a number. */
const decimals = /^(\d{7,})\.0$/;

/** An identifier without what people copy with it: a label, quotes, a trailing comma, a name before `<…>`. */
export function bareIdentifier(text: string): string {
  let bare = plainSigns(text);
  // One may be in another: `Mobile: tel:…`, `("…")`.
  for (let before = ''; bare !== before; ) {
    before = bare;
    bare = withoutWrapping(bare);
  }
  return bare;
}

function withoutWrapping(plain: string): string {
  const address = /<\s*([^<>\s]+@[^<>\s]+)\s*>/.exec(plain)?.[1] ?? plain;
  const trimmed = address.replace(around, '').replace(decimals, '$1');
  const unlabelled = trimmed.replace(label, '');
  if (unlabelled === trimmed) return withoutBrackets(trimmed);
  return withoutBrackets(unlabelled.replace(linkParameters, '').replace(around, ''));
}

function withoutBrackets(text: string): string {
  return /^\(([^()]*)\)$|^\[([^[\]]*)\]$/.test(text) ? text.slice(1, -1).trim() : text;
}
