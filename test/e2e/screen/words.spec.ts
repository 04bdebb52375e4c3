import { org, people, staff } from '../../helpers/scenes/people.ts';
import { scenes } from '../../helpers/scenes/scenes.ts';
import { states } from '../../helpers/scenes/states.ts';
import { textsOn, turnedAround, type WrittenText } from '../../helpers/scenes/texts.ts';
import { expect, test } from './scenes.ts';

/** Words from the customers' and the organisation's own data, which are not translated. */
const data = [...new Set(strings([people, org, staff, scenes]))]
  .filter((text) => /\p{L}/u.test(text))
  .toSorted((a, b) => b.length - a.length);
/** Dates, ages and lists come from the platform, in the store's language. */
const platform =
  /\d{1,2}\s\p{L}{3,4}\s\d{4}(, \d{1,2}:\d{2}\s[ap]m)?|day\/month\/year|\d+ (second|minute|hour|day|month|year)s? ago|\b(now|yesterday|and)\b/gu;
/** Names of programs and languages, and the till's own. */
const names = /Tillside|Meridian Stores|store12\.till3/gu;

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  // A field that the organisation does not define is shown by its key.
  const own = Object.keys(value).flatMap((key) => /^(?:custom|extended)\.(.+)/.exec(key)?.[1] ?? []);
  return [...own, ...Object.values(value).flatMap(strings)];
}

const hasWord = (text: string) => /\p{L}{2}/u.test(text);

function isForgotten(text: string): boolean {
  let rest = text;
  // From the inside out: a message may contain another.
  while (/⟦[^⟦⟧]*⟧/u.test(rest)) rest = rest.replaceAll(/⟦[^⟦⟧]*⟧/gu, '');
  rest = rest.replaceAll(names, '').replaceAll(platform, '');
  // Most texts are nothing but messages, and the data is long.
  if (!hasWord(rest)) return false;
  for (const one of data) rest = rest.replaceAll(one, '').replaceAll(one.toLowerCase(), '');
  return hasWord(rest);
}

/** Cut off on purpose: a list row has its whole text in its details, an old value in its history. */
const shortened = /div\.changes|bdi\.change|p\.next|span#field-\w+-was/;

/** @param isOurs the texts that must fit: of data, only what is shortened on purpose may be longer */
function cutOff(texts: readonly WrittenText[], isOurs: (text: WrittenText) => boolean): string[] {
  return texts.flatMap((written) => {
    const { text, where, cutBy } = written;
    return cutBy === null || shortened.test(cutBy) || !isOurs(written) ? [] : [`${where} by ${cutBy}: ${text}`];
  });
}

const isMessage = ({ text }: WrittenText) => text.includes('⟦');

for (const state of states) {
  test(`${state.name}: every word comes from a message, and long words are not cut off, even at 200 %`, async ({
    layouts,
  }) => {
    const { page } = layouts;
    await layouts.show(state, 'pseudo');
    const texts = await textsOn(page);
    const forgotten = texts.filter(({ text, isData }) => !isData && isForgotten(text));
    expect.soft(forgotten.map(({ text, where }) => `${where}: ${text}`)).toEqual([]);
    expect.soft(cutOff(texts, isMessage), 'at 1024 x 768').toEqual([]);
    // What 200 % leaves of 1366 x 768.
    await page.setViewportSize({ width: 683, height: 384 });
    expect.soft(cutOff(await textsOn(page), isMessage), 'at 200 %').toEqual([]);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), 'at 200 %').toBeLessThanOrEqual(683);
  });
}

/** German for its long words, French for its long sentences, Hindi for its tall letters, Arabic for its direction. */
const languages = ['de', 'fr', 'hi', 'ar'];

for (const state of states) {
  test(`${state.name}: no text is cut off, turned around or wider than the window in German, French, Hindi and Arabic`, async ({
    layouts,
  }) => {
    const { page } = layouts;
    for (const language of languages) {
      await layouts.show(state, language);
      expect
        .soft(
          cutOff(await textsOn(page), ({ isData }) => !isData),
          language,
        )
        .toEqual([]);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), language).toBeLessThanOrEqual(1024);
      expect.soft(await turnedAround(page), language).toEqual([]);
    }
  });
}
