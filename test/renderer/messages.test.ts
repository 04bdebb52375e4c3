/** The texts of the screen in every language: none missing, none left over, none hard-coded. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'svelte/compiler';
import { localeOf, locales, m } from '../../renderer/i18n/messages.ts';
import { firstTexts, splitTexts } from '../../renderer/i18n/split-texts.ts';
import { byCategory, formsOf, read, readAll } from './message-files.ts';

const renderer = path.resolve(import.meta.dirname, '../../renderer');
const placeholdersOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').toSorted();

const english = readAll('en');
const names = Object.keys(english);
const sources = globSync('**/*.{svelte,ts}', { cwd: renderer, exclude: ['i18n/compiled/**'] }).map((name) => ({
  name,
  text: readFileSync(path.join(renderer, name), 'utf8'),
}));

/** What is written the same in every language. */
const noWords = /^[^\p{L}]*$|^(?:HTTP|Tab|Esc|Enter|Ctrl\+S|SMS|PIN)$/u;
/** Words that a language shares with English. */
const sameWords: { readonly [locale: string]: readonly string[] } = {
  de: ['Code', 'Name', 'Offline', 'Passphrase', 'Version'],
  id: ['Email', 'Program'],
  es: ['no'],
  fr: ['Clients', 'Code', 'Configuration', 'Contact', 'Coupon', 'Coupons', 'Message', 'Mobile', 'Points', 'Version'],
};
/** What no text may contain: straight quotes, and a space that lets a punctuation mark wrap to the next line. */
const untypographic: { readonly [locale: string]: RegExp } = {
  fr: /['"]|\.\.\.|[ \u00a0](?=[;!?])|[ \u202f](?=[:»%])|« |\p{L}[:;!?»]/u,
  'zh-CN': /['"]|\.\.\.|\p{Script=Han}[,.;:!?]/u,
};

/** Categories for a single number, whose form may write it as a word. */
function singular(locale: string): ReadonlySet<string> {
  const rules = new Intl.PluralRules(locale);
  const hits = Map.groupBy(
    Array.from({ length: 200 }, (_, n) => n),
    (n) => rules.select(n),
  );
  return new Set([...hits].filter(([, numbers]) => numbers.length === 1).map(([category]) => category));
}

describe('the texts of the screen', () => {
  for (const locale of locales) {
    const texts = readAll(locale);

    it(`are all there in ${locale}, with the same placeholders`, () => {
      assert.deepEqual(Object.keys(texts).toSorted(), names.toSorted());
      const inWords = singular(locale);
      for (const name of names) {
        const theirs = english[name] ?? '';
        const wanted = placeholdersOf(formsOf(theirs).at(-1) ?? '');
        assert.equal(typeof texts[name], typeof theirs, `${locale} ${name}: a plural in one of the two only`);
        for (const [category, form] of byCategory(texts[name] ?? '')) {
          const given = placeholdersOf(form);
          const mayLackCount = inWords.has(category);
          const needed = wanted.filter(
            (one) => given.includes(one) || !(mayLackCount && /^(?:count|shown)$/.test(one)),
          );
          assert.deepEqual(given, needed, `${locale} ${name}: ${form}`);
        }
      }
    });

    it(`cover every plural category of ${locale}`, () => {
      const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted();
      for (const [name, text] of Object.entries(texts)) {
        if (typeof text !== 'string')
          assert.deepEqual([...byCategory(text).keys()].toSorted(), wanted, `${locale} ${name}`);
      }
    });

    it(`use the punctuation of ${locale}`, () => {
      const wrong = untypographic[locale] ?? /['"]|\.\.\./;
      const faults = Object.entries(texts).flatMap(([name, text]) =>
        formsOf(text).flatMap((form) => (wrong.test(form) ? [`${name}: ${form}`] : [])),
      );
      assert.deepEqual(faults, []);
    });

    if (locale === 'en') continue;
    it(`are ${locale} throughout`, () => {
      const left = names.filter((name) => {
        const text = texts[name];
        const words = typeof text === 'string' ? text.replaceAll(/\{\w+\}/g, '').trim() : '';
        return text === english[name] && !noWords.test(words) && !sameWords[locale]?.includes(words);
      });
      assert.deepEqual(left, []);
    });
  }

  it('are all used', () => {
    const code = sources.map(({ text }) => text).join('\n');
    const unused = Object.keys(read('en')).filter((name) => !new RegExp(`\\bm\\.${name}\\b`).test(code));
    assert.deepEqual(unused, []);
  });

  it('are never hard-coded in the page', () => {
    const found: string[] = [];
    const spoken = new Set(['aria-label', 'title', 'placeholder', 'alt']);
    const isWords = (text: string) => /\p{L}{2}/u.test(text) && text.trim() !== 'Tillside';
    const look = (node: unknown, name: string): void => {
      if (Array.isArray(node)) for (const one of node) look(one, name);
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
      const { type, data, name: attribute, value } = { type: '', data: '', name: '', value: null, ...node };
      if (type === 'Attribute') {
        if (!spoken.has(String(attribute))) return;
      } else if (type === 'Text' && isWords(String(data))) {
        found.push(`${name}: ${String(data).trim()}`);
      }
      for (const [key, child] of Object.entries(node)) if (key !== 'value' || value !== null) look(child, name);
    };
    for (const { name, text } of sources.filter((source) => source.name.endsWith('.svelte'))) {
      look(parse(text, { modern: true }).fragment, name);
    }
    assert.deepEqual(found, []);
  });

  it('follow the language of a tag, or English if that language is missing', () => {
    assert.equal(localeOf('fr-CA'), 'fr');
    assert.equal(localeOf('zh'), 'zh-CN');
    assert.equal(localeOf('pt-BR'), 'en');
    assert.equal(m.search_count({ count: 2 }), '2 customers found');
  });
});

describe('the texts that a till loads before it can be used', () => {
  const first = firstTexts(path.join(renderer, 'main.ts'));

  it('are those of the files that the first screen imports statically, and no others', () => {
    for (const name of ['search_label', 'app_bug', 'broken_title', 'staff_sign_in', 'sync_all_sent']) {
      assert.equal(first.has(name), true, name);
    }
    for (const name of ['care_back_up', 'updates_discard', 'loyalty_points', 'trouble_title']) {
      assert.equal(first.has(name), false, name);
    }
    assert.ok([...first].filter((name) => names.includes(name)).length < names.length / 2);
  });

  it('leave every other text to the later part, each in one of the two', () => {
    // The shell's dialogs are not part of the screen.
    const own = names.filter((name) => /^\w+$/.test(name));
    const code = own.map((name) => `export const ${name} = () => {\n\treturn \`\`\n};`).join('\n\n');
    const plugin = splitTexts(path.join(renderer, 'main.ts'));
    const { buildStart, transform } = plugin;
    assert.ok(typeof buildStart === 'function' && typeof transform === 'function');
    Reflect.apply(buildStart, undefined, []);
    const half = (id: string): string => Reflect.apply(transform, undefined, [code, id]).code;
    const namesIn = (text: string) => [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name ?? '');
    const [now, later] = ['', '?later'].map((part) => namesIn(half(`/compiled/messages/en.js${part}`)));
    assert.deepEqual([...(now ?? []), ...(later ?? [])].toSorted(), own.toSorted());
    assert.deepEqual(
      now?.filter((name) => !first.has(name)),
      [],
    );
  });
});
