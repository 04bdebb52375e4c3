import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomerHit, LookupResult, SearchResult } from '../../electron/model/customer-view.ts';
import { customer, deferred, machine, services, settled } from './rig.ts';

const { Search } = await import('../../renderer/state/search.svelte.ts');

const hit = (customerId: number, mobile: string): CustomerHit => ({
  customerId,
  firstName: 'Rita',
  lastName: 'James',
  mobile,
  email: null,
  externalId: null,
  tier: null,
  matches: [],
  unsent: 0,
});
const result = (hits: readonly CustomerHit[], identifier: SearchResult['identifier'] = null): SearchResult => ({
  hits,
  identifier,
  customersOnTill: 10,
});

test('an answer to an older text is never shown over a newer one', async () => {
  const answers = new Map([
    ['r', deferred<SearchResult>()],
    ['rita', deferred<SearchResult>()],
  ]);
  const { services: made, argumentsOf } = services({
    'customers.search': ({ query }: { query: string }) => answers.get(query)?.promise ?? result([]),
  });
  const search = new Search(made, machine().machine);
  search.type('r');
  search.type('ri');
  search.type('rita');
  answers.get('r')?.resolve(result([hit(1, '1')]));
  await settled();
  assert.equal(search.options.length, 0);
  answers.get('rita')?.resolve(result([hit(2, '2')]));
  await settled();
  assert.deepEqual(
    search.result?.hits.map(({ customerId }) => customerId),
    [2],
  );
  assert.equal(argumentsOf('customers.search').length, 2, 'the text between was never asked for');
});

test('Enter right after the last digit opens the one customer with exactly that mobile', async () => {
  const { services: made } = services({
    'customers.search': () =>
      result([hit(1, '447009000111'), hit(2, '4470090001119')], { type: 'mobile', value: '447009000111' }),
  });
  const search = new Search(made, machine().machine);
  search.type('447009000111');
  const option = await search.enter();
  assert.equal(option?.kind === 'hit' && option.hit.customerId, 1);
});

test('Enter with several customers opens nobody and marks the first', async () => {
  const { services: made } = services({ 'customers.search': () => result([hit(1, '1'), hit(2, '2')]) });
  const search = new Search(made, machine().machine);
  search.type('rita');
  assert.equal(await search.enter(), null);
  assert.equal(search.active, 0);
});

test('a whole identifier that is not on this till is looked up online after a short rest', async () => {
  const { services: made, argumentsOf } = services({
    'customers.search': () => result([], { type: 'mobile', value: '447009000111' }),
    'customers.lookUpOnline': () => ({ kind: 'found', customer: customer() }),
  });
  const clock = machine();
  const search = new Search(made, clock.machine);
  search.type('447009000111');
  await settled();
  clock.pass(399);
  assert.equal(argumentsOf('customers.lookUpOnline').length, 0);
  clock.pass(1);
  await settled();
  assert.deepEqual(
    search.options.map(({ kind }) => kind),
    ['found-online'],
  );
});

test('a failed look-up says so and still offers the update by identifier (F31)', async () => {
  const { services: made } = services({
    'customers.search': () => result([], { type: 'mobile', value: '447009000111' }),
    'customers.lookUpOnline': () => ({ kind: 'failed', why: 'offline' }),
  });
  const clock = machine();
  const search = new Search(made, clock.machine);
  search.type('447009000111');
  await settled();
  clock.pass(400);
  await settled();
  assert.deepEqual(search.lookup, { kind: 'failed', why: 'offline' });
  assert.deepEqual(
    search.options.map(({ kind }) => kind),
    ['by-identifier'],
  );
});

test('a look-up that answers after the text changed is not shown', async () => {
  const answer = deferred<LookupResult>();
  const { services: made } = services({
    'customers.search': ({ query }: { query: string }) => result([], { type: 'mobile', value: query }),
    'customers.lookUpOnline': () => answer.promise,
  });
  const clock = machine();
  const search = new Search(made, clock.machine);
  search.type('447009000111');
  await settled();
  clock.pass(400);
  search.type('447009000112');
  answer.resolve({ kind: 'found', customer: customer() });
  await settled();
  assert.equal(search.lookup.kind, 'idle');
});

test('the marked customer stays marked where a change moves them in the list', async () => {
  let hits = [hit(1, '1'), hit(2, '2'), hit(3, '3')];
  const { services: made } = services({ 'customers.search': () => result(hits) });
  const search = new Search(made, machine().machine);
  search.type('rita');
  await settled();
  search.mark(1);
  hits = [hit(2, '2'), hit(1, '1'), hit(3, '3')];
  await search.refresh();
  assert.equal(search.active, 0);
  hits = [hit(1, '1'), hit(3, '3')];
  await search.refresh();
  assert.equal(search.active, -1, 'nobody else is marked in the place of one who is gone');
});

test('a change that comes while the list is being read is read once more', async () => {
  const readings = [deferred<SearchResult>(), deferred<SearchResult>()];
  let asked = 0;
  const { services: made } = services({
    'customers.search': () => {
      asked += 1;
      return readings[asked - 1]?.promise ?? result([]);
    },
  });
  const search = new Search(made, machine().machine);
  search.type('rita');
  await settled();
  void search.refresh();
  readings[0]?.resolve(result([{ ...hit(1, '1'), unsent: 1 }]));
  await settled();
  readings[1]?.resolve(result([hit(1, '1')]));
  await settled();
  assert.deepEqual(
    search.result?.hits.map(({ unsent }) => unsent),
    [0],
  );
});
