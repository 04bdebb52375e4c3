/**
 * Reads the server's times: `YYYY-MM-DD HH:MM:SS` without a zone is the store's local time, never UTC; ISO 8601 with an
 * offset is exact (trap 12).
 */

const shape = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Whether a time has an offset. */
export function hasOffset(text: string): boolean {
  return shape.exec(text.trim())?.[3] !== undefined;
}

/**
 * The moment of a server time in milliseconds. A date alone means the end of that day, because something valid until a
 * day is still valid on it. Null if there is no such time.
 */
export function momentOf(text: string, timeZone: string): number | null {
  const [, date = '', time = '23:59:59', offset] = shape.exec(text.trim()) ?? [];
  const asUtcMs = Date.parse(`${date}T${time}Z`);
  // An invalid day, such as 31 June, would silently become a day of the next month.
  if (Number.isNaN(asUtcMs) || !new Date(asUtcMs).toISOString().startsWith(date)) return null;
  if (offset !== undefined) {
    const withColon = offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
    const ms = Date.parse(`${date}T${time}${withColon.toUpperCase()}`);
    return Number.isNaN(ms) ? null : ms;
  }
  // Repeat with the offset at the result: the first guess may be on the other side of a clock change.
  const nearMs = asUtcMs - offsetMs(asUtcMs, timeZone);
  return asUtcMs - offsetMs(nearMs, timeZone);
}

/** A time with an offset as the store's clock shows it, in the API's form; any other text stays as it is. */
export function inStoreTime(text: string, timeZone: string): string {
  const ms = hasOffset(text) ? momentOf(text, timeZone) : null;
  return ms === null ? text : storeTimeAt(ms, timeZone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment as `YYYY-MM-DD HH:MM:SS` in the store's zone, which is the Swedish format. */
export function storeTimeAt(momentMs: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, format);
  return format.format(momentMs);
}

/** Whether a time has passed in the store; false if it is not a time. */
export function isOver(text: string, nowMs: number, timeZone: string): boolean {
  const ms = momentOf(text, timeZone);
  return ms !== null && ms < nowMs;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** How far the zone is ahead of UTC at a moment. */
function offsetMs(momentMs: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  clocks.set(timeZone, clock);
  const parts = new Map(clock.formatToParts(momentMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(momentMs / 1000) * 1000;
}
