import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { searchCustomers } from '../../electron/customers/search.ts';
import { exactKey } from '../../electron/model/identifiers.ts';
import { readingsOf } from '../../electron/model/readings.ts';
import { openTestCache, type TestCache } from './cache.ts';

let cache: TestCache;
beforeEach(() => {
  cache = openTestCache();
});
afterEach(() => cache.close());

const hits = (query: string, country = 'IN') => searchCustomers(cache.db, query, 50, country).hits;
const found = (query: string, country = 'IN') => hits(query, country).map(({ customerId }) => customerId);
/** Who would be opened by a scan. */
const answering = (query: string, country = 'IN') =>
  hits(query, country).flatMap(({ customerId, answersTo }) => (answersTo === null ? [] : [customerId]));

describe('F54: a text is searched in every way it can be read', () => {
  it('F54: if a card and the end of a mobile both match, the card wins', () => {
    const card = cache.add({ firstName: 'A', externalId: '17777' });
    const mobile = cache.add({ firstName: 'B', mobile: '919811117777' });
    assert.deepEqual(answering('17777'), [card]);
    assert.deepEqual(found('17777'), [card, mobile]);
    assert.deepEqual(answering('7777'), []);
  });

  it('F54: if a card and a whole mobile both match, both are found', () => {
    const card = cache.add({ firstName: 'A', externalId: '9811117777' });
    const mobile = cache.add({ firstName: 'B', mobile: '919811117777' });
    assert.deepEqual(answering('9811117777').sort(), [card, mobile]);
    assert.deepEqual(answering('+91 98111 17777'), [mobile], 'nothing but a mobile has a plus sign');
  });

  it('F54: a card is found as printed and as a reader sends it', () => {
    const rita = cache.add({ firstName: 'Rita', externalId: 'RJ-1001' });
    const asha = cache.add({ firstName: 'Asha', externalId: '6035001234567890' });
    const bar = cache.add({ firstName: 'Bo', externalId: '012345678905' });
    for (const text of ['RJ-1001', '*RJ-1001*', ']C1RJ-1001', '\u0002RJ-1001\u0003', 'RJ 1001', 'rj1001', 'RJ–1001,']) {
      assert.deepEqual(answering(text), [rita], text);
    }
    for (const text of ['6035 0012 3456 7890', '6035-0012-3456-7890', ';6035001234567890=99121010000?']) {
      assert.deepEqual(answering(text), [asha], text);
    }
    for (const text of ['12345678905', '012345678905', '0012345678905']) {
      assert.deepEqual(answering(text), [bar], text);
    }
  });

  it('F54: random digits against random people: only exact matches count', () => {
    const digits = fc.stringMatching(/^[0-9]{3,14}$/);
    const people = fc.array(fc.record({ mobile: digits, externalId: digits, userId: digits }), { maxLength: 5 });
    fc.assert(
      fc.property(people, digits, fc.nat(), (known, typed, pick) => {
        cache.close();
        cache = openTestCache();
        const taken = new Set<string>();
        const all = known.flatMap(({ userId, mobile, externalId }) => {
          if (taken.has(userId)) return [];
          taken.add(userId);
          return [{ id: cache.add({ mobile, externalId }, userId), userId, mobile, externalId }];
        });
        // Whole numbers of theirs, their ends and beginnings, and any others.
        const one = all[pick % Math.max(1, all.length)];
        const texts = [typed, one?.externalId, one?.mobile, one?.mobile.slice(-4), one?.externalId.slice(0, 5)];
        for (const text of texts) {
          if (text === undefined) continue;
          const readings = readingsOf(text, 'IN');
          const exactly = all.filter(
            (person) =>
              person.userId === text ||
              readings.some(
                ({ type, value }) => (type === 'mobile' || type === 'externalId') && person[type] === value,
              ),
          );
          assert.deepEqual(answering(text).sort(), exactly.map(({ id }) => id).sort(), text);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('F55: the search cleans what was typed, pasted or stored', () => {
  it("F55: an identifier with invisible characters, other digits, labels, or in another country's spelling", () => {
    const asha = cache.add({ firstName: 'Asha', mobile: '919845012345', email: 'asha@xn--bcher-kva.example' });
    const tom = cache.add({ firstName: 'Tom', mobile: '447911123456' });
    const ana = cache.add({ firstName: 'Ana', mobile: '525512345678' });
    const kept = cache.add({ firstName: 'Kept', email: '\u200bkept@bücher.example', externalId: 'K–\u200b77' });
    for (const [text, id] of [
      ['\u202a+91 98450 12345\u202c', asha],
      ['\u200e98450\u200b12\u2060345\ufe0d', asha],
      ['٩٨٤٥٠١٢٣٤٥', asha],
      ['tel:+919845012345', asha],
      ['Mob: 98450 12345,', asha],
      ['+91 098450 12345', asha],
      ['asha@bücher.example', asha],
      ['asha@xn--bcher-kva.example', asha],
      ['\u200basha@BÜCHER.example', asha],
      ['+44 (0)7911 123456', tom],
      ['+52 1 55 1234 5678', ana],
      ['kept@bücher.example', kept],
      ['K-77', kept],
    ] as const) {
      assert.deepEqual(answering(text), [id], text);
    }
  });

  it("F55: a number without a prefix is read with the store's own country", () => {
    const ivan = cache.add({ firstName: 'Ivan', mobile: '79123456789' });
    const eva = cache.add({ firstName: 'Eva', mobile: '36301234567' });
    const ana = cache.add({ firstName: 'Ana', mobile: '525512345678' });
    for (const [text, country, id] of [
      ['8 912 345', 'RU', ivan],
      ['8 (912) 345-67-89', 'RU', ivan],
      ['06 30 12', 'HU', eva],
      ['06 30 123 4567', 'HU', eva],
      ['1 55 1234', 'MX', ana],
      ['044 55 1234 5678', 'MX', ana],
    ] as const) {
      assert.deepEqual(found(text, country), [id], text);
    }
  });

  it('F55: a clean key equals the key of the raw text, however it was stored', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aé7٧-–@.ü\u200b\u202e\u00ad'), minLength: 1, maxLength: 12 });
    fc.assert(fc.property(text, (value) => assert.equal(exactKey(exactKey(value)), exactKey(value))));
  });
});
