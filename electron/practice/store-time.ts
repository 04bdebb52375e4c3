/** The store's local time as the server writes it: `YYYY-MM-DD HH:MM:SS` without a zone. */

export type StoreTime = {
  readonly local: (wallMs: number) => string;
  /** ISO 8601 with offset, as in `store/login`. */
  readonly withOffset: (wallMs: number) => string;
};

export function storeTime(timeZone: string): StoreTime {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
  const read = (wallMs: number) => {
    const found = Object.fromEntries(parts.formatToParts(wallMs).map(({ type, value }) => [type, value]));
    return {
      date: `${found.year}-${found.month}-${found.day}`,
      time: `${found.hour}:${found.minute}:${found.second}`,
      offset: found.timeZoneName === 'GMT' ? '+00:00' : (found.timeZoneName ?? '').replace('GMT', ''),
    };
  };
  return {
    local: (wallMs) => {
      const { date, time } = read(wallMs);
      return `${date} ${time}`;
    },
    withOffset: (wallMs) => {
      const { date, time, offset } = read(wallMs);
      return `${date}T${time}${offset}`;
    },
  };
}

/** @returns true for `YYYY-MM-DD HH:MM:SS` on a real date */
export function isStoreMoment(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return false;
  const moment = new Date(`${text.replace(' ', 'T')}Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text.replace(' ', 'T'));
}
