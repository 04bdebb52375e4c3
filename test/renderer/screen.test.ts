import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpdateView } from '../../electron/model/update-view.ts';
import { customer, machine, services, settled, update } from './rig.ts';

const { Screen } = await import('../../renderer/state/screen.svelte.ts');

const { updateId } = update();

/** A screen with the customer open, whose update is in the given state when it is read after the save. */
async function saved(state: Partial<UpdateView>) {
  let updates: readonly UpdateView[] = [];
  const rig = services({
    'updates.check': () => [],
    'customers.search': () => ({ hits: [], identifier: null, customersOnTill: 1 }),
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

test('a save that waits is said to be saved on this till', async () => {
  const screen = await saved({ state: 'queued' });
  assert.match(said(screen), /^Saved on this till/);
});

test('a save that was answered before the screen had read it is said to be sent, not to be going', async () => {
  const effects = [{ kind: 'points', awarded: 50, total: 2330 }] as const;
  const screen = await saved({
    state: 'applied',
    result: { effects, warnings: [], answer: null, confirmedBy: 'answer' },
  });
  assert.match(said(screen), /^Sent\. 50 points added/);
  assert.match(screen.savedSentence(screen.desk.form?.view.updates[0]), /^Sent\. 50 points added/);
});

test('a change that was taken back is not said to be going', async () => {
  const screen = await saved({ state: 'queued' });
  assert.equal(screen.savedSentence(update({ state: 'cancelled' })), 'Cancelled');
});
