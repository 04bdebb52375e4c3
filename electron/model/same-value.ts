/** Decides whether two values of a field are the same. */
import { cleanLines, plainSigns } from './clean-text.ts';
import type { FieldKey } from './customer.ts';
import { severalValues } from './defined-field-rules.ts';
import { exactKey } from './identifiers.ts';

/** A known value: its text, or null if the field is known to be empty. An unknown value has no representation here. */
export type KnownValue = string | null;

/** The value that a change asks for: an empty text empties the field. */
export function wantedValue(change: string): KnownValue {
  return change === '' ? null : change;
}

function textOf(value: KnownValue): string {
  return value ?? '';
}

/** Several values, sorted because their order does not count; null if it is a single value. */
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
 * The same value, apart from differences that nobody means: invisible characters, the letter case of an email, the
 * country code of a mobile.
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

/** Nobody writes longer numbers, and to compare thousands of zeros by this pattern would take seconds (F59). */
const longestNumber = 100;

/** A number without its plus sign and needless zeros, as text, because a `number` cannot hold every digit. */
function numberSpelling(text: string): string {
  if (text.length > longestNumber) return text;
  const [, sign, whole = '', decimals = ''] = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (sign === undefined || !/\d/.test(text)) return text;
  const number = `${whole === '' ? '0' : whole}${decimals === '' ? '' : `.${decimals}`}`;
  return sign === '-' && number !== '0' ? `-${number}` : number;
}

/** Removes the differences that a server may introduce: letter case, spaces, parts of a date, zeros of a number. */
function spelling(key: FieldKey, value: string): string {
  const several = severalValues(value);
  if (several !== null)
    return several
      .map((one) => spelling(key, one))
      .sort()
      .join('\n');
  const text = cleanLines(value).normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
  const date = dateAndTime.exec(text);
  if (date !== null) return `${date[1]} ${date[2] ?? '00:00'}:${date[3] ?? '00'}`;
  // Ids with and without leading zeros may belong to two people.
  return key === 'externalId' ? text : numberSpelling(text);
}

/** Equal as far as a server may respell it. Not enough to skip a change: "rita" is not yet "Rita". */
export function similarValue(key: FieldKey, a: KnownValue, b: KnownValue): boolean {
  return sameValue(key, a, b) || spelling(key, textOf(a)) === spelling(key, textOf(b));
}
