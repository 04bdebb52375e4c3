import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { searchCustomers } from '../../electron/customers/search.ts';
import { markServed, writeSearchRow } from '../../electron/customers/store.ts';
import type { CustomerHit } from '../../electron/model/customer-view.ts';
import { refreshEffective } from '../../electron/updates/effective.ts';
import { insertUpdate } from '../../electron/updates/rows.ts';
import { openTestCache, type TestCache } from './cache.ts';

let cache: TestCache;
beforeEach(() => {
  cache = openTestCache();
});
afterEach(() => cache.close());

const search = (query: string, limit = 50) => searchCustomers(cache.db, query, limit, 'IN');
const found = (query: string, limit = 50) => search(query, limit).hits.map(({ customerId }) => customerId);
const names = (query: string, limit = 50) =>
  search(query, limit).hits.map(({ firstName, lastName }) => `${firstName} ${lastName}`.trim());

/** The highlighted parts as the screen shows them. */
function marked(hit: CustomerHit | undefined): string[] {
  return (hit?.matches ?? []).map((match) => `${match.in}: ${(hit?.[match.in] ?? '').slice(match.from, match.to)}`);
}
const markedFor = (query: string) => marked(search(query).hits[0]);

describe('finding a customer by what staff type', () => {
  it('finds by the beginning of the first name, the last name, and both in either order', () => {
    const rita = cache.add({ firstName: 'Rita', lastName: 'James' });
    cache.add({ firstName: 'Mohan', lastName: 'Rao' });
    for (const query of ['ri', 'RITA', 'jam', 'rita ja', 'james ri', 'Rita James', 'James, Rita', ' rita  james ']) {
      assert.deepEqual(found(query), [rita], query);
    }
  });

  it('finds by two beginnings, whichever name comes first', () => {
    const rita = cache.add({ firstName: 'Rita', lastName: 'James' });
    cache.add({ firstName: 'Rita', lastName: 'Rao' });
    cache.add({ firstName: 'Ritesh', lastName: 'Nair' });
    for (const query of ['ri ja', 'ja ri', 'r j']) assert.deepEqual(found(query), [rita], query);
    assert.deepEqual(markedFor('ri ja'), ['firstName: Ri', 'lastName: Ja']);
  });

  it('finds by the second and later words of a name, alone and with another word', () => {
    const ana = cache.add({ firstName: 'Ana María', lastName: 'García López' });
    const smith = cache.add({ firstName: 'Tom', lastName: 'Smith-Jones' });
    const brien = cache.add({ firstName: 'Niamh', lastName: "O'Brien" });
    for (const query of ['maria', 'lopez', 'ana lopez', 'lopez ana', 'maria garcia', 'garcia maria', 'mar lop']) {
      assert.deepEqual(found(query), [ana], query);
    }
    for (const query of ['jones', 'smith jones', 'tom jones']) assert.deepEqual(found(query), [smith], query);
    for (const query of ["o'brien", 'obrien', 'O’Brien', 'brien', "niamh o'b"]) {
      assert.deepEqual(found(query), [brien], query);
    }
    assert.deepEqual(markedFor('maria'), ['firstName: María']);
    assert.deepEqual(markedFor('brien'), ['lastName: Brien']);
    assert.deepEqual(markedFor('obr'), ["lastName: O'Br"]);
  });

  it('ignores case, accents and character width, and highlights names as they are written', () => {
    cache.add({ firstName: 'Zoë', lastName: 'Núñez' });
    cache.add({ firstName: 'Jürgen', lastName: 'Großmann' });
    cache.add({ firstName: 'Ｒｉｔａ', lastName: 'Ｊａｍｅｓ' });
    cache.add({ firstName: 'İpek', lastName: 'Yıldız' });
    cache.add({ firstName: 'Renée'.normalize('NFD'), lastName: 'Cote' });
    assert.deepEqual(markedFor('ZOE'), ['firstName: Zoë']);
    assert.deepEqual(markedFor('nune'), ['lastName: Núñe']);
    assert.deepEqual(markedFor('grossm'), ['lastName: Großm']);
    assert.deepEqual(markedFor('GROß'), ['lastName: Groß']);
    assert.deepEqual(markedFor('rita j'), ['firstName: Ｒｉｔａ', 'lastName: Ｊ']);
    assert.deepEqual(markedFor('ｚｏｅ'), ['firstName: Zoë']);
    assert.deepEqual(markedFor('ipek yil'), ['firstName: İpek', 'lastName: Yıl']);
    assert.deepEqual(markedFor('rene'), [`firstName: ${'René'.normalize('NFD')}`]);
  });

  it('finds names written without a space between family and given name', () => {
    const wang = cache.add({ firstName: '秀英', lastName: '王' });
    const kim = cache.add({ firstName: '민준', lastName: '김' });
    const yuki = cache.add({ firstName: 'ユキ', lastName: '佐藤' });
    for (const query of ['王', '王秀', '王秀英', '王 秀英', '秀英']) assert.deepEqual(found(query), [wang], query);
    for (const query of ['김', '김민준', '민준', '김 민']) assert.deepEqual(found(query), [kim], query);
    for (const query of ['佐藤ユキ', 'ﾕｷ']) assert.deepEqual(found(query), [yuki], query);
    assert.deepEqual(markedFor('王秀'), ['firstName: 秀', 'lastName: 王']);
    assert.deepEqual(markedFor('김민'), ['firstName: 민', 'lastName: 김']);
    assert.deepEqual(markedFor('ﾕｷ'), ['firstName: ユキ']);
  });

  it('finds and highlights names in right-to-left and Indic scripts', () => {
    const rashid = cache.add({ firstName: 'راشد', lastName: 'المُهيري' });
    const ahmed = cache.add({ firstName: 'أحمد', lastName: 'السيد' });
    const ram = cache.add({ firstName: 'राम', lastName: 'शर्मा' });
    cache.add({ firstName: 'रीमा', lastName: 'जोशी' });
    assert.deepEqual(found('المهيري'), [rashid]);
    assert.deepEqual(markedFor('المهي'), ['lastName: المُهي']);
    assert.deepEqual(found('احمد'), [ahmed]);
    assert.deepEqual(markedFor('احمد'), ['firstName: أحمد']);
    assert.deepEqual(found('राम'), [ram], 'vowel signs tell राम from रीमा');
    assert.deepEqual(markedFor('शर्'), ['lastName: शर्']);
  });

  it('finds a mobile with or without country code, with spaces, and by its last digits', () => {
    const id = cache.add({ firstName: 'Asha', mobile: '919845012345' });
    cache.add({ firstName: 'Mohan', mobile: '919900998877' });
    for (const query of ['919845012345', '+91 98450 12345', '98450-12345', '098450 12345', '0091 98450', '9845']) {
      assert.deepEqual(found(query), [id], query);
    }
    for (const query of ['2345', '012345', '९८४५०१२३४५', '９８４５０']) assert.deepEqual(found(query), [id], query);
    assert.deepEqual(markedFor('98450 1'), ['mobile: 984501']);
    assert.deepEqual(markedFor('+91 98'), ['mobile: 9198']);
    assert.deepEqual(markedFor('2345'), ['mobile: 2345']);
    assert.deepEqual(markedFor('2345').length, 1);
  });

  it('finds by email, external id and the server’s id', () => {
    const id = cache.add(
      { firstName: 'Rita', lastName: 'Rao', email: 'R.James@Example.com', externalId: 'RJ-1001' },
      '343445001',
    );
    cache.add({ firstName: 'Mohan', email: 'mohan@example.com', externalId: '77120' }, '343445002');
    for (const query of ['r.james@example.com', 'r.jam', 'R.JAMES@', 'rj-10', 'RJ-1001', '343445001', 'id:343445001']) {
      assert.deepEqual(found(query), [id], query);
    }
    assert.deepEqual(names('77120'), ['Mohan']);
    assert.deepEqual(markedFor('r.jam'), ['email: R.Jam']);
    assert.deepEqual(markedFor('rj-1'), ['externalId: RJ-1']);
  });

  it('finds an edited customer by the new values at once, and no longer by the old ones', () => {
    const id = cache.add({ firstName: 'Rita', lastName: 'James' });
    insertUpdate(cache.db, {
      id: 'u1',
      customerId: id,
      kind: 'fields',
      identifier: { type: 'mobile', value: '919845012345' },
      changes: { lastName: 'Okonkwo Ade', email: 'new@example.com' },
      baseline: {},
      confirmedFills: [],
      staff: null,
      till: 't',
      replaces: null,
      savedAtMs: 1,
      place: null,
    });
    refreshEffective(cache.db, id);
    for (const query of ['okonk', 'rita ok', 'ade', 'new@']) assert.deepEqual(found(query), [id], query);
    assert.deepEqual(found('james'), []);
    assert.equal(search('okonk').hits[0]?.unsent, 1);
    writeSearchRow(cache.db, id, { firstName: 'Rita', lastName: 'James' }, null, 0);
    assert.deepEqual(found('ade'), [], 'later words go with the name');
  });

  it('shows exact matches first, then those served here last, even if more match than fit', () => {
    const annabel = cache.add({ firstName: 'Annabel', lastName: 'Roy' });
    const anna = cache.add({ firstName: 'Anna', lastName: 'Vaz' });
    const many = Array.from({ length: 60 }, (_, at) => cache.add({ firstName: 'Ann', lastName: `Bose ${at}` }));
    const annaLast = cache.add({ firstName: 'Zia', lastName: 'Anna' });
    markServed(cache.db, annabel, 500);
    assert.deepEqual(found('anna').slice(0, 3), [anna, annaLast, annabel]);
    markServed(cache.db, annaLast, 400);
    assert.deepEqual(found('anna').slice(0, 3), [annaLast, anna, annabel]);
    const short = found('a', 10);
    assert.deepEqual(short.slice(0, 2), [annabel, annaLast]);
    assert.equal(short.length, 10);
    assert.ok(many.length > short.length);
  });

  it('shows who was served last for an empty query, and how many customers the till has', () => {
    const first = cache.add({ firstName: 'A' });
    const second = cache.add({ firstName: 'B' });
    cache.add({ firstName: 'C' });
    markServed(cache.db, first, 1);
    markServed(cache.db, second, 2);
    assert.deepEqual(found('  '), [second, first]);
    assert.equal(search('').customersOnTill, 3);
    cache.db.prepare('delete from customers where id = ?').run(first);
    assert.equal(search('').customersOnTill, 2);
  });

  it('accepts any text as a query', () => {
    cache.add({ firstName: 'Rita', lastName: 'James', mobile: '919845012345' });
    for (const query of [
      '%',
      "'",
      '"',
      '*',
      '-',
      '+',
      '0',
      '()',
      '\u0301',
      '\ud800',
      'id:',
      '@',
      "x' or 1=1 --",
      '🎈',
    ]) {
      assert.doesNotThrow(() => search(query), query);
    }
    assert.deepEqual(found('%'), []);
    assert.deepEqual(found('_ita'), []);
  });
});

