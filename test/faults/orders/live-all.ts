/** Runs a till through each order of events, and checks that its books then agree with the server's. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { CustomerRecord, FieldChanges } from '../../../electron/model/customer.ts';
import type { Update } from '../../../electron/updates/rows.ts';
import { type ModelServer, okAnswer } from '../../helpers/engine-rig.ts';
import { type Death, MortalTill } from './mortal-till.ts';

const refused = (code: number) =>
  ({
    kind: 'rejected',
    rejection: { code, field: null, message: null },
    answer: { ...okAnswer, code: 500, successCount: 0, itemCode: code },
  }) as const;
const notSent = (why: 'no-connection' | 'busy' | 'sign-in-page', retryAfterMs: number | null = null) =>
  ({ kind: 'not-sent', why, retryAfterMs, answer: null }) as const;

export type Lived = {
  /** How many of the orders are possible. */
  readonly lived: number;
  /** A sentence for each that ended wrong. */
  readonly wrong: readonly string[];
};

type Fate = ReturnType<ModelServer['fate']>;
/** What may become of the first attempt. Later ones are applied and answered. */
export const outcomes: { readonly [words: string]: Fate | 'late' } = {
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
export type Refresh = { readonly moment: (typeof moments)[number]; readonly telling: (typeof tellings)[number] } | null;
export const refreshes = moments.flatMap((moment) => tellings.map((telling) => ({ moment, telling })));

export type Save = { readonly userId: string; readonly changes: FieldChanges; readonly when: 'at once' | 'on its way' };
export type Order = {
  readonly outcome: string;
  /** The outcome of the second attempt, of whichever update; null: applied and answered. */
  readonly second: string | null;
  readonly death: Death;
  readonly refresh: Refresh;
  readonly saves: readonly Save[];
};

/** @returns whether the till died where it should have, whether there was a second attempt, and where it could have died */
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
  // Several times, because its credentials may be refused twice, and it may die only after that.
  for (let round = 0; round < 4; round += 1) {
    till.go();
    await till.pass(75_000);
  }
  try {
    compare(till, till.updates(), saves);
  } finally {
    await till.ended();
  }
  return { hasDied: till.hasDied, wasTriedAgain: fates.length === 0, passed: till.passed };
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

export async function liveAll(orders: readonly Order[]): Promise<Lived> {
  let lived = 0;
  const wrong: string[] = [];
  const triedOnce = new Set<string>();
  const passedWithoutDeath = new Map<string, ReadonlySet<Death>>();
  for (const order of orders) {
    const { outcome, death, second } = order;
    const withoutDeath = wordsOf({ ...order, death: null });
    // Up to its death a till does the same as without one, so it can't die at a step that it never reaches then.
    if (passedWithoutDeath.get(withoutDeath)?.has(death) === false) continue;
    // There is no second attempt, so its outcome makes no difference.
    if (second !== null && triedOnce.has(`${outcome} ${death}`)) continue;
    try {
      const { hasDied, wasTriedAgain, passed } = await live(order);
      if (death === null) passedWithoutDeath.set(withoutDeath, passed);
      // A till that should have died and did not shows that the order is impossible.
      if (death === null || hasDied) lived += 1;
      if (!wasTriedAgain) triedOnce.add(`${outcome} ${death}`);
    } catch (error) {
      wrong.push(`${wordsOf(order)}: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown'}`);
    }
  }
  return { lived, wrong };
}
