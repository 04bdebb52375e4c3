import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OnlineResult } from '../../electron/model/customer-view.ts';
import type { UpdateView } from '../../electron/model/update-view.ts';
import { customer, deferred, machine, services, settled, update } from './rig.ts';

const { savedSentence } = await import('../../renderer/words/saved-words.ts');
const { Screen } = await import('../../renderer/state/screen.svelte.ts');

const { updateId } = update();

/** A screen with an open customer, whose update has the given state when it is read after the save. */
async function saved(state: Partial<UpdateView>) {
  let updates: readonly UpdateView[] = [];
  const rig = services({
    'updates.check': () => ({ problems: [], hints: [] }),
    'customers.search': () => ({ hits: [], identifiers: [], isSimilar: false, customersOnTill: 1 }),
    'customers.open': () => customer({ updates }),
    'customers.view': () => customer({ updates }),
    'updates.save': () => {
      updates = [update(state)];
      return { kind: 'saved', updateId, customerId: 7 };
    },
  });
  const clock = machine();
  const screen = new Screen(rig.services, clock.machine, { locale: 'en' });
  await screen.desk.open(7);
  screen.desk.form?.type('lastName', 'Jones');
  await screen.save();
  clock.pass(100);
  await settled();
  return screen;
}

const said = (screen: InstanceType<typeof Screen>) => screen.announcer.said.at(-1)?.sentence ?? '';

test('a save that waits says that it is saved on this till', async () => {
  const screen = await saved({ state: 'queued' });
  assert.match(said(screen), /^Saved on this till/);
});

test('a save that was answered before the screen read it is shown as sent, not as sending', async () => {
  const effects = [{ kind: 'points', awarded: 50, total: 2330 }] as const;
  const screen = await saved({
    state: 'applied',
    result: { effects, warnings: [], answer: null, confirmedBy: 'answer' },
  });
  assert.match(said(screen), /^Sent\. 50 points added/);
  assert.match(savedSentence(screen.desk.form?.view.updates[0], screen), /^Sent\. 50 points added/);
});

test('a cancelled change is not shown as sending', async () => {
  const screen = await saved({ state: 'queued' });
  assert.equal(savedSentence(update({ state: 'cancelled' }), screen), 'Cancelled');
});

/** A screen whose online lookup is answered by hand. */
function looking() {
  const answer = deferred<OnlineResult>();
  const rig = services({
    'updates.check': () => ({ problems: [], hints: [] }),
    'customers.search': ({ query }: { query: string }) => ({
      hits: [],
      identifiers: query === '' ? [] : [{ type: 'mobile', value: query } as const],
      isSimilar: false,
      customersOnTill: 1,
    }),
    'customers.lookUpOnline': () => answer.promise,
    'customers.open': ({ customerId }: { customerId: number }) => customer({ customerId }),
    'app.fault': () => null,
  });
  return { ...rig, answer, screen: new Screen(rig.services, machine().machine, { locale: 'en' }) };
}

test('F61: a lookup that answers late opens nobody if staff have moved on', async () => {
  const goOn: readonly [string, (screen: InstanceType<typeof Screen>) => unknown][] = [
    ['they opened somebody else', (screen) => screen.desk.open(9)],
    ['they pressed a key or touched the screen', (screen) => screen.acted()],
    ['they went to another page', (screen) => screen.desk.show('updates')],
    ['they closed the customer', (screen) => screen.desk.close()],
    ['they typed something else', (screen) => screen.search.type('447009000112')],
  ];
  for (const [what, act] of goOn) {
    const { screen, answer } = looking();
    await screen.desk.open(8);
    screen.search.type('447009000111');
    const entered = screen.enter();
    await settled();
    await act(screen);
    const before = screen.desk.form?.view.customerId;
    answer.resolve({ kind: 'found', customer: customer({ customerId: 7 }) });
    assert.equal(await entered, null, what);
    assert.equal(screen.desk.form?.view.customerId, before, what);
  }
});

test('a lookup that answers while nobody does anything else opens the customer', async () => {
  const { screen, answer } = looking();
  screen.search.type('447009000111');
  screen.acted();
  const entered = screen.enter();
  await settled();
  answer.resolve({ kind: 'found', customer: customer({ customerId: 7 }) });
  assert.equal(await entered, 'open');
  assert.equal(screen.desk.form?.view.customerId, 7);
});

test('announcements queue up, and none is lost to the next', () => {
  const { screen } = looking();
  screen.announcer.say('Saved.');
  screen.announcer.say('Sent.');
  screen.announcer.say('Sent.');
  assert.deepEqual(
    screen.announcer.said.map(({ sentence }) => sentence),
    ['Saved.', 'Sent.', 'Sent.'],
  );
  assert.equal(
    new Set(screen.announcer.said.map(({ number }) => number)).size,
    3,
    'the same sentence twice is heard twice',
  );
});

test('a part that breaks is logged, but not endlessly', () => {
  const { screen, argumentsOf } = looking();
  for (let times = 0; times < 100; times += 1) screen.broke('page', new TypeError('Rita James'));
  assert.equal(argumentsOf('app.fault').length, 50);
  assert.equal(screen.isBroken, false, 'the part says so in its own place');
  screen.broke('elsewhere', new TypeError('Rita James'));
  assert.equal(screen.isBroken, true);
});
