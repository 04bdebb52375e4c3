/** Dates as staff type them. */
import { plainSigns } from './clean-text.ts';

/** No customer was registered before, and nothing of one is due after: another year is a slip. */
const firstYear = 1900;
const lastYear = 2100;
/** Thailand counts from the Buddha: 2569 is 2026. */
const buddhistYears = 543;

/**
 * A date as the API spells it, as far as that is sure: our digits, and in Thailand the year of our calendar. What is no
 * date stays as it is.
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
 * `YYYY-MM-DD HH:MM:SS`, real dates only. Seconds, or the whole time, may be left out and are then zero; a `T` between
 * date and time is taken too.
 * @returns null where it is no date that can be
 */
export function normalDateTime(typed: string): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(plainSigns(typed));
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  if (year < firstYear || year > lastYear) return null;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  // Day 0 of the next month is the last of this one.
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const two = (n: number) => String(n).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}
