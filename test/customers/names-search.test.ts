import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { searchCustomers } from '../../electron/customers/search.ts';
import { searchKey } from '../../electron/customers/search-text.ts';
import { openTestCache, type TestCache } from './cache.ts';

let cache: TestCache;
beforeEach(() => {
  cache = openTestCache();
});
afterEach(() => cache.close());

const hits = (query: string) => searchCustomers(cache.db, query, 50, 'IN').hits;
const found = (query: string) => hits(query).map(({ customerId }) => customerId);
function marked(query: string): string[] {
  const [hit] = hits(query);
  return (hit?.matches ?? []).map((match) => (hit?.[match.in] ?? '').slice(match.from, match.to));
}

/** Spellings of the same name: each finds the other. */
const same: readonly (readonly [string, string])[] = [
  ['علي', 'علی'],
  ['كريم', 'کریم'],
  ['فاطمة', 'فاطمه'],
  ['عائشہ', 'عائشه'],
  ['عبدالرحمن', 'عبد الرحمن'],
  ['علی\u200cرضا', 'علیرضا'],
  ['علی\u200cرضا', 'علی رضا'],
  ['ශ්\u200dරීමා', 'ශ්රීමා'],
  ['ಮಾರ್\u200cಕ್', 'ಮಾರ್ಕ್'],
  ['രാജന്\u200d', 'രാജൻ'],
  ['ज़ैन', 'जैन'],
  ['जैन', 'ज़ैन'],
  ['फ़ातिमा', 'फातिमा'],
  ['ਨਵਾਜ਼', 'ਨਵਾਜ'],
  ['Vanderberg', 'van der berg'],
  ['Mc Donald', 'mcdonald'],
  ['McDonald', 'mc donald'],
  ['Anne-Marie', 'annemarie'],
  ['Anne‑Marie', 'anne marie'],
  ['Jean Luc Marie', 'jeanlucmarie'],
  ["O'Brien", 'O’Brien'],
  ['O‘Brien', 'obrien'],
  ['Oʻktam', "o'ktam"],
  ['Müller', 'mueller'],
  ['Mueller', 'müller'],
  ['Åse', 'aase'],
  ['Aase', 'åse'],
  ['Søren', 'soeren'],
  ['Soeren', 'søren'],
  ['Jæger', 'jaeger'],
  ['Jäger', 'jaeger'],
  ['Weiß', 'weiss'],
  ['Weiss', 'weiß'],
  ['Łukasz', 'lukasz'],
  ['Əli', 'eli'],
  ['Қанат', 'канат'],
  ['ゆき', 'ユキ'],
  ['ユキ', 'ゆき'],
  ['髙橋', '高橋'],
  ['渡邊', '渡辺'],
  ['張偉', '张伟'],
  ['J. R.', 'jr'],
  ['JR', 'j r'],
  ['Robert (Bob)', 'bob'],
];

describe('spellings of the same name', () => {
  for (const [kept, typed] of same) {
    it(`${kept} is found by ${typed}`, () => {
      const id = cache.add({ firstName: kept, lastName: 'Quist' });
      cache.add({ firstName: 'Zoltan', lastName: 'Quist' });
      assert.deepEqual(found(typed), [id]);
      assert.deepEqual(found(`${typed} quist`), [id], 'with the last name');
      assert.deepEqual(found(`quist ${typed}`), [id], 'with the last name before it');
      const last = cache.add({ firstName: 'Petra', lastName: kept });
      assert.ok(found(typed).includes(last), 'as a last name');
    });
  }

  it('a spelling is found even if somebody else has exactly the typed name', () => {
    const mueller = cache.add({ firstName: 'Max', lastName: 'Mueller' });
    const muller = cache.add({ firstName: 'Eva', lastName: 'Müller' });
    const spaced = cache.add({ firstName: 'Ann', lastName: 'Mc Donald' });
    const whole = cache.add({ firstName: 'Tom', lastName: 'McDonald' });
    for (const query of ['mueller', 'müller']) assert.deepEqual(found(query).sort(), [mueller, muller], query);
    for (const query of ['mc donald', 'mcdonald']) assert.deepEqual(found(query).sort(), [spaced, whole], query);
    assert.deepEqual(marked('mueller eva'), ['Eva', 'Müller']);
    assert.deepEqual(marked('tom mc donald'), ['Tom', 'McDonald']);
  });

  it('first and last name find somebody with a middle name', () => {
    const id = cache.add({ firstName: 'John Michael', lastName: 'Smith' });
    const ana = cache.add({ firstName: 'Ana María', lastName: 'García López' });
    for (const query of ['john smith', 'smith john', 'john smi', 'j smith', 'j smi']) {
      assert.deepEqual(found(query), [id], query);
    }
    for (const query of ['ana garcia', 'garcia ana', 'a garcia']) assert.deepEqual(found(query), [ana], query);
    const bob = cache.add({ firstName: 'Robert (Bob)', lastName: 'Stone' });
    for (const query of ['robert stone', 'bob stone', 'stone bob', 'robert bob stone']) {
      assert.deepEqual(found(query), [bob], query);
    }
  });

  it('a name written as one word is highlighted as it is written', () => {
    cache.add({ firstName: 'Anne-Marie', lastName: 'Berg' });
    assert.deepEqual(marked('annemarie'), ['Anne-Marie']);
    assert.deepEqual(marked('annem'), ['Anne-M']);
  });

  it('F55: invisible characters anywhere in a name or a query do not change its key', () => {
    const unseen = fc.constantFrom(
      '\u200b',
      '\u200c',
      '\u200d',
      '\u2060',
      '\u202e',
      '\ufeff',
      '\u00ad',
      '\ufe0f',
      '\u{e0100}',
    );
    const name = fc.constantFrom('Anne-Marie', 'علیرضا', 'Müller', '王秀英', 'ശ്രീജ', 'D’Arc');
    fc.assert(
      fc.property(name, fc.array(fc.tuple(fc.nat(12), unseen), { minLength: 1, maxLength: 5 }), (text, signs) => {
        const letters = [...text, ''];
        for (const [at, sign] of signs) {
          const place = at % letters.length;
          letters[place] = `${sign}${letters[place]}`;
        }
        assert.equal(searchKey(letters.join('')), searchKey(text));
      }),
    );
  });
});
