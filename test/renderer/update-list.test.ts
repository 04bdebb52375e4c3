import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallFailed } from '../../renderer/bridge.ts';
import { machine, services, settled, update } from './rig.ts';

const { UpdateList } = await import('../../renderer/state/update-list.svelte.ts');

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => update({ updateId: idOf(from + index) }));

test('nothing is read for a page that nobody looks at, and everything once somebody does', async () => {
  let updates = rows(0, 3);
  const rig = services({ 'updates.list': () => ({ updates, total: updates.length }) });
  const clock = machine();
  const list = new UpdateList(rig.services, clock.machine);
  const change = async () => {
    rig.tell('updates.changed', { updateId: idOf(1), customerId: 7 });
    rig.tell('customers.changed', { customerId: 7 });
    clock.pass(1000);
    await settled();
  };
  await change();
  assert.equal(rig.asked.length, 0);
  list.show('open');
  await settled();
  assert.deepEqual([rig.asked.length, list.total], [1, 3]);
  list.hide();
  updates = rows(0, 4);
  await change();
  assert.equal(rig.asked.length, 1);
  list.show('open');
  await settled();
  assert.deepEqual([rig.asked.length, list.total], [2, 4]);
});

test("a row's position follows the rows that come and go above it", async () => {
  let updates = rows(0, 3);
  const rig = services({ 'updates.list': () => ({ updates, total: updates.length }) });
  const clock = machine();
  const list = new UpdateList(rig.services, clock.machine);
  list.show('open');
  await settled();
  assert.equal(list.indexOf(idOf(1)), 1);
  const read = async (now: typeof updates) => {
    updates = now;
    rig.tell('updates.changed', { updateId: idOf(1), customerId: 7 });
    clock.pass(1000);
    await settled();
  };
  await read([...rows(50, 2), ...updates]);
  assert.equal(list.indexOf(idOf(1)), 3);
  await read(rows(50, 2));
  assert.equal(list.indexOf(idOf(1)), -1);
});

test('a read without an answer is repeated', async () => {
  let asked = 0;
  const rig = services({
    'updates.list': () => {
      asked += 1;
      if (asked === 1) throw new CallFailed('no-answer', 'nobody there');
      return { updates: rows(0, 1), total: 1 };
    },
  });
  const clock = machine();
  const list = new UpdateList(rig.services, clock.machine);
  list.show('open');
  await settled();
  assert.equal(list.total, null);
  clock.pass(2000);
  await settled();
  assert.equal(list.total, 1);
});
