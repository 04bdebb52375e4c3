/**
 * Every order of (what becomes of an attempt × where the till dies, once or not at all × when a refresh tells what):
 *
 * - One update: all 12 outcomes of the first attempt × 8 deaths × 10 refreshes (none, or 3 moments × 3 tellings).
 * - Two updates, of one field, of two fields or of two customers, the second saved while the first is on its way: all
 *   144 pairs of outcomes of the first two attempts × 8 deaths.
 * - Two updates: also 12 outcomes of the first attempt × 9 refreshes, and of one field × 8 deaths as well.
 *
 * Later attempts are applied and answered; longer lives are tried at random in `exactly-once.property.test.ts`.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type Lived, type Order, outcomes, type Refresh, refreshes, type Save } from './orders/live-all.ts';
import { type Death, deaths } from './orders/mortal-till.ts';

const thread = new URL('./orders/order-thread.ts', import.meta.url);

async function allEndWell(t: TestContext, orders: readonly Order[]): Promise<void> {
  const [told] = await once(new Worker(thread, { workerData: orders }), 'message');
  const { lived, wrong }: Lived = told;
  t.diagnostic(`${lived} orders that can happen, of ${orders.length} combinations`);
  assert.deepEqual(wrong, []);
}

const all = Object.keys(outcomes);
const first = { userId: '1', changes: { lastName: 'First' }, when: 'at once' } as const;
const nextSaves = {
  'the same field of the same customer': { userId: '1', changes: { lastName: 'Second' }, when: 'on its way' },
  'another field of the same customer': { userId: '1', changes: { firstName: 'Second' }, when: 'on its way' },
  'another customer': { userId: '2', changes: { lastName: 'Second' }, when: 'on its way' },
} as const;

/** Every outcome of the first attempt × these of the second, refreshes and deaths. */
function ordersOf(
  saves: readonly Save[],
  seconds: readonly (string | null)[],
  told: readonly Refresh[],
  dying: readonly Death[],
): readonly Order[] {
  return all.flatMap((outcome) =>
    seconds.flatMap((second) =>
      dying.flatMap((death) => told.map((refresh) => ({ outcome, second, death, refresh, saves }))),
    ),
  );
}

describe('every order of outcome, death of the till and refresh', () => {
  it('of one update ends with the update applied once, or left to a person with a reason', async (t) => {
    await allEndWell(t, ordersOf([first], [null], [null, ...refreshes], deaths));
  });

  for (const [words, next] of Object.entries(nextSaves)) {
    it(`of two updates, the second of which changes ${words}, ends like that for both`, async (t) => {
      const saves = [first, next];
      const dying = 'lastName' in next.changes && next.userId === first.userId ? deaths : [null];
      await allEndWell(t, [...ordersOf(saves, all, [null], deaths), ...ordersOf(saves, [null], refreshes, dying)]);
    });
  }
});
