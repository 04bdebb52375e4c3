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
import { describe, it, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { CustomerRecord, FieldChanges } from '../../electron/model/customer.ts';
import type { Update } from '../../electron/updates/rows.ts';
import { type ModelServer, okAnswer } from '../helpers/engine-rig.ts';
import { type Death, deaths, MortalTill } from './orders/mortal-till.ts';

const refused = (code: number) =>
  ({
    kind: 'rejected',
    rejection: { code, field: null, message: null },
    answer: { ...okAnswer, code: 500, successCount: 0, itemCode: code },
  }) as const;
const notSent = (why: 'no-connection' | 'busy' | 'sign-in-page', retryAfterMs: number | null = null) =>
  ({ kind: 'not-sent', why, retryAfterMs, answer: null }) as const;

type Fate = ReturnType<ModelServer['fate']>;
/** What becomes of the first attempt; of later ones: applied and answered. */
const outcomes: { readonly [words: string]: Fate | 'late' } = {
  'applied and answered': 'apply',
  'applied, and the answer lost': 'apply-and-lose',
  'lost on the way': 'lose',
  'applied after the first read-back': 'late',
  'not connected': notSent('no-connection'),
  'refused by an item code': refused(1017),
  'refused with 500 and an empty customer': refused(500),
  'too many calls, come back in two seconds': notSent('busy', 2000),
  'too many calls': notSent('busy'),
  'a page in place of an answer, not arrived': notSent('sign-in-page'),
  'a page in place of an answer, perhaps arrived': { kind: 'unknown', why: 'unreadable-answer', answer: okAnswer },
  'credentials refused': { kind: 'held', why: 'credentials', answer: { ...okAnswer, httpStatus: 401 } },
};

const moments = ['before it is sent', 'after the first attempt', 'at the end'] as const;
const tellings = ['the old value', "the server's value", "another till's value"] as const;
type Refresh = { readonly moment: (typeof moments)[number]; readonly telling: (typeof tellings)[number] } | null;
const refreshes = moments.flatMap((moment) => tellings.map((telling) => ({ moment, telling })));

type Save = { readonly userId: string; readonly changes: FieldChanges; readonly when: 'at once' | 'on its way' };
type Order = {
  readonly outcome: string;
  /** Of the second attempt of all; null: applied and answered. */
  readonly second: string | null;
  readonly death: Death;
  readonly refresh: Refresh;
  readonly saves: readonly Save[];
};

/** @returns whether the till died where it should have, and whether there was a second attempt */
async function live({ outcome, second, death, refresh, saves }: Order) {
  const till = new MortalTill(death);
  const { server } = till;
  const fates = [outcome, ...(second === null ? [] : [second])].map((words) => outcomes[words] ?? 'apply');
  server.fate = (changes) => {
    const fate = fates.shift() ?? 'apply';
    if (fate !== 'late') return fate;
    const { userId } = saves.find((one) => isDeepStrictEqual(one.changes, changes)) ?? { userId: '1' };
    till.clock.after(4000, () => server.apply(userId, changes));
    return 'lose';
  };
  const old = server.customers.get('1');
  const save = (when: Save['when']) => {
    for (const one of saves) if (one.when === when) till.rig.save(Number(one.userId), one.changes);
  };
  const maybeRefresh = async (moment: (typeof moments)[number]) => {
    if (refresh?.moment === moment) await refreshed(till, refresh.telling, old);
  };
  await till.pass(10);
  till.hold();
  save('at once');
  await till.maybeDie('saved');
  till.hold();
  await maybeRefresh('before it is sent');
  till.go();
  // The look takes 40 ms, and then it is on its way for as long.
  await till.pass(60);
  save('on its way');
  await till.pass(60);
  await till.maybeDie('settled');
  await maybeRefresh('after the first attempt');
  await till.pass(30_000);
  await maybeRefresh('at the end');
  // Several times: it may be refused its credentials twice, and may die only then.
  for (let round = 0; round < 4; round += 1) {
    till.go();
    await till.pass(75_000);
  }
  try {
    compare(till, till.updates(), saves);
  } finally {
    await till.ended();
  }
  return { hasDied: till.hasDied, wasTriedAgain: fates.length === 0 };
}

async function refreshed(till: MortalTill, telling: string, old: CustomerRecord | undefined) {
  const { server } = till;
  if (telling === "another till's value") server.apply('1', { lastName: 'Elsewhere' });
  if (telling === 'the old value' && old !== undefined) {
    server.onGet = () => ({ kind: 'found', value: old, merged: false, answer: okAnswer });
  }
  await till.refresh(1);
  server.onGet = () => null;
}

/** The till's books against the server's ledger, once nothing is left to wait for. */
function compare({ server, rig }: MortalTill, updates: readonly Update[], saves: readonly Save[]): void {
  for (const { userId, changes } of saves) {
    const [[field, value] = []] = Object.entries(changes);
    const times = server.ledger.filter((entry) => Object.values(entry.changes).includes(value)).length;
    const update = updates.find((one) => Object.values(one.changes).includes(value));
    const isReplaced = saves.some(
      (one) => one.userId === userId && field !== undefined && field in one.changes && one.changes !== changes,
    );
    if (update === undefined && isReplaced && changes === saves[0]?.changes) {
      assert.equal(times, 0, 'sent, and replaced by a later save all the same');
      continue;
    }
    assert.ok(update !== undefined, 'a save is lost');
    assert.ok(times <= 1, `sent ${times} times`);
    if (update.state === 'applied') assert.equal(times, 1, 'said to be applied, and it is not');
    else if (update.state === 'queued') assert.ok(rig.outbox.isBehindAnother(update), 'waits for nothing');
    else assert.ok(update.state === 'attention' && update.reason !== null, `stuck in ${update.state}`);
  }
  const isAllSent = updates.every(({ state }) => state === 'applied');
  assert.equal(rig.engine.status().state, isAllSent ? 'all-sent' : 'attention');
}

function wordsOf({ outcome, second, death, refresh }: Order): string {
  const next = second === null ? '' : `, the second ${second}`;
  const told = refresh === null ? '' : `, a refresh ${refresh.moment} tells ${refresh.telling}`;
  return `${outcome}${next}; ${death === null ? 'no death' : `death: ${death}`}${told}`;
}

async function liveAll(t: TestContext, orders: readonly Order[]): Promise<void> {
  let lived = 0;
  const wrong: string[] = [];
  const triedOnce = new Set<string>();
  for (const order of orders) {
    const { outcome, death, second } = order;
    // Whatever would become of the second attempt, there is none.
    if (second !== null && triedOnce.has(`${outcome} ${death}`)) continue;
    try {
      const { hasDied, wasTriedAgain } = await live(order);
      // Otherwise there is no such order.
      if (death === null || hasDied) lived += 1;
      if (!wasTriedAgain) triedOnce.add(`${outcome} ${death}`);
    } catch (error) {
      wrong.push(`${wordsOf(order)}: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown'}`);
    }
  }
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
  it('of one update ends with it applied once, or before a person with a reason', async (t) => {
    await liveAll(t, ordersOf([first], [null], [null, ...refreshes], deaths));
  });

  for (const [words, next] of Object.entries(nextSaves)) {
    it(`of two updates, of which the second changes ${words}, ends so for both`, async (t) => {
      const saves = [first, next];
      const dying = 'lastName' in next.changes && next.userId === first.userId ? deaths : [null];
      await liveAll(t, [...ordersOf(saves, all, [null], deaths), ...ordersOf(saves, [null], refreshes, dying)]);
    });
  }
});
