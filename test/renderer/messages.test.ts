/** The texts of the screen in every language: none missing, none left over, none forgotten in the code. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'svelte/compiler';
import { localeOf, locales, m } from '../../renderer/i18n/messages.ts';
import { formsOf, read } from './message-files.ts';

const renderer = path.resolve(import.meta.dirname, '../../renderer');
const placeholdersOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').toSorted();

const english = read('en');
const names = Object.keys(english);
const sources = globSync('**/*.{svelte,ts}', { cwd: renderer, exclude: ['i18n/compiled/**'] }).map((name) => ({
  name,
  text: readFileSync(path.join(renderer, name), 'utf8'),
}));

/** Words that are the same in a language as in English, or that are no words. */
const sameWord =
  /^[^\p{L}]*$|^(HTTP|Tab|Esc|Enter|Ctrl\+S|Email|Code|Name|Offline|Configuration|Contact|Clients|Points|Program|Message|Messages|Source|Type|Manager|Mobile|SMS|SMS promotional)$/u;

describe('the texts of the screen', () => {
  for (const locale of locales.filter((one) => one !== 'en')) {
    it(`are all there in ${locale}, with the same placeholders, and translated`, () => {
      const texts = read(locale);
      assert.deepEqual(Object.keys(texts).toSorted(), names.toSorted());
      const untranslated: string[] = [];
      for (const name of names) {
        const mine = texts[name] ?? '';
        const theirs = english[name] ?? '';
        assert.equal(typeof mine, typeof theirs, `${locale} ${name}: a plural in one of the two only`);
        const wanted = placeholdersOf(formsOf(theirs).at(-1) ?? '');
        for (const form of formsOf(mine)) {
          // A form for one or two may say the number as a word; the form for all other counts may not.
          const mayLeaveOut = formsOf(mine).at(-1) === form ? [] : ['count', 'shown'];
          const given = placeholdersOf(form);
          const needed = wanted.filter(
            (placeholder) => given.includes(placeholder) || !mayLeaveOut.includes(placeholder),
          );
          assert.deepEqual(given, needed, `${locale} ${name}: ${form}`);
        }
        if (typeof mine === 'string' && mine === theirs && !sameWord.test(mine.replaceAll(/\{\w+\}/g, '').trim())) {
          untranslated.push(name);
        }
      }
      assert.deepEqual(untranslated, []);
    });

    it(`have every form of a count that ${locale} knows`, () => {
      const known = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
      for (const [name, text] of Object.entries(read(locale))) {
        if (typeof text === 'string') continue;
        const cases = text.flatMap(({ match }) => Object.keys(match).map((key) => key.replace('plural=', '')));
        const covered = cases.includes('*') || known.every((category) => cases.includes(category));
        assert.ok(covered, `${locale} ${name}: ${cases.join(', ')}`);
        assert.ok(cases.length > 1 || known.length === 1, `${locale} ${name}: one form for all counts`);
      }
    });
  }

  it('are all used', () => {
    const code = sources.map(({ text }) => text).join('\n');
    const unused = names.filter((name) => !new RegExp(`\\bm\\.${name}\\b`).test(code));
    assert.deepEqual(unused, []);
  });

  it('are never written into the page itself', () => {
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

  it('follow the language of a tag, English where it is not spoken here', () => {
    assert.equal(localeOf('fr-CA'), 'fr');
    assert.equal(localeOf('zh'), 'zh-CN');
    assert.equal(localeOf('pt-BR'), 'en');
    assert.equal(m.search_count({ count: 2 }), '2 customers found');
  });
});
