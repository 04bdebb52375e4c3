/** Dates as people type them, in the store's order and in any script's digits. Loaded with the first form. */
import { plainSigns } from '../../electron/model/clean-text.ts';

/** Dots, dashes, slashes or blanks, also `2024年3月31日`, and a dot behind the last number (`2024. 03. 31.`). */
const gap = '(?:\\s*[-/.年月]\\s*|\\s+)';
const shape = new RegExp(`^(\\d{1,4})${gap}(\\d{1,2})${gap}(\\d{1,4})\\s*[.日]?(?:[\\sT]\\s*(\\S+))?$`);

/** @param locale with its country, as `Formats` has it */
export function makeTypedDates(locale: string) {
  const parts = new Intl.DateTimeFormat(locale).formatToParts(0);
  const order = parts.flatMap(({ type }) => (type === 'year' || type === 'month' || type === 'day' ? [type] : []));
  const between = parts.map(({ value }) => /[-/.]/.exec(value)?.[0]).find((sign) => sign !== undefined) ?? '/';
  const partNames = new Intl.DisplayNames(locale, { type: 'dateTimeField', style: 'long' });
  return {
    /** `YYYY-MM-DD[ HH:MM:SS]` from what a person may type as a date; other text is returned unchanged. */
    read: (typed: string, withTime: boolean) => read(typed, withTime, order),
    /** The reverse: the date as people here type it. */
    write: (text: string) => write(text, order, between),
    /** The order of a date in words: "day/month/year". */
    order: order.map((part) => partNames.of(part) ?? part).join(between),
  };
}

function write(text: string, order: readonly string[], between: string): string {
  const [, year = '', month = '', day = '', time = ''] =
    /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d))?$/.exec(text) ?? [];
  if (year === '') return text;
  const named: { readonly [part: string]: string } = { year, month, day };
  const date = order.map((part) => named[part] ?? '').join(between);
  return time === '' ? date : `${date} ${time.replace(/:00$/, '')}`;
}

function read(typed: string, withTime: boolean, order: readonly string[]): string {
  const [, first = '', second = '', third = '', time] = shape.exec(plainSigns(typed)) ?? [];
  const named = first.length === 4 ? ['year', 'month', 'day'] : order;
  const part = (name: string) => [first, second, third][named.indexOf(name)] ?? '';
  if (part('year').length !== 4 || part('day').length > 2) return typed;
  const date = `${part('year')}-${part('month').padStart(2, '0')}-${part('day').padStart(2, '0')}`;
  if (!withTime) return time === undefined ? date : typed;
  const clock = /^(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?$/.exec(time ?? '0:00');
  if (clock === null) return typed;
  const [hour = '', minute = '', seconds = '00'] = clock.slice(1);
  return `${date} ${hour.padStart(2, '0')}:${minute}:${seconds}`;
}
