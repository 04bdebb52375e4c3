import { type Locale, loadMessages, localeOf, locales, showMessages } from './messages.ts';

const storageKey = 'tillside.language';

export type Language = {
  readonly locale: Locale;
  /** Shows the language at once and keeps the choice on this machine. */
  readonly choose: (locale: Locale) => Promise<void>;
};

/**
 * The language that somebody chose on this machine, else the store's; written on `<html lang dir>`.
 * @param storeLocale asked only where nobody chose
 * @param shown hears of each language that is shown
 */
export async function startLanguage(
  storeLocale: () => Promise<string>,
  shown: (locale: Locale) => void,
): Promise<Language> {
  const kept = localStorage.getItem(storageKey);
  const chosen = locales.find((locale) => locale === kept);
  // Without an answer the screen says so itself; it needs a language for that.
  const first = chosen ?? localeOf(await storeLocale().catch(() => 'en'));
  let locale = $state<Locale>(first);
  const show = async (next: Locale) => {
    showMessages(await loadMessages(next));
    locale = next;
    document.documentElement.lang = next;
    document.documentElement.dir = next === 'ar' ? 'rtl' : 'ltr';
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
