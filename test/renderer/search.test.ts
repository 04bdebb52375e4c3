import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomerHit, OnlineResult, SearchResult } from '../../electron/model/customer-view.ts';
import { CallFailed } from '../../renderer/bridge.ts';
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
  answersTo: null,
  unsent: 0,
});
const result = (
  hits: readonly CustomerHit[],
  identifiers: SearchResult['identifiers'] = [],
  isSimilar = false,
): SearchResult => ({ hits, identifiers, isSimilar, customersOnTill: 10 });
const answering = (customerId: number, mobile: string): CustomerHit => ({
  ...hit(customerId, mobile),
  answersTo: 'mobile',
});

test('an answer to older text never replaces a newer one', async () => {
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
      result([answering(1, '447009000111'), hit(2, '4470090001119')], [{ type: 'mobile', value: '447009000111' }]),
  });
  const search = new Search(made, machine().machine);
  search.type('447009000111');
  const option = await search.enter();
  assert.equal(option?.kind === 'hit' && option.hit.customerId, 1);
});

test('a customer requested by another program is opened only on an exact match, and head office is asked about nothing else', async () => {
  const { services: made, argumentsOf } = services({
    // A name with one hit, which Enter would open; here the email only begins that way.
    'customers.search': ({ query }: { query: string }) =>
      query === '1001'
        ? result([answering(1, '1001'), { ...hit(2, '7'), answersTo: 'externalId' }])
        : result([hit(1, '1')], [{ type: 'email', value: query }]),
    'customers.lookUpOnline': () => ({ kind: 'not-found' }),
  });
  const search = new Search(made, machine().machine);
  search.find({ by: 'email', text: 'rita@example.co' });
  assert.equal(await search.enter(), null);
  assert.deepEqual(argumentsOf('customers.lookUpOnline'), [{ query: 'rita@example.co', by: 'email' }]);
  search.find({ by: 'card', text: '1001' });
  const option = await search.enter();
  assert.equal(option?.kind === 'hit' && option.hit.customerId, 2);
  // Typed by staff, either one counts.
  search.type('1001 ');
  search.type('1001');
  assert.equal(await search.enter(), null);
});

test('Enter with several customers opens nobody and marks the first', async () => {
  const { services: made } = services({ 'customers.search': () => result([hit(1, '1'), hit(2, '2')]) });
  const search = new Search(made, machine().machine);
  search.type('rita');
  assert.equal(await search.enter(), null);
  assert.equal(search.active, 0);
});

const twoReadings: SearchResult['identifiers'] = [
  { type: 'mobile', value: '919811117777' },
  { type: 'externalId', value: '9811117777' },
];

test('F54: Enter on digits opens nobody whose number only begins or ends that way', async () => {
  for (const digits of ['7777', '98', '٧٧٧٧']) {
    const { services: made } = services({ 'customers.search': () => result([hit(1, '919811117777')]) });
    const search = new Search(made, machine().machine);
    search.type(digits);
    assert.equal(await search.enter(), null, digits);
    assert.equal(search.active, 0);
  }
});

test('F54: a scanned code is a full number: head office is asked before somebody is offered whose number only begins or ends with it', async () => {
  for (const code of ['12345', 'rita@example.co']) {
    const { services: made, argumentsOf } = services({
      'customers.search': () => result([hit(1, '919811112345')], [{ type: 'externalId', value: code }]),
      'customers.lookUpOnline': () => ({ kind: 'not-found' }),
    });
    const search = new Search(made, machine().machine);
    search.scan(code);
    assert.equal(await search.enter(), null, code);
    assert.deepEqual(argumentsOf('customers.lookUpOnline'), [{ query: code }], code);
  }
});

test('F54: if several customers match a reading of the digits, Enter opens nobody', async () => {
  const { services: made } = services({
    'customers.search': () => result([answering(1, '919811117777'), { ...hit(2, '1'), answersTo: 'externalId' }]),
  });
  const search = new Search(made, machine().machine);
  search.type('9811117777');
  assert.equal(await search.enter(), null);
});

test('F54: head office is asked before somebody is offered whose mobile only ends in a full number', async () => {
  const found = customer();
  const { services: made } = services({
    'customers.search': () => result([hit(1, '919811117777')], twoReadings),
    'customers.lookUpOnline': () => ({ kind: 'found', customer: found }),
  });
  const search = new Search(made, machine().machine);
  search.type('9811117777');
  const option = await search.enter();
  assert.equal(option?.kind === 'found-online' && option.customer.customerId, found.customerId);
});

test('F54: if several match online, all are listed with what they match, and nobody is opened', async () => {
  const { services: made } = services({
    'customers.search': () => result([], twoReadings),
    'customers.lookUpOnline': () => ({
      kind: 'choose',
      people: [
        { customer: customer(), answersTo: 'mobile' },
        { customer: customer(), answersTo: 'externalId' },
      ],
    }),
  });
  const search = new Search(made, machine().machine);
  search.type('9811117777');
  assert.equal(await search.enter(), null);
  assert.deepEqual(
    search.options.map((option) => option.kind === 'found-online' && option.hit.answersTo),
    ['mobile', 'externalId'],
  );
});

