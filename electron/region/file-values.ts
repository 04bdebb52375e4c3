/**
 * Reads values strictly: handles what spreadsheets and exporters do to numbers and dates, and refuses anything
 * uncertain.
 */
import { getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js';
import { isObject, type JsonObject } from '../loyalty-api/wire/scalars.ts';
import { cleanText } from '../model/clean-text.ts';
import { gregorian } from '../model/date-time.ts';
import { normalEmail, normalExternalId, normalMobile, normalUserId } from '../model/identifiers.ts';
import { momentOf, storeTimeAt } from '../model/store-time.ts';
import type { Refusal } from './refusal.ts';

/** Whether 11/09 is in September or November. */
export type DateOrder = 'day-first' | 'month-first';

export type ValueRules = {
  readonly countryCode: string;
  readonly timeZone: string;
  /** null: no date in the file depends on it, or all start with the year. */
  readonly dateOrder: DateOrder | null;
};

/** What exporters write for an empty value. Only these spellings, because Null and Nan are also names. */
const placeholders: ReadonlySet<string> = new Set([
  'NULL',
  'null',
  '(null)',
  '(NULL)',
  '<null>',
  '<NULL>',
  '\\N',
  'N/A',
  'n/a',
  '#N/A',
  '#n/a',
  '#NULL!',
  '#VALUE!',
  '#REF!',
  'NaN',
  'nan',
  'undefined',
  '-',
  '--',
  '—',
  '–',
]);

/** Whether a cell stands for an empty value. */
export function isPlaceholder(cell: string): boolean {
  return placeholders.has(cell.trim());
}

type Reader = (text: string, rules: ValueRules) => { readonly value: unknown } | Refusal;

const nothing = { value: null };
const roundedNumber = /^[+-]?\d+([.,]\d+)?E\+?\d+$/i;

function digitsOf(text: string): string {
  return /^\d+\.0+$/.test(text) ? text.replace(/\.0+$/, '') : text;
}

const readId: Reader = (text) => {
  if (roundedNumber.test(text)) return 'rounded';
  // Failed items of the API have `-1` or `0`, which mean nobody.
  if (/^(-1|0+(\.0+)?)$/.test(text)) return nothing;
  const value = normalUserId(text);
  return value === null ? 'not-an-id' : { value };
};

/** A shorter number may begin with the country's code and still lack it, such as one of area 55 in Brazil. */
const fewestAfterCode = 10;

const readMobile: Reader = (text, { countryCode }) => {
  if (roundedNumber.test(text)) return 'rounded';
  const typed = digitsOf(text);
  const code = isSupportedCountry(countryCode) ? getCountryCallingCode(countryCode) : '';
  // Already in the server's form. A fast path, because checking each against the numbering plan takes too long.
  const isWhole = typed.length >= code.length + fewestAfterCode && typed.length <= 15;
  if (isWhole && /^[1-9]\d+$/.test(typed) && typed.startsWith(code)) return { value: typed };
  return { value: normalMobile(typed, countryCode) ?? typed };
};

const readEmail: Reader = (text) =>
  text.includes('@') ? { value: normalEmail(text) ?? cleanText(text) } : 'not-an-email';

const readExternalId: Reader = (text) => {
  if (roundedNumber.test(text)) return 'rounded';
  return { value: normalExternalId(digitsOf(text)) };
};

const readAmount: Reader = (text) => {
  const plain = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
  return Number.isFinite(Number(plain)) ? { value: plain } : 'not-a-number';
};

const readDate: Reader = (text, rules) => {
  const local = localTime(text, rules);
  return local === null ? 'not-a-date' : { value: local };
};

const readers: readonly { readonly keys: readonly string[]; readonly read: Reader }[] = [
  { keys: ['user_id', 'id'], read: readId },
  { keys: ['mobile'], read: readMobile },
  { keys: ['email'], read: readEmail },
  { keys: ['external_id'], read: readExternalId },
  { keys: ['loyalty_points', 'lifetime_points', 'lifetime_purchases'], read: readAmount },
  { keys: ['registered_on', 'updated_on', 'tier_expiry_date'], read: readDate },
  {
    keys: ['firstname', 'first_name', 'lastname', 'last_name'],
    read: (text) => ({ value: cleanText(text.replace(/\s*[\r\n]+\s*/g, ' ')) }),
  },
];
const readerOf: readonly (readonly [string, Reader])[] = readers.flatMap(({ keys, read }) =>
  keys.map((key): [string, Reader] => [key, read]),
);

/** The customer with normalised identifiers, numbers and dates, or the reason to refuse it. */
export function strictCustomer(item: JsonObject, rules: ValueRules): JsonObject | Refusal {
  let changed: { [key: string]: unknown } | null = null;
  for (const [key, read] of readerOf) {
    const cell = item[key];
    if (cell === undefined || cell === null || isObject(cell) || Array.isArray(cell)) continue;
    if (typeof cell === 'number' && Number.isInteger(cell) && !Number.isSafeInteger(cell)) return 'rounded';
    const text = String(cell).trim();
    if (text === '') continue;
    if (text.includes('\ufffd')) return 'lost-letters';
    const found = isPlaceholder(text) ? nothing : read(text, rules);
    if (typeof found === 'string') return found;
    if (found.value === (typeof cell === 'number' ? text : cell)) continue;
    changed ??= { ...item };
    changed[key] = found.value;
  }
  return changed ?? item;
}

const otherOrders = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?$/;
const yearFirst =
  /^(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;

/** A local store time in the API's format; null if it is not a date. */
function localTime(given: string, { countryCode, timeZone, dateOrder }: ValueRules): string | null {
  const text = countryCode === 'TH' ? gregorian(given, countryCode) : given;
  // MySQL's zero date means empty, also to the API.
  if (text.startsWith('0000-00-00')) return text;
  const iso = yearFirst.exec(text);
  if (iso !== null) {
    const [, year, , month, day, hour, minute, second, zone] = iso;
    const plain = plainTime(year, month, day, hour, minute, second);
    return plain === null || zone === undefined ? plain : inZone(plain, zone, timeZone);
  }
  const other = otherOrders.exec(text);
  if (other === null || dateOrder === null) return null;
  const [, first, , second, year, hour, minute, seconds] = other;
  const [day, month] = dateOrder === 'day-first' ? [first, second] : [second, first];
  return plainTime(year, month, day, hour, minute, seconds);
}

function plainTime(year = '', month = '', day = '', hour = '0', minute = '0', second = '0'): string | null {
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = numbers;
  // Other years belong to another calendar; 9999 is how databases write "never".
  if ((y < 1900 || y > 2199) && y !== 9999) return null;
  // Day 0 of the next month is the last day of this one.
  if (mo < 1 || mo > 12 || d < 1 || d > new Date(Date.UTC(y, mo, 0)).getUTCDate()) return null;
  if (h > 23 || mi > 59 || s > 59) return null;
  const two = (number: number) => String(number).padStart(2, '0');
  return `${year}-${two(mo)}-${two(d)} ${two(h)}:${two(mi)}:${two(s)}`;
}

function inZone(plain: string, zone: string, timeZone: string): string | null {
  const ms = momentOf(`${plain}${/^utc$/i.test(zone) ? 'Z' : zone}`, timeZone);
  return ms === null ? null : storeTimeAt(ms, timeZone);
}

/** The order that the dates of a file prove, because a number over 12 cannot be a month. */
export function orderShown(texts: Iterable<string>): DateOrder | 'either' | 'none' {
  let shown: DateOrder | 'either' | 'none' = 'none';
  for (const text of texts) {
    const found = otherOrders.exec(text.trim());
    if (found === null) continue;
    if (shown === 'none') shown = 'either';
    if (Number(found[1]) > 12) return 'day-first';
    if (Number(found[3]) > 12) return 'month-first';
  }
  return shown;
}
