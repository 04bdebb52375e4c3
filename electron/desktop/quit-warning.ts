/** The warning when staff close Tillside while changes are unsent (F30). */
import type { SyncStatus } from '../model/sync-status.ts';
import { dialogWords } from './dialog-words.ts';

export type QuitWarning = {
  readonly message: string;
  readonly detail: string;
  /** Close, stay. */
  readonly buttons: [string, string];
};

/**
 * @param language the language tag of the screen
 * @returns null if there is nothing to warn about
 */
export function quitWarning({ unsent: count }: Pick<SyncStatus, 'unsent'>, language: string): QuitWarning | null {
  if (count === 0) return null;
  const { unsent, safe, close, stay } = dialogWords(language);
  const text = unsent[new Intl.PluralRules(language).select(count)] ?? unsent.other;
  return { message: text.replace('{count}', String(count)), detail: safe, buttons: [close, stay] };
}
