import { type Locale, loadMessages, localeOf, locales, showMessages } from './messages.ts';

const storageKey = 'tillside.language';

export type Language = {
  readonly locale: Locale;
  /** Shows the language at once and remembers the choice on this computer. */
  readonly choose: (locale: Locale) => Promise<void>;
};

/**
 * The language chosen on this computer, or else the store's; written to `<html lang dir>`.
 * @param storeLocale called only if nobody chose one
 * @param shown called with each language that is shown
 */
export async function startLanguage(
  storeLocale: () => Promise<string>,
  shown: (locale: Locale) => void,
): Promise<Language> {
  const kept = localStorage.getItem(storageKey);
  const chosen = locales.find((locale) => locale === kept);
  // If there is no answer, the screen reports that itself, and needs a language to do so.
  const first = chosen ?? localeOf(await storeLocale().catch(() => 'en'));
  let locale = $state<Locale>(first);
  const show = async (next: Locale) => {
    const direction = next === 'ar' ? 'rtl' : 'ltr';
    showMessages(await loadMessages(next), direction);
    locale = next;
    document.documentElement.lang = next;
    document.documentElement.dir = direction;
    shown(next);
  };
  await show(first);
  return {
    get locale() {
      return locale;
    },
    async choose(next) {
      await show(next);
      localStorage.setItem(storageKey, next);
    },
  };
}
