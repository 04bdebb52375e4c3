/** Numbers, dates and ages in the store's conventions. Made once the till's locale is known. */
import { hasOffset, momentOf } from '../../electron/model/store-time.ts';

export type Formats = ReturnType<typeof makeFormats>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const gigabyte = 1e9;
/** @param locale a language tag; the country is added if it names none (`en` in India is `en-IN`) */
export function makeFormats(locale: string, countryCode: string, timeZone: string) {
  const tag = regional(locale, countryCode);
  const number = new Intl.NumberFormat(tag, { maximumFractionDigits: 2 });
  const amount = new Intl.NumberFormat(tag, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    trailingZeroDisplay: 'stripIfInteger',
  });
  const signed = new Intl.NumberFormat(tag, { maximumFractionDigits: 2, signDisplay: 'exceptZero' });
  const percent = new Intl.NumberFormat(tag, { style: 'percent' });
  const unit = { style: 'unit', unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  const megabytes = new Intl.NumberFormat(tag, { ...unit, unit: 'megabyte', maximumFractionDigits: 0 });
  const gigabytes = new Intl.NumberFormat(tag, { ...unit, unit: 'gigabyte' });
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' });
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const moment = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone });
  const shownMoment = (text: string, format: Intl.DateTimeFormat) => {
    const ms = momentOf(text, timeZone);
    return ms === null ? text : format.format(ms);
  };
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const list = new Intl.ListFormat(tag, { type: 'conjunction' });

  return {
    locale: tag,
    number: (value: number) => number.format(value),
    /** Money without its currency, which the server does not give: two decimals or none. */
    amount: (value: number) => amount.format(value),
    /** A gain or loss, with its sign. */
    signed: (value: number) => signed.format(value),
    /** The server's `YYYY-MM-DD HH:MM:SS` (no zone: the store's time) as a date. Other text is returned unchanged. */
    serverDate: (text: string) =>
      hasOffset(text) ? shownMoment(text, day) : withServerMs(text, (ms) => date.format(ms)),
    serverDateTime: (text: string) =>
      unbroken(hasOffset(text) ? shownMoment(text, moment) : withServerMs(text, (ms) => dateTime.format(ms))),
    /** The moment that such a text means in the store; null if it is not a time. */
    serverMs: (text: string) => momentOf(text, timeZone),
    /** A moment of this computer's clock, in the store's time zone. */
    moment: (atMs: number) => unbroken(moment.format(atMs)),
    /** How long ago: "2 minutes ago", "yesterday". */
    age: (atMs: number, nowMs: number) => {
      const pastMs = Math.max(0, nowMs - atMs);
      if (pastMs < minuteMs) return relative.format(0, 'second');
      if (pastMs < hourMs) return relative.format(-Math.floor(pastMs / minuteMs), 'minute');
      if (pastMs < dayMs) return relative.format(-Math.floor(pastMs / hourMs), 'hour');
      if (pastMs < 60 * dayMs) return relative.format(-Math.floor(pastMs / dayMs), 'day');
      if (pastMs < 730 * dayMs) return relative.format(-Math.floor(pastMs / (30 * dayMs)), 'month');
      return relative.format(-Math.floor(pastMs / (365 * dayMs)), 'year');
    },
    /** A share of a whole, from 0 to 1. */
    percent: (part: number) => percent.format(part),
    /** Disk space, in the largest fitting unit. */
    bytes: (bytes: number) => (bytes < gigabyte ? megabytes.format(bytes / 1e6) : gigabytes.format(bytes / gigabyte)),
    /** Words as a list in a sentence. Ids are joined by commas. */
    list: (items: readonly string[]) => list.format(items),
  };
}

/** A time and its "pm" stay on one line. */
function unbroken(text: string): string {
  return text.replace(/(?<=\d:\d\d).*$/, (after) => after.replaceAll(/[ \u202f]/g, '\u00a0'));
}

function regional(locale: string, countryCode: string): string {
  try {
    const parsed = new Intl.Locale(locale);
    const region = parsed.region ?? countryCode;
    // The digits and calendar of receipts and of head office, in every language.
    return new Intl.Locale(locale, { region, numberingSystem: 'latn', calendar: 'gregory' }).toString();
  } catch {
    return 'en';
  }
}

/** A time without a zone is shown as sent, as if the store were on UTC. */
function shownMs(text: string): number | null {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text)
    ? Date.parse(`${text.trim().replace(' ', 'T')}${timed(text)}Z`)
    : Number.NaN;
  // Otherwise an impossible day would become one of the next month.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(8, 10) !== text.slice(8, 10) ? null : ms;
}

function timed(text: string): string {
  return text.trim().length <= 10 ? 'T00:00:00' : '';
}

function withServerMs(text: string, format: (ms: number) => string): string {
  const ms = shownMs(text);
  return ms === null ? text : format(ms);
}
