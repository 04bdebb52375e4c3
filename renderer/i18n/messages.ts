/**
 * The texts of the screen in the current language. The compiler checks `m.search_label()` and the others. The language
 * may change at run time, and only the current one is in memory.
 */
import * as english from './compiled/messages/en.js';

export type Messages = typeof english;
type Say<Text> = Text extends (inputs: infer Inputs) => string
  ? Record<never, never> extends Inputs
    ? () => string
    : (inputs: Inputs) => string
  : never;
type Texts = { readonly [Name in keyof Messages]: Say<Messages[Name]> };

const names = ['en', 'es', 'fr', 'de', 'hi', 'ar', 'zh-CN', 'id'] as const;
export type Locale = (typeof names)[number];
export const locales: readonly Locale[] = names;

const load: Record<Locale, () => Promise<Messages>> = {
  en: async () => english,
  es: () => import('./compiled/messages/es.js'),
  fr: () => import('./compiled/messages/fr.js'),
  de: () => import('./compiled/messages/de.js'),
  hi: () => import('./compiled/messages/hi.js'),
  ar: () => import('./compiled/messages/ar.js'),
  'zh-CN': () => import('./compiled/messages/zh-CN.js'),
  id: () => import('./compiled/messages/id.js'),
};

let shown: Messages = english;
let isRightToLeft = false;
let later: object = {};
let fetching: Promise<void> | null = null;

/**
 * Loads the English texts that the first screen cannot show. Whoever loads a later page waits for them, too; other
 * languages come whole.
 */
export function fetchLaterTexts(): Promise<void> {
  fetching ??= import('./compiled/messages/en.js?later')
    .then((texts) => {
      later = texts;
    })
    .catch((error: unknown) => {
      fetching = null;
      throw error;
    });
  return fetching;
}

export function showMessages(messages: Messages, direction: 'ltr' | 'rtl' = 'ltr'): void {
  shown = messages;
  isRightToLeft = direction === 'rtl';
}

/**
 * A right-to-left sentence turns the groups of a phone number around, and the parts of a path: each inserted text gets an
 * isolate (U+2068 to U+2069), in which it keeps its own order.
 */
function isolated(inputs: unknown): unknown {
  if (!isRightToLeft || typeof inputs !== 'object' || inputs === null) return inputs;
  const entries = Object.entries(inputs);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? `\u2068${value}\u2069` : value]),
  );
}

export async function loadMessages(locale: Locale): Promise<Messages> {
  return await load[locale]();
}

/** The locale for a tag such as `fr-CA`; English if there is none. */
export function localeOf(tag: string): Locale {
  const language = tag.split('-')[0]?.toLowerCase();
  return locales.find((locale) => locale.split('-')[0] === language) ?? 'en';
}

const byName = new Map<string | symbol, (...inputs: readonly unknown[]) => string>();

/** One function for each text for the whole run, so that tables can hold it; its words follow the language. */
export const m: Texts = new Proxy(Object.create(null), {
  get(_, name) {
    const known = byName.get(name);
    if (known !== undefined) return known;
    const say = (...inputs: readonly unknown[]): string =>
      Reflect.apply(Reflect.get(shown, name) ?? Reflect.get(later, name), undefined, inputs.map(isolated));
    byName.set(name, say);
    return say;
  },
});
