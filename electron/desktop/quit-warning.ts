/** The warning when staff close Tillside while changes are unsent (F30). */
import type { SyncStatus } from '../model/sync-status.ts';
import { dialogWords } from './dialog-words.ts';

export type QuitWarning = {
  readonly message: string;
  readonly detail: string;
  /** Close, stay. */
  readonly buttons: [string, string];
};

const minuteMs = 60_000;
const units = [
  ['day', 24 * 60 * minuteMs],
  ['hour', 60 * minuteMs],
  ['minute', minuteMs],
] as const;

/** How long ago, in the largest unit; "now" within the first minute. */
function ago(pastMs: number, language: string): string {
  const relative = new Intl.RelativeTimeFormat(new Intl.Locale(language, { numberingSystem: 'latn' }), {
    numeric: 'auto',
  });
  const [unit, unitMs] = units.find(([, ms]) => pastMs >= ms) ?? (['second', Number.POSITIVE_INFINITY] as const);
  return relative.format(-Math.floor(Math.max(0, pastMs) / unitMs), unit);
}

/**
 * @param language the language tag of the screen
 * @returns null if there is nothing to warn about
 */
export function quitWarning(
  { unsent: count, oldestSavedAtMs }: Pick<SyncStatus, 'unsent' | 'oldestSavedAtMs'>,
  nowMs: number,
  language: string,
): QuitWarning | null {
  if (count === 0) return null;
  const { unsent, oldest, safe, close, stay } = dialogWords(language);
  const text = unsent[new Intl.PluralRules(language).select(count)] ?? unsent.other;
  const age = oldestSavedAtMs === null ? [] : [oldest.replace('{age}', ago(nowMs - oldestSavedAtMs, language))];
  return {
    message: text.replace('{count}', String(count)),
    detail: [...age, safe].join(' '),
    buttons: [close, stay],
  };
}
