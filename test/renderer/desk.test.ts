import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomerView } from '../../electron/model/customer-view.ts';
import type { SaveResult, UpdateView } from '../../electron/model/update-view.ts';
import { CallFailed } from '../../renderer/bridge.ts';
import { customer, deferred, machine, noNews, services, settled, update } from './rig.ts';

const { Desk } = await import('../../renderer/state/desk.svelte.ts');
const { Search } = await import('../../renderer/state/search.svelte.ts');
const { UpdateList } = await import('../../renderer/state/update-list.svelte.ts');

const updateId = update().updateId;
const sent = (over: Partial<UpdateView> = {}) => customer({ updates: [update({ state: 'applied', ...over })] });
const waiting = () => customer({ updates: [update({ state: 'queued' })] });

/** A desk whose reads of a customer are answered by hand, in the order of the requests. */
function desk() {
  const readings: ReturnType<typeof deferred<CustomerView | null>>[] = [];
  const moved: string[] = [];
  const openedIds: number[] = [];
  const reading = (customerId = 0) => {
    openedIds.push(customerId);
    const one = deferred<CustomerView | null>();
    readings.push(one);
    return one.promise;
  };
  const clock = machine();
  const rig = services({
    'updates.check': () => ({ problems: [], hints: [] }),
    'updates.save': () => ({ kind: 'saved', updateId, customerId: 7 }),
    'customers.open': (argument) => reading(argument?.customerId),
    'customers.view': (argument) => reading(argument?.customerId),
    'customers.openByIdentifier': () => customer({ customerId: null }),
    'customers.refresh': () => ({ kind: 'found', customer: waiting() }),
  });
  const made = new Desk(rig.services, clock.machine, { ...noNews, moved: (one) => moved.push(one.state) });
  const answer = async (index: number, view: CustomerView) => {
    readings[index]?.resolve(view);
    await settled();
  };
  /** Changes come in, and the time passes in which they are collected. */
  const pass = async () => {
    clock.pass(100);
    await settled();
  };
  return { ...rig, desk: made, readings, moved, openedIds, answer, pass };
}

async function opened(rig: ReturnType<typeof desk>): Promise<void> {
  const opening = rig.desk.open(7);
  await rig.answer(0, customer());
  assert.equal(await opening, 'open');
}

test('a change during the read after a save causes another read after it, never before', async () => {
  const rig = desk();
  await opened(rig);
  rig.desk.form?.type('lastName', 'Jones');
  await rig.desk.save();
  await rig.pass();
  rig.tell('updates.changed', { updateId, customerId: 7 });
  await rig.pass();
  assert.equal(rig.readings.length, 2, 'one reading at a time');
  await rig.answer(1, waiting());
  await rig.pass();
  await rig.answer(2, sent());
  assert.equal(rig.desk.form?.view.updates[0]?.state, 'applied');
  assert.deepEqual(rig.moved, ['queued', 'applied']);
});

test('an answer to "Refresh" that is older than later events does not stay on the screen', async () => {
  const rig = desk();
  await opened(rig);
  await rig.desk.lookAgain();
  await rig.pass();
  await rig.answer(1, sent());
  assert.equal(rig.desk.form?.view.updates[0]?.state, 'applied');
});

test('a customer who changes while being opened is read once more', async () => {
  const rig = desk();
  const opening = rig.desk.open(7);
  await settled();
  rig.tell('customers.changed', { customerId: 7 });
  await rig.answer(0, waiting());
  await opening;
  await rig.pass();
  await rig.answer(1, sent());
  assert.equal(rig.desk.form?.view.updates[0]?.state, 'applied');
});

test('a customer opened by identifier is followed from the save on', async () => {
  const rig = desk();
  await rig.desk.openByIdentifier({ type: 'mobile', value: '447009000111' });
  rig.desk.form?.type('lastName', 'Jones');
  await rig.desk.save();
  rig.tell('updates.changed', { updateId, customerId: 7 });
  await rig.pass();
  await rig.answer(0, sent());
  assert.equal(rig.readings.length, 1, 'one reading for the save and what came right behind it');
  assert.equal(rig.desk.form?.view.customerId, 7);
  assert.equal(rig.desk.form?.view.updates[0]?.state, 'applied');
});

