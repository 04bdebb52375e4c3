/** Parses the text of a config file. Reports mistakes by line and column and never quotes the text. */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** Both start at 1, as in editors. */
export type Place = { readonly line: number; readonly column: number };

export type TextProblem = { readonly path: string; readonly found: string; readonly expected: string } & Partial<Place>;

export type ConfigText =
  | {
      readonly kind: 'json';
      readonly value: unknown;
      /** Where a value is; if it is missing, the closest part that exists. */
      readonly placeOf: (path: readonly PropertyKey[]) => Place | null;
    }
  | { readonly kind: 'unusable'; readonly problems: readonly TextProblem[] };

const longestFile = 1_000_000;
const mostProblems = 20;
/** A config has five levels. The parser calls itself for each, and far more would overflow the stack. */
const mostLevels = 50;

const wholeFile = '(the file)';

export function readConfigText(bytes: Buffer): ConfigText {
  const unusable = (found: string, expected: string, place: Partial<Place> = {}): ConfigText => ({
    kind: 'unusable',
    problems: [{ path: wholeFile, found, expected, ...place }],
  });
  if (bytes.length > longestFile) return unusable('more than 1 MB', 'a config, which is about a page of text');
  if (/^(?:\xFF\xFE|\xFE\xFF)/.test(bytes.toString('latin1', 0, 2)) || bytes.subarray(0, 64).includes(0)) {
    return unusable('text in UTF-16', 'text in UTF-8 (choose it as "Encoding" when saving)');
  }
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return unusable('an empty file', 'a config in JSON');
  const placeAt = placesIn(text);
  const foreign = text.indexOf('\uFFFD');
  if (foreign !== -1) {
    const found = 'a character that is not UTF-8: the file was saved in another encoding, such as Windows-1252';
    return unusable(found, 'text in UTF-8 (choose it as "Encoding" when saving)', placeAt(foreign));
  }
  const tooDeep = tooDeepAt(text);
  if (tooDeep !== null) {
    return unusable(`more than ${mostLevels} sections inside one another`, 'a config', placeAt(tooDeep));
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const mistakes = errors.length > 0 ? syntaxProblems(errors, text) : root === undefined ? [] : doubleKeys(root, '');
  if (mistakes.length > 0) {
    const problems = mistakes
      .slice(0, mostProblems)
      .map(({ offset, ...problem }) => ({ ...problem, ...placeAt(offset) }));
    return { kind: 'unusable', problems };
  }
  const value = parsed(text);
  if (value === undefined || root === undefined) return unusable('text that is not JSON', 'valid JSON');
  return { kind: 'json', value, placeOf: (path) => placeAt(offsetOf(root, path)) };
}

/** Where the nesting becomes too deep; null: nowhere. */
function tooDeepAt(text: string): number | null {
  let level = 0;
  for (const { 0: mark, index } of text.matchAll(/"(?:[^"\\\r\n]|\\.)*"?|[[\]{}]/g)) {
    if (mark === '[' || mark === '{') level += 1;
    if (mark === ']' || mark === '}') level -= 1;
    if (level > mostLevels) return index;
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function placesIn(text: string): (offset: number) => Place {
  return (offset) => {
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
}

/** The offset of the longest part of the path that exists. */
function offsetOf(root: Node, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const keys = path.slice(0, length).map((key) => (typeof key === 'number' ? key : String(key)));
    const node = findNodeAtLocation(root, keys);
    if (node !== undefined) return node.offset;
  }
  return root.offset;
}

type AtOffset = { readonly path: string; readonly found: string; readonly expected: string; readonly offset: number };

const syntaxWords: ReadonlyMap<string, readonly [found: string, expected: string]> = new Map([
  [
    'InvalidSymbol',
    ['a word or symbol without quotes', 'text in straight double quotes, a number, true, false or null'],
  ],
  ['InvalidNumberFormat', ['a number in the wrong format', 'a number such as 15 or 0.5']],
  ['PropertyNameExpected', ['no key', 'a key in double quotes (and no comma after the last one)']],
  ['ValueExpected', ['no value', 'a value (and no comma after the last one)']],
  ['ColonExpected', ['no colon after the key', '":" between a key and its value']],
  ['CommaExpected', ['no comma between two entries', '"," before this entry']],
  ['CloseBraceExpected', ['a section that is not closed', '"}"']],
  ['CloseBracketExpected', ['a list that is not closed', '"]"']],
  ['EndOfFileExpected', ['more text after the end', 'nothing after the last "}"']],
  ['InvalidCommentToken', ['a comment', 'no comments: JSON has none']],
  ['UnexpectedEndOfComment', ['a comment', 'no comments: JSON has none']],
  ['UnexpectedEndOfString', ['text without its closing quote', 'a double quote at the end of the text']],
  ['UnexpectedEndOfNumber', ['a number that is cut off', 'a complete number']],
  ['InvalidUnicode', ['an escape that is cut off', '\\u and four digits']],
  ['InvalidEscapeCharacter', ['a single backslash', 'two backslashes (\\\\) for one, such as in a Windows path']],
  ['InvalidCharacter', ['a control character in a text, such as a tab or a line break', 'text on one line']],
]);

/**
 * One mistake can make the parser report several. Of those at one place, after an unclosed text or after a comma too
 * many, keep the first.
 */
function syntaxProblems(errors: readonly ParseError[], text: string): AtOffset[] {
  const atEnd = text.trimEnd().length;
  const seen = new Set<number>();
  let lastAt: number | null = null;
  return errors.flatMap(({ error, offset }) => {
    const at = Math.min(offset, atEnd);
    const isSameCommas = lastAt !== null && /^[\s,]+$/.test(text.slice(lastAt, at));
    if (seen.has(at) || isSameCommas) return [];
    seen.add(at);
    lastAt = at;
    const [found, expected] = syntaxWords.get(printParseErrorCode(error)) ?? ['a mistake', 'valid JSON'];
    return [{ path: wholeFile, found, expected, offset: at }];
  });
}

/** Duplicate keys. JSON silently uses the last one, so an edit of the first would have no effect. */
function doubleKeys(node: Node, at: string): AtOffset[] {
  const children = node.children ?? [];
  if (node.type !== 'object')
    return children.flatMap((child, index) => doubleKeys(child, joinedPath(at, String(index))));
  const seen = new Set<unknown>();
  return children.flatMap(({ children: [key, value] = [] }): AtOffset[] => {
    if (key === undefined || value === undefined) return [];
    const name: unknown = key.value;
    const path = joinedPath(at, shownKey(String(name)));
    const isDouble = seen.has(name);
    seen.add(name);
    const again = { path, found: 'the same key a second time', expected: 'each key once', offset: key.offset };
    return [...(isDouble ? [again] : []), ...doubleKeys(value, path)];
  });
}

export function joinedPath(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`;
}

/** A key as an error message can show it: it may be any pasted text. */
export function shownKey(key: string): string {
  const plain = key.replace(/[\p{C}\p{Z}]+/gu, ' ');
  return plain.length > 40 ? `${plain.slice(0, 39)}…` : plain;
}
