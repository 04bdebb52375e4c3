/** When two values of a field are one and the same, for the server and for people. */
import { cleanLines, plainSigns } from './clean-text.ts';
import type { FieldKey } from './customer.ts';
import { severalValues } from './defined-field-rules.ts';
import { exactKey } from './identifiers.ts';

/** A value that is known: its text, or null where the field is known to be empty. What nobody told is no value at all. */
export type KnownValue = string | null;

/** The value that a change wants: an empty text wants the field to be empty. */
export function wantedValue(change: string): KnownValue {
  return change === '' ? null : change;
}

function textOf(value: KnownValue): string {
  return value ?? '';
}

/** Sorted, so that the order does not count; null where the value is not several. */
function sortedValues(value: string): string | null {
  const values = severalValues(value);
  return values === null ? null : [...values].sort().join('\n');
}

const digitsOfCountryCode = 3;

/** A number with and without its country code (or a trunk zero) is the same number. */
function sameNumber(left: string, right: string): boolean {
  const [short = '', long = ''] = [left, right]
    .map((digits) => plainSigns(digits).replace(/\D/g, '').replace(/^0+/, ''))
    .sort((a, b) => a.length - b.length);
  return short !== '' && long.endsWith(short) && long.length - short.length <= digitsOfCountryCode;
}

/**
 * The same value, apart from differences that nobody means: invisible characters, the letter case of an email, the country
 * code of a mobile.
 */
export function sameValue(key: FieldKey, a: KnownValue, b: KnownValue): boolean {
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return true;
  if (key === 'email') return exactKey(left) === exactKey(right);
  if (key === 'externalId') return plainSigns(left) === plainSigns(right);
  if (key === 'fraudStatus') return left.toLowerCase() === right.toLowerCase();
  if (key === 'mobile') return sameNumber(left, right);
  const [clean, other] = [cleanLines(left), cleanLines(right)];
  if (clean === other) return true;
  const several = key.startsWith('custom.') ? sortedValues(clean) : null;
  return several !== null && several === sortedValues(other);
}

const dateAndTime = /^(\d{4}-\d{2}-\d{2})(?:[ t](\d{2}:\d{2})(?::(\d{2}))?(?:\.\d+)?(?:z|[+-]\d{2}:?\d{2})?)?$/;

/** One spelling for all that a server may give back for a value: letter case, spaces, parts of a date, decimals. */
function spelling(value: string): string {
  const several = severalValues(value);
  if (several !== null) return several.map(spelling).sort().join('\n');
  const text = cleanLines(value).normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
  const date = dateAndTime.exec(text);
  if (date !== null) return `${date[1]} ${date[2] ?? '00:00'}:${date[3] ?? '00'}`;
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

/** The same value as a server may spell it. Never enough to leave a change undone: "rita" is not yet "Rita". */
export function similarValue(key: FieldKey, a: KnownValue, b: KnownValue): boolean {
  return sameValue(key, a, b) || spelling(textOf(a)) === spelling(textOf(b));
}
