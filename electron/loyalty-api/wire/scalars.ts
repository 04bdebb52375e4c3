/**
 * Normalises the loyalty API's loose JSON (traps 2, 3 and 5): numbers and booleans as text, a single object
 * instead of a list of one, and four spellings of "nothing". Every reader takes `unknown`, never throws, and returns
 * `null` (or an empty list) for anything unreadable.
 */

import { cleanText, plainSigns } from '../../model/clean-text.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** No real answer is nested this deeply; anything deeper is hostile or broken and is not read. */
export const maxDepth = 64;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first non-empty own value of an object under the given keys; else an empty one, or `undefined`. */
export function partOf(holder: unknown, ...keys: readonly string[]): unknown {
  if (!isObject(holder)) return undefined;
  let empty: unknown;
  for (const key of keys) {
    if (!Object.hasOwn(holder, key)) continue;
    const value = holder[key];
    if (!isEmpty(value)) return value;
    empty ??= value;
  }
  return empty;
}

/** Whether the answer has one of the keys, even if empty. */
export function hasAnyKey(holder: JsonObject, ...keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(holder, key));
}

/** `null`, missing, blank text, `[]` and `{}` are the API's spellings of "nothing". */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * Trimmed text without lone surrogates, which SQLite cannot store; numbers and booleans as text. `null` for blank text
 * and anything else.
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

/** Text that is only shown. If too long, it is cut and ends in "…". */
export function readShortText(value: unknown, longest: number): string | null {
  const text = readCleanText(value);
  if (text === null || text.length <= longest) return text;
  // Never cut a surrogate pair.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A message from the server, cut to a length that can be stored and shown. */
export function readMessage(value: unknown): string | null {
  return readShortText(value, longestMessage);
}

const longestMessage = 1000;

/** A finite number, also from text such as `"2280"` or `"-1.5"`; otherwise `null`. */
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

/** `true`/`false` from booleans, 1/0 and their texts in any case; otherwise `null`. */
export function readBoolean(value: unknown): boolean | null {
  const text = readText(value)?.toLowerCase();
  if (text === undefined) return null;
  if (yes.has(text)) return true;
  return no.has(text) ? false : null;
}

/**
 * The entries of a list, which may also come as its only entry. Empty entries are dropped.
 */
export function readList(value: unknown): readonly unknown[] {
  if (isEmpty(value)) return [];
  return Array.isArray(value) ? value.filter((entry) => !isEmpty(entry)) : [value];
}

/**
 * The entries of a list inside an object, such as `"custom_fields":{"field":[…]}`. The object may be `[]`, `""` or null
 * if there are none, may be in a list of one, or may be missing so that the list takes its place.
 */
export function readHeldList(holder: unknown, key: string): readonly unknown[] {
  return readList(holder).flatMap((entry) => {
    if (!isObject(entry)) return [entry];
    return Object.hasOwn(entry, key) ? readList(entry[key]) : [entry];
  });
}

/** An enum word in upper case, with underscores for blanks and dashes (trap 5); `null` if there is none. */
export function readWord(value: unknown): string | null {
  return (
    readCleanText(value)
      ?.toUpperCase()
      .replace(/[\s-]+/g, '_') ?? null
  );
}

/**
 * A time from the API. It is local to the store and has no zone (trap 8), so it stays text and never becomes a `Date`.
 * Removes the `T` of ISO and fractions of a second; MySQL's zero date is `null`.
 */
export function readLocalTime(value: unknown): string | null {
  const raw = readText(value);
  const text = raw === null ? null : plainSigns(raw);
  if (text === null || text.startsWith('0000-00-00')) return null;
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?$/.exec(text);
  return parts === null ? text : `${parts[1]} ${parts[2]}`;
}

/**
 * A mobile as ASCII digits with country code. A text with anything but digits and the usual punctuation stays
 * unchanged.
 */
export function readMobile(value: unknown): string | null {
  const text = readText(value);
  if (text === null) return null;
  const digits = plainSigns(text).replace(/[\s().+-]/g, '');
  return /^\d+$/.test(digits) ? digits : text;
}

/** Whether a value nests deeper than `limit`, without looking any deeper. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, limit - 1));
}