test('an open customer who turns out to be another one is followed there, with the typed text', async () => {
  const rig = desk();
  await opened(rig);
  rig.desk.form?.type('lastName', 'Jansen');
  const { form } = rig.desk;
  rig.tell('customers.merged', { customerId: 7, into: 9 });
  await rig.pass();
  await rig.answer(1, customer({ customerId: 9 }));
  assert.equal(rig.desk.form, form);
  assert.equal(rig.desk.form?.view.customerId, 9);
  assert.equal(rig.desk.form?.value('lastName'), 'Jansen');
  assert.deepEqual(
    rig.desk.drafts.all.map(({ target }) => target),
    [{ customerId: 9 }],
  );
  // A list that still has the old id leads to the same customer.
  const again = rig.desk.open(7);
  await rig.answer(2, customer({ customerId: 9 }));
  assert.equal(await again, 'open');
  assert.deepEqual(rig.openedIds.at(-1), 9);
});

test('a draft moves along when its customer turns out to be another one', async () => {
  const rig = desk();
  await opened(rig);
  rig.desk.form?.type('lastName', 'Jansen');
  rig.desk.close();
  rig.tell('customers.merged', { customerId: 7, into: 9 });
  const opening = rig.desk.open(9);
  await rig.answer(1, customer({ customerId: 9 }));
  assert.equal(await opening, 'open');
  assert.equal(rig.desk.form?.value('lastName'), 'Jansen');
  assert.equal(rig.desk.form?.view.customerId, 9);
});

/** A desk with an open customer, whose saves and drafts are answered by hand. */
async function typing() {
  const saving = deferred<SaveResult>();
  const keeping = deferred<null>();
  const rig = services({
    'customers.open': () => customer(),
    'customers.view': () => customer(),
    'updates.check': () => ({ problems: [], hints: [] }),
    'updates.save': () => saving.promise,
    'drafts.keep': () => keeping.promise,
  });
  const clock = machine();
  const made = new Desk(rig.services, clock.machine, noNews);
  await made.open(7);
  const kept = () => rig.asked.map(({ name }) => name).filter((name) => /^(drafts|updates\.save)/.test(name));
  return { desk: made, saving, keeping, kept, pass: clock.pass, argumentsOf: rig.argumentsOf };
}

test('a draft is not written after the save that consumed it, so a crash cannot restore it', async () => {
  const { desk, saving, kept, pass, argumentsOf } = await typing();
  desk.form?.type('lastName', 'Jones');
  pass(100);
  const saved = desk.save();
  await settled();
  pass(1000);
  desk.form?.type('firstName', 'Margarita');
  pass(1000);
  assert.deepEqual(kept(), ['updates.save']);
  saving.resolve({ kind: 'saved', updateId, customerId: 7 });
  await saved;
  pass(1000);
  assert.deepEqual(kept(), ['updates.save', 'drafts.keep'], 'what was typed meanwhile is kept after it');
  assert.deepEqual(argumentsOf('drafts.keep'), [
    { target: { customerId: 7 }, replaces: null, changes: { firstName: 'Margarita' } },
  ]);
});

test('a save waits for a draft that is being written, and a failed save writes it again', async () => {
  const { desk, saving, keeping, kept, pass } = await typing();
  desk.form?.type('lastName', 'Jones');
  pass(1000);
  const saved = desk.save();
  await settled();
  assert.deepEqual(kept(), ['drafts.keep']);
  keeping.resolve(null);
  await settled();
  assert.deepEqual(kept(), ['drafts.keep', 'updates.save']);
  saving.resolve({ kind: 'not-saved', why: 'other' });
  await saved;
  pass(1000);
  assert.deepEqual(kept(), ['drafts.keep', 'updates.save', 'drafts.keep']);
});

