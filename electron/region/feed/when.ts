/** When a till checks its feed: at a random moment in a window of the store's day, so that tills are spread out. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMinutes = 24 * 60;

export type FeedTimes = { readonly everyHours: number; readonly at: string | null };

/** After this many intervals, a till checks at any time: one that is closed at night would always miss the window. */
const lateBy = 1.5;

/**
 * The wait until the next check.
 * @param lastMs time of the last answer; null: never
 * @param fraction random, from 0 to 1
 */
export function waitForFeed(
  { everyHours, at }: FeedTimes,
  lastMs: number | null,
  nowMs: number,
  timeZone: string,
  fraction: number,
): number {
  const dueMs = lastMs === null ? nowMs : Math.min(lastMs, nowMs) + everyHours * hourMs;
  const soonMs = fraction * 2 * minuteMs;
  if (at === null) return Math.max(0, dueMs - nowMs) + soonMs;
  const lateMs = lastMs === null ? nowMs : Math.min(lastMs, nowMs) + everyHours * lateBy * hourMs;
  const untilLateMs = Math.max(0, lateMs - nowMs) + soonMs;
  const { fromMinute, minutes } = windowOf(at);
  // A window that starts a little early still counts as that day's.
  const earliestMs = Math.max(nowMs, dueMs - (minutes / 2) * minuteMs);
  const minute = minuteOfDay(earliestMs, timeZone);
  const into = (minute - fromMinute + dayMinutes) % dayMinutes;
  const inWindow = into < minutes;
  const beginsInMs = inWindow ? 0 : (dayMinutes - into) * minuteMs;
  const restMs = (inWindow ? minutes - into : minutes) * minuteMs;
  return Math.min(earliestMs - nowMs + beginsInMs + fraction * restMs, untilLateMs);
}

function windowOf(at: string): { readonly fromMinute: number; readonly minutes: number } {
  const [from = 0, to = 0] = at.split('-').map((time) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return hour * 60 + minute;
  });
  return { fromMinute: from, minutes: (to - from + dayMinutes) % dayMinutes || dayMinutes };
}

function minuteOfDay(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(atMs);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return part('hour') * 60 + part('minute');
}
