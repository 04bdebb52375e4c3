const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** An age for people: the largest unit only. */
export function ageInWords(ageMs: number): string {
  const told = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (ageMs < 2 * minuteMs) return 'a moment';
  if (ageMs < hourMs) return told(Math.floor(ageMs / minuteMs), 'minute');
  if (ageMs < dayMs) return told(Math.floor(ageMs / hourMs), 'hour');
  return told(Math.floor(ageMs / dayMs), 'day');
}
