/**
 * The loyalty API's loose JSON, made firm in one place (api-facts, traps 2, 3 and 5): numbers and booleans that come as
 * text, lists of one that come as the object itself, and the four spellings of nothing. Every reader takes `unknown`,
 * never throws, and answers `null` (or an empty list) for what it cannot read.
 */

import { cleanText, plainSigns } from '../../model/clean-text.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** Deeper JSON than any real answer holds; what lies deeper is hostile or broken and is not read. */
export const maxDepth = 64;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own value of an object under any of the given keys, the first that is not empty; else `undefined`. */
export function partOf(holder: unknown, ...keys: readonly string[]): unknown {
  if (!isObject(holder)) return undefined;
  let told: unknown;
  for (const key of keys) {
    if (!Object.hasOwn(holder, key)) continue;
    const value = holder[key];
    if (!isEmpty(value)) return value;
    told ??= value;
  }
  return told;
}

/** Whether the answer speaks of one of the keys at all, be it to say that it is empty. */
export function tells(holder: JsonObject, ...keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(holder, key));
}

/** `null`, nothing, blank text, `[]` and `{}`: the API's spellings of nothing. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * Text without outer blanks and lone surrogates, which SQLite cannot store; numbers and booleans as their text. Blank text,
 * and what is no text, is `null`.
 */
export function readText(value: unknown): string | null {
  if (typeof value === 'string') return (value.isWellFormed() ? value : value.replace(/\p{Cs}/gu, '')).trim() || null;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value === 'boolean') return String(value);
  return null;
}

/** Text for people, without invisible characters: see `cleanText`. */
export function readCleanText(value: unknown): string | null {
  const text = readText(value);
  return text === null ? null : cleanText(text) || null;
}

/** Text that is only shown: a longer one is cut, and ends in "…". */
export function readShortText(value: unknown, longest: number): string | null {
  const text = readCleanText(value);
  if (text === null || text.length <= longest) return text;
  // Never between the two halves of one character.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** What the server says in words: a fault of its own may say megabytes, each of which would be stored and shown. */
export function readMessage(value: unknown): string | null {
  return readShortText(value, longestMessage);
}

const longestMessage = 1000;

/** A finite number, also from text such as `"2280"` or `"-1.5"`; anything else is `null`. */
export function readNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** A whole number; `null` for anything else. */
export function readCode(value: unknown): number | null {
  const number = readNumber(value);
  return number !== null && Number.isSafeInteger(number) ? number : null;
}

const yes: ReadonlySet<string> = new Set(['true', '1', 'yes', 'y', 'on']);
const no: ReadonlySet<string> = new Set(['false', '0', 'no', 'n', 'off']);

/** `true`/`false` from booleans, 1/0 and their texts in any case; anything else is `null`. */
export function readBoolean(value: unknown): boolean | null {
  const text = readText(value)?.toLowerCase();
  if (text === undefined) return null;
  if (yes.has(text)) return true;
  return no.has(text) ? false : null;
}

/**
 * The entries of a list: the list itself, a list of one that came as its only entry, or none. Empty entries are dropped.
 */
export function readList(value: unknown): readonly unknown[] {
  if (isEmpty(value)) return [];
  return Array.isArray(value) ? value.filter((entry) => !isEmpty(entry)) : [value];
}

/**
 * The entries of a list in a holder, as `"custom_fields":{"field":[…]}`. The holder itself may be `[]`, `""` or null when
 * there are none, may come as a list of one holder, or may be left out so that the list stands in its place.
 */
export function readHeldList(holder: unknown, key: string): readonly unknown[] {
  return readList(holder).flatMap((entry) => {
    if (!isObject(entry)) return [entry];
    return Object.hasOwn(entry, key) ? readList(entry[key]) : [entry];
  });
}

/** A word of an enum in upper case, with blanks and dashes as underscores (trap 5); `null` where there is none. */
export function readWord(value: unknown): string | null {
  return (
    readCleanText(value)
      ?.toUpperCase()
      .replace(/[\s-]+/g, '_') ?? null
  );
}

/**
 * A time of the API's: local to the store and without a zone (trap 8), so it stays text, never a `Date`. The `T` of ISO
 * and fractions of a second are taken out; MySQL's zero date is nothing.
 */
export function readLocalTime(value: unknown): string | null {
  const told = readText(value);
  const text = told === null ? null : plainSigns(told);
  if (text === null || text.startsWith('0000-00-00')) return null;
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?$/.exec(text);
  return parts === null ? text : `${parts[1]} ${parts[2]}`;
}

/**
 * A mobile number as digits with country code, of whatever script they are; what holds anything but digits and the usual
 * marks stays as it came.
 */
export function readMobile(value: unknown): string | null {
  const text = readText(value);
  if (text === null) return null;
  const digits = plainSigns(text).replace(/[\s().+-]/g, '');
  return /^\d+$/.test(digits) ? digits : text;
}

/** Whether a value nests deeper than `limit`; looks no deeper than that. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, limit - 1));
}
