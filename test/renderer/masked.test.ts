/**
 * What the screen does with masked values: it shows one on request, keeps typed text, and hides it again for another
 * role.
 */
import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OnlineResult } from '../../electron/model/customer-view.ts';
import { customer, machine, noNews, services, settled, update } from './rig.ts';

const { Desk } = await import('../../renderer/state/desk.svelte.ts');
const { Search } = await import('../../renderer/state/search.svelte.ts');
const { UpdateList } = await import('../../renderer/state/update-list.svelte.ts');

const mobile = '447009000111';
const covered = '••••• ••111';
const filled = (to: string) => update({ state: 'queued', changes: [{ key: 'mobile', was: null, to }] });
const masked = customer({
  fields: { ...customer().fields, mobile: covered },
  masked: ['mobile'],
  locks: { mobile: 'masked' },
  updates: [filled(covered)],
});
const shown = customer({ updates: [filled(mobile)] });

test('showing a value on request leaves the rest of the form as typed', async () => {
  const { services: made, argumentsOf } = services({
    'customers.open': () => masked,
    'customers.reveal': () => shown,
    'updates.check': () => ({ problems: [], hints: [] }),
  });
  const desk = new Desk(made, machine().machine, noNews);
  await desk.open(7);
  desk.form?.type('lastName', 'Typed');
  await desk.reveal.run('mobile');
  assert.deepEqual(argumentsOf('customers.reveal'), [{ customerId: 7, field: 'mobile' }]);
  assert.deepEqual([desk.form?.value('mobile'), desk.form?.value('lastName')], [mobile, 'Typed']);
});

test('a correction shows the whole value when allowed, hides it again for another role, and never sends the mask', async () => {
  const views = [masked];
  const { services: made, tell } = services({
    'customers.open': () => masked,
    'customers.reveal': () => shown,
    'customers.view': () => views[0] ?? null,
    'updates.check': () => ({ problems: [], hints: [] }),
  });
  const clock = machine();
  const desk = new Desk(made, clock.machine, noNews);
  await desk.correct(filled(covered));
  desk.form?.type('lastName', 'Typed');
  await desk.reveal.run('mobile');
  assert.deepEqual(Object.fromEntries(desk.form?.changes ?? []), { mobile: `+${mobile}`, lastName: 'Typed' });
  tell('customers.changed', { customerId: 7 });
  clock.pass(100);
  await settled();
  assert.equal(desk.form?.value('mobile').includes(mobile), false);
  assert.equal(desk.form?.value('lastName'), 'Typed');
});

test('whoever signs in next sees nothing that was found online or read from an update before', async () => {
  const found: OnlineResult = { kind: 'found', customer: customer() };
  const { services: made, tell } = services({
    'customers.search': ({ query }: { query: string }) => ({
      hits: [],
      identifiers: [{ type: 'mobile', value: query }],
      isSimilar: false,
      customersOnTill: 1,
    }),
    'customers.lookUpOnline': () => found,
    'updates.list': () => ({ updates: [], total: 0 }),
    'updates.history': () => [],
  });
  const { machine: clock } = machine();
  const search = new Search(made, clock);
  search.type(mobile);
  await search.enter();
  assert.equal(search.lookup.kind, 'found');
  const list = new UpdateList(made, clock);
  await list.readHistory('u1');
  assert.deepEqual(list.history('u1'), []);
  tell('staff.changed', null);
  tell('org.changed', Object.assign({}));
  assert.equal(search.lookup.kind, 'idle');
  assert.equal(list.history('u1'), null);
});
