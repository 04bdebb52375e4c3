const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** An age in words, in its largest unit only. */
export function ageInWords(ageMs: number): string {
  if (ageMs < 2 * minuteMs) return 'a moment';
  if (ageMs < hourMs) return counted(Math.floor(ageMs / minuteMs), 'minute');
  if (ageMs < dayMs) return counted(Math.floor(ageMs / hourMs), 'hour');
  return counted(Math.floor(ageMs / dayMs), 'day');
}