test('a durable save stays saved if the read after it gets no answer, and the read is repeated', async () => {
  let readings = 0;
  const rig = services({
    'customers.open': () => customer(),
    'customers.view': () => {
      readings += 1;
      if (readings === 1) throw new CallFailed('no-answer', 'nobody there');
      return sent();
    },
    'updates.check': () => ({ problems: [], hints: [] }),
    'updates.save': () => ({ kind: 'saved', updateId, customerId: 7 }),
  });
  const clock = machine();
  const made = new Desk(rig.services, clock.machine, noNews);
  await made.open(7);
  made.form?.type('lastName', 'Jones');
  assert.deepEqual(await made.save(), { updateId, customerId: 7 });
  clock.pass(100);
  await settled();
  assert.equal(made.form?.trouble, null);
  assert.deepEqual(made.form?.saved, { updateId, customerId: 7 });
  clock.pass(2000);
  await settled();
  assert.equal(made.form?.view.updates[0]?.state, 'applied');
});

test('reading the open customer again does not mark them as served', async () => {
  const rig = desk();
  await opened(rig);
  rig.tell('customers.changed', { customerId: 7 });
  await rig.pass();
  await rig.answer(1, waiting());
  assert.deepEqual(
    rig.asked.map(({ name }) => name).filter((name) => name.startsWith('customers.')),
    ['customers.open', 'customers.view'],
  );
});

test('an online save takes three calls, an offline one two', async () => {
  const rig = services({
    'customers.open': () => customer(),
    'customers.view': () => sent(),
    'updates.check': () => ({ problems: [], hints: [] }),
    'updates.save': () => ({ kind: 'saved', updateId, customerId: 7 }),
    'drafts.keep': () => null,
  });
  const clock = machine();
  const made = new Desk(rig.services, clock.machine, noNews);
  const list = new UpdateList(rig.services, clock.machine);
  const search = new Search(rig.services, clock.machine, (customerId) => made.isOpen(customerId));
  await made.open(7);
  made.form?.type('lastName', 'Jones');
  clock.pass(1000);
  await settled();
  const before = rig.asked.length;
  const change = async (afterMs: number) => {
    clock.pass(afterMs);
    rig.tell('updates.changed', { updateId, customerId: 7 });
    rig.tell('customers.changed', { customerId: 7 });
    await settled();
  };
  await made.save();
  // Saved and sent at once, answered a while later.
  await change(0);
  await change(5);
  clock.pass(100);
  await settled();
  assert.deepEqual(
    rig.asked.slice(before).map(({ name }) => name),
    ['updates.save', 'customers.view'],
  );
  await change(300);
  clock.pass(1000);
  await settled();
  assert.deepEqual(
    rig.asked.slice(before).map(({ name }) => name),
    ['updates.save', 'customers.view', 'customers.view'],
  );
  assert.deepEqual([list.total, search.result], [null, null], 'nobody looks at them');
});

test('a chosen customer who cannot be opened is reported; the next choice clears that', async () => {
  const rig = services({
    'customers.open': ({ customerId }: { customerId: number }) => {
      if (customerId === 1) throw new CallFailed('no-answer', 'nobody there');
      return customerId === 2 ? null : customer();
    },
  });
  const made = new Desk(rig.services, machine().machine, noNews);
  assert.equal(await made.open(1), 'no-answer');
  assert.equal(made.notOpened, 'no-answer');
  assert.equal(await made.open(2), 'gone');
  assert.equal(made.notOpened, 'gone');
  assert.equal(await made.open(7), 'open');
  assert.deepEqual([made.notOpened, made.opening], [null, false]);
});

test('the last customer chosen is opened, whichever answer comes first', async () => {
  const first = deferred<CustomerView | null>();
  const rig = services({
    'customers.open': ({ customerId }: { customerId: number }) =>
      customerId === 7 ? first.promise : customer({ customerId }),
  });
  const made = new Desk(rig.services, machine().machine, noNews);
  const slow = made.open(7);
  assert.equal(made.opening, true);
  assert.equal(await made.open(9), 'open');
  first.resolve(customer());
  assert.equal(await slow, 'overtaken');
  assert.equal(made.form?.view.customerId, 9);
});
