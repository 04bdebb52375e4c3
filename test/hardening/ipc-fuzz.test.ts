/**
 * What a hijacked page could do with its one channel: a hundred thousand calls of rubbish, some in the right shape, to
 * a real till with data in it. The rubbish is the same at every run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDispatcher } from '../../electron/ipc/dispatcher.ts';
import { type CallName, calls } from '../../electron/ipc/schema.ts';
import type { Log } from '../../electron/machine/log.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, save } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig } from '../helpers/till-rig.ts';

const callCount = 100_000;

/** A small generator of numbers that are the same at every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const names: readonly CallName[] = Object.keys(calls).filter((name): name is CallName => Object.hasOwn(calls, name));
const otherNames = [
  '',
  'constructor',
  '__proto__',
  'toString',
  'updates.save ',
  'UPDATES.SAVE',
  'sync',
  'a'.repeat(9999),
];

/** No text that a field could take: a call that happens to be valid is not rubbish, and may do what it says. */
const leaves: readonly unknown[] = [
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  10n,
  true,
  '',
  '\u0000'.repeat(12_000),
  'é'.repeat(20_000),
  new Date(Number.NaN),
  new Map([['customerId', 1]]),
  new Uint8Array(16),
  Symbol('rubbish'),
  JSON.parse('{"__proto__":{"customerId":1},"constructor":{"prototype":{}}}'),
  Array.from({ length: 1000 }, () => ({})),
];

function keysOf(name: CallName): readonly string[] {
  const { argument } = calls[name];
  return 'shape' in argument ? Object.keys(argument.shape) : [];
}

function rubbish(pick: (below: number) => number, depth = 0): unknown {
  const kind = pick(10);
  if (kind < 6 || depth > 4) return leaves[pick(leaves.length)];
  if (kind < 8) return Array.from({ length: pick(4) }, () => rubbish(pick, depth + 1));
  const keys = ['customerId', 'identifier', 'type', 'value', 'changes', 'firstName', '__proto__', 'token', '0'];
  return Object.fromEntries(Array.from({ length: pick(4) }, () => [keys[pick(keys.length)], rubbish(pick, depth + 1)]));
}

function argumentFor(name: CallName | null, pick: (below: number) => number): unknown {
  const keys = name === null ? [] : keysOf(name);
  if (keys.length === 0 || pick(3) === 0) {
    const argument = rubbish(pick);
    // No argument at all is valid for many calls.
    return typeof argument === 'object' && argument !== null && Object.keys(argument).length === 0 ? 1 : argument;
  }
  return Object.fromEntries(keys.map((key) => [key, rubbish(pick, 1)]));
}

/** The till as staff and IT see it. */
async function seen({ call }: RigTill): Promise<unknown> {
  return {
    open: await call['updates.list']({ which: 'open', offset: 0, limit: 500 }),
    closed: await call['updates.list']({ which: 'closed', offset: 0, limit: 500 }),
    drafts: await call['drafts.list'](null),
    staff: await call['staff.current'](null),
    org: await call['org.view'](null),
    found: await call['customers.search']({ query: 'r', limit: 200 }),
    import: await call['customers.importState'](null),
    unsent: (await call['sync.status'](null)).unsent,
    secretNeeded: (await call['app.info'](null)).secretNeeded,
  };
}

test(`${callCount} calls of rubbish change nothing and crash nothing`, async (t) => {
  const rig = await startTillRig(20);
  t.after(() => rig.close());
  const till = await rig.openTill(rig.newFolder());
  const customer = await bringIn(till, { type: 'mobile', value: anchors.ritaJames.mobile });
  await rig.server.control.setConnection(false);
  await save(till, customer.customerId, { lastName: 'Jameson' });
  const before = await seen(till);

  const logged = new Map<string, number>();
  const log: Log = {
    write: (level, event) => logged.set(`${level} ${event}`, (logged.get(`${level} ${event}`) ?? 0) + 1),
  };
  const reached = new Map<string, number>();
  const handlers = Object.fromEntries(
    Object.entries(till.handlers).map(([name, handler]) => [
      name,
      (argument: never) => {
        reached.set(name, (reached.get(name) ?? 0) + 1);
        return handler(argument);
      },
    ]),
  );
  const dispatcher = createDispatcher({
    handlers: () => handlers,
    allows: (ours: boolean) => ours,
    begin: () => () => undefined,
    log,
  });

  const pick = seeded(20_260_115);
  const answers = new Map<string, number>();
  for (let count = 0; count < callCount; count += 1) {
    const name = pick(10) === 0 ? null : (names[pick(names.length)] ?? null);
    const said = name ?? (pick(2) === 0 ? otherNames[pick(otherNames.length)] : rubbish(pick));
    const answer = await dispatcher.dispatch(pick(20) > 0, said, argumentFor(name, pick));
    const kind = 'error' in answer ? answer.error.code : `ok ${String(said)}`;
    answers.set(kind, (answers.get(kind) ?? 0) + 1);
    if ('error' in answer) assert.ok(answer.error.message.length < 500, 'an error message stays short');
  }

  t.diagnostic(JSON.stringify(Object.fromEntries(answers)));
  // `not-open` comes only from a till that could not be opened. A bare yes or no may come by chance, and has no effect.
  answers.delete('ok customers.importAnswer');
  reached.delete('customers.importAnswer');
  assert.deepEqual([...answers.keys()].toSorted(), ['bad-argument', 'not-allowed', 'not-open', 'unknown-call']);
  assert.deepEqual([...reached], [], 'no service was called');
  assert.deepEqual([...logged.keys()], ['warn call refused'], 'nothing failed inside');
  assert.deepEqual(await seen(till), before);
  assert.equal(Reflect.get({}, 'customerId'), undefined, 'no prototype was changed');
});
