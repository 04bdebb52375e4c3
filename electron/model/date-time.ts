/** Dates as staff type them. */
import { plainSigns } from './clean-text.ts';

/** A year outside this range is a typing mistake. */
const firstYear = 1900;
const lastYear = 2100;
/** The Thai calendar is 543 years ahead: 2569 is 2026. */
const buddhistYears = 543;

/**
 * A date in the API's form, as far as that is certain: ASCII digits and, in Thailand, the Gregorian year. Anything that
 * is not a date stays unchanged.
 * @param countryCode the store's
 */
export function gregorian(typed: string, countryCode: string): string {
  const text = plainSigns(typed);
  if (countryCode !== 'TH') return text;
  return text.replace(/^\d{4}(?=-\d{2}-\d{2}(?!\d))/, (year) =>
    Number(year) > lastYear ? String(Number(year) - buddhistYears) : year,
  );
}

/**
 * Parses `YYYY-MM-DD HH:MM:SS`. Seconds or the whole time may be missing and are then zero; a `T` between date and time
 * is accepted.
 * @returns null if it is not a real date
 */
export function normalDateTime(typed: string): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(plainSigns(typed));
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  if (year < firstYear || year > lastYear) return null;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  // Day 0 of the next month is the last day of this one.
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const two = (n: number) => String(n).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}