test('an update is offered by each reading, and never during a lookup', async () => {
  const answer = deferred<OnlineResult>();
  const { services: made } = services({
    'customers.search': () => result([], twoReadings),
    'customers.lookUpOnline': () => answer.promise,
  });
  const search = new Search(made, machine().machine);
  search.type('9811117777');
  const entered = search.enter();
  await settled();
  assert.equal(search.lookup.kind, 'looking');
  assert.equal(search.options.length, 0);
  answer.resolve({ kind: 'not-found' });
  assert.equal(await entered, null);
  assert.deepEqual(
    search.options.map((option) => option.kind === 'by-identifier' && option.identifier),
    twoReadings,
  );
});

test('Enter does not open a name that is only similar', async () => {
  const { services: made } = services({ 'customers.search': () => result([hit(1, '1')], [], true) });
  const search = new Search(made, machine().machine);
  search.type('ritta');
  assert.equal(await search.enter(), null);
});

test('a full identifier that is not on this till is looked up online after a short pause', async () => {
  const { services: made, argumentsOf } = services({
    'customers.search': () => result([], [{ type: 'mobile', value: '447009000111' }]),
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

test('a failed lookup says so and still offers the update by identifier (F31)', async () => {
  const { services: made } = services({
    'customers.search': () => result([], [{ type: 'mobile', value: '447009000111' }]),
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

test('a lookup that answers after the text changed is not shown', async () => {
  const answer = deferred<OnlineResult>();
  const { services: made } = services({
    'customers.search': ({ query }: { query: string }) => result([], [{ type: 'mobile', value: query }]),
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

test('the marked customer stays marked if a change moves them in the list', async () => {
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

test('a change while the list is being read causes one more read', async () => {
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

test('Enter during the automatic lookup waits for its answer, and nothing is offered before', async () => {
  const answer = deferred<OnlineResult>();
  const { services: made, argumentsOf } = services({
    'customers.search': () => result([], [{ type: 'mobile', value: '447009000111' }]),
    'customers.lookUpOnline': () => answer.promise,
  });
  const clock = machine();
  const search = new Search(made, clock.machine);
  search.type('447009000111');
  await settled();
  assert.deepEqual(search.options, [], 'nobody was asked yet: a form for a new person would be a guess');
  clock.pass(400);
  await settled();
  assert.equal(search.lookup.kind, 'looking');
  const entered = search.enter();
  await settled();
  assert.deepEqual(search.options, []);
  answer.resolve({ kind: 'found', customer: customer() });
  assert.equal((await entered)?.kind, 'found-online');
  assert.equal(argumentsOf('customers.lookUpOnline').length, 1, 'one question for both');
});

test('Enter opens nobody if the text changed before the answer came', async () => {
  const answer = deferred<OnlineResult>();
  const { services: made } = services({
    'customers.search': ({ query }: { query: string }) => result([], [{ type: 'mobile', value: query }]),
    'customers.lookUpOnline': () => answer.promise,
  });
  const search = new Search(made, machine().machine);
  search.type('447009000111');
  const entered = search.enter();
  await settled();
  search.type('447009000112');
  answer.resolve({ kind: 'found', customer: customer() });
  assert.equal(await entered, null);
});

test('a text longer than the services accept is cut, and still answered', async () => {
  const { services: made, argumentsOf } = services({ 'customers.search': () => result([]) });
  const search = new Search(made, machine().machine);
  search.type('7'.repeat(275));
  await settled();
  assert.deepEqual(argumentsOf('customers.search'), [{ query: '7'.repeat(200), limit: 200 }]);
  assert.equal(search.settled, true);
});

test('a list that is cut off says so', async () => {
  const hits = Array.from({ length: 200 }, (_, index) => hit(index + 1, String(index)));
  const { services: made } = services({
    'customers.search': ({ query }: { query: string }) => result(query === 'r' ? hits : hits.slice(1)),
  });
  const search = new Search(made, machine().machine);
  search.type('r');
  await settled();
  assert.equal(search.hasMore, true);
  search.type('ri');
  await settled();
  assert.equal(search.hasMore, false);
});

test('a query without an answer is reported, and the next one tries again', async () => {
  let asked = 0;
  const { services: made } = services({
    'customers.search': () => {
      asked += 1;
      if (asked === 1) throw new CallFailed('no-answer', 'nobody there');
      return result([hit(1, '1')]);
    },
  });
  const search = new Search(made, machine().machine);
  search.type('r');
  await settled();
  assert.equal(search.failed, true);
  search.type('ri');
  await settled();
  assert.deepEqual([search.failed, search.options.length], [false, 1]);
});

test('only listed customers are read again when they change, once for all changes that come together', async () => {
  const { services: made, tell, argumentsOf } = services({ 'customers.search': () => result([hit(1, '1')]) });
  const clock = machine();
  const search = new Search(made, clock.machine);
  search.type('rita');
  await settled();
  for (let customerId = 1; customerId <= 20; customerId += 1) tell('customers.changed', { customerId });
  clock.pass(1000);
  await settled();
  assert.equal(argumentsOf('customers.search').length, 2);
  tell('customers.changed', { customerId: 2 });
  clock.pass(1000);
  await settled();
  assert.equal(argumentsOf('customers.search').length, 2);
});