describe('a misspelt name', () => {
  beforeEach(() => {
    cache.add({ firstName: 'Stephanie', lastName: 'Johnson' });
    cache.add({ firstName: 'Mohan', lastName: 'Venkatesh' });
    cache.add({ firstName: 'Ana María', lastName: 'Ordóñez Castaño' });
    cache.add({ firstName: 'Дмитрий', lastName: 'Соколов' });
  });

  const johnson = ['Stephanie Johnson'];
  for (const [mistake, query] of [
    ['a wrong letter', 'johnsen'],
    ['a wrong first letter', 'gohnson'],
    ['a wrong last letter', 'johnsom'],
    ['a missing letter', 'johson'],
    ['a missing first letter', 'ohnson'],
    ['a letter too many', 'johnnson'],
    ['a letter too many at the end', 'johnsonn'],
    ['two letters swapped', 'jonhson'],
    ['the last two letters swapped', 'johnsno'],
    ['the first two letters swapped', 'ojhnson'],
    ['a wrong letter in the first name', 'stefhanie'],
    ['a right word before it', 'stephanie jonhson'],
    ['a right word after it', 'stehpanie johnson'],
    ['a right beginning after it', 'stehpanie jo'],
    ['the other order', 'jonhson stephanie'],
  ] as const) {
    it(`is found with ${mistake}`, () => assert.deepEqual(names(query), johnson));
  }

  it('is found in a later word and in another script, and the match is highlighted', () => {
    assert.deepEqual(names('castnao'), ['Ana María Ordóñez Castaño']);
    assert.deepEqual(names('дмитирй'), ['Дмитрий Соколов']);
    assert.deepEqual(markedFor('jonhson'), ['lastName: Johnson']);
  });

  it('is searched only if nothing matches, and only in names of five letters or more', () => {
    const real = cache.add({ firstName: 'Petra', lastName: 'Jonhson' });
    assert.deepEqual(found('jonhson'), [real]);
    assert.deepEqual(found('mohn'), []);
    assert.deepEqual(names('mohhan'), ['Mohan Venkatesh']);
    assert.deepEqual(found('jxhnsxn'), [], 'two wrong letters are another name');
  });

  it('shows a whole name before a longer one that starts the same way', () => {
    cache.add({ firstName: 'Maurano', lastName: 'Vaz' });
    cache.add({ firstName: 'Maria', lastName: 'Vaz' });
    assert.deepEqual(names('marua'), ['Maria Vaz', 'Ana María Ordóñez Castaño', 'Maurano Vaz']);
  });
});
