/** One update that cannot succeed never holds up another customer, whatever the server or a gateway answers (F40). */
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import type { Held, ReadOutcome, UpdateOutcome } from '../../electron/model/outcome.ts';
import type { UpdateState } from '../../electron/model/update-view.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import { ModelServer, okAnswer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;
const others = 20;

/** What the server does to that one update, at each step that can fail. */
type Poison = {
  readonly send?: Exclude<UpdateOutcome, { kind: 'applied' }>;
  readonly look?: ReadOutcome<never>;
  /** It is unknown when the till starts. */
  readonly isUnknown?: boolean;
  /** How it ends, if not in attention because it does not pass. */
  readonly ends?: readonly [UpdateState, string | null];
};

const notSent = (why: 'sign-in-page' | 'gateway-refused' | 'busy'): Poison['send'] => ({
  kind: 'not-sent',
  why,
  retryAfterMs: null,
  answer: okAnswer,
});
const failed = (why: 'server-error' | 'timeout' | 'unreadable-answer' | 'busy'): ReadOutcome<never> => ({
  kind: 'failed',
  why,
  retryAfterMs: null,
});

const tillRefused = (why: Held['why'], code: number): Held => {
  return { kind: 'held', why, answer: { ...okAnswer, httpStatus: code, code, itemCode: null } };
};

function cannotTell(look: ReadOutcome<never>): Poison {
  return { look, isUnknown: true, ends: ['attention', 'cannot-tell'] };
}

const poisons: { readonly [words: string]: Poison } = {
  'a gateway rejects its text with a page (403, 413)': { send: notSent('gateway-refused') },
  'its text always gets a sign-in page': { send: notSent('sign-in-page') },
  'the server is always busy with it (503, 461)': { send: notSent('busy') },
  'another action on its customer never ends (521)': {
    send: { kind: 'not-sent', why: 'busy', retryAfterMs: null, answer: { ...okAnswer, itemCode: 521 } },
  },
  'looking up its customer crashes (500)': { look: failed('server-error') },
  'looking up its customer times out': { look: failed('timeout') },
  'looking up its customer is busy': { look: failed('busy') },
  'looking up its customer is unreadable': { look: failed('unreadable-answer') },
  'reading it back crashes (500)': cannotTell(failed('server-error')),
  'reading it back times out': cannotTell(failed('timeout')),
  'reading it back is unreadable': cannotTell(failed('unreadable-answer')),
  'the till is not permitted to send it (403)': {
    send: tillRefused('permission', 403),
    ends: ['attention', 'refused'],
  },
  'the password is refused for it (401)': { send: tillRefused('credentials', 401), ends: ['attention', 'refused'] },
  'the password is refused for looking up its customer (401)': {
    look: tillRefused('credentials', 401),
    ends: ['applied', null],
  },
  'the password is refused for reading it back (401)': cannotTell(tillRefused('credentials', 401)),
};

/** @returns when the last of the others was sent, the calls about the bad one, and how it ended */
async function run(poison: Poison | null) {
  const clock = virtualClock();
  const server = new ModelServer(clock, 200);
  const folder = temporaryFolder();
  const options = { server, clock, folder, requestsPerMinute: 60, sync: { settleSeconds: 5 } };
  let rig = startEngine({ ...options, random: seededRandom(7) });
  await clock.pass(1000);
  server.reachable = false;
  const badId = rig.save(rig.addCustomer('1'), { lastName: 'Poison' });
  const ids = Array.from({ length: others }, (_, at) => rig.save(rig.addCustomer(`${at + 2}`), { lastName: 'Good' }));
  await clock.pass(10 * minuteMs);
  const stopped = rig.stop();
  await clock.pass(5000);
  await stopped;
  rig = startEngine({ ...options, random: seededRandom(8) });
  server.reachable = true;
  let calls = 0;
  server.fate = ({ lastName }) => {
    if (lastName !== 'Poison' || poison?.send === undefined) return 'apply';
    calls += 1;
    return poison.send;
  };
  server.onGet = (identifier) => {
    if (identifier.value !== '1') return null;
    calls += 1;
    return poison?.look ?? null;
  };
  if (poison?.isUnknown === true) {
    rig.db
      .prepare("update updates set state = 'unknown', uncertain_after = 'timeout', attempts = 1 where id = ?")
      .run(badId);
  }
  const startedMs = clock.monotonicMs();
  const isSent = (id: string) => findUpdate(rig.db, id)?.state === 'applied';
  while (!ids.every(isSent) && clock.monotonicMs() - startedMs < 24 * 60 * minuteMs) await clock.pass(1000);
  const othersMs = clock.monotonicMs() - startedMs;
  await clock.pass(24 * 60 * minuteMs - othersMs);
  const bad = findUpdate(rig.db, badId);
  const status = rig.engine.status();
  const closing = rig.stop();
  await clock.pass(5000);
  await closing;
  return { othersMs, calls, bad, status };
}

describe('one update that cannot succeed', () => {
  let without: Awaited<ReturnType<typeof run>>;
  before(async () => {
    without = await run(null);
  });

  for (const [words, poison] of Object.entries(poisons)) {
    it(`F39, F40 ${words}: the others go on time, it costs few calls, and a person decides`, async () => {
      const { othersMs, calls, bad, status } = await run(poison);
      assert.ok(
        othersMs <= without.othersMs * 1.1 + 2000,
        `${othersMs / 1000} s, ${without.othersMs / 1000} s without it`,
      );
      assert.ok(calls < 30, `${calls} calls in a day`);
      const [state, reason] = poison.ends ?? ['attention', 'does-not-pass'];
      assert.deepEqual([bad?.state, bad?.reason?.kind ?? null], [state, reason]);
      const shown = state === 'attention' ? state : 'all-sent';
      assert.deepEqual([status.state, status.paused, status.connection.kind], [shown, null, 'online']);
    });
  }
});

const permission = tillRefused('permission', 403);
const notPermitted: UpdateOutcome = {
  kind: 'rejected',
  rejection: { code: 1044, field: null, message: 'no permission' },
  answer: { ...okAnswer, itemCode: 1044 },
};

/** A till with one waiting update of each of eight customers; the server answers so to the bad ones. */
async function waitingTill(
  t: TestContext,
  refusal: Exclude<UpdateOutcome, { kind: 'applied' }>,
  bad: number,
  maxInFlight = 1,
) {
  const clock = virtualClock();
  const server = new ModelServer(clock, 200);
  const rig = startEngine({ server, clock, folder: temporaryFolder(), random: seededRandom(7), maxInFlight });
  t.after(async () => {
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  });
  await clock.pass(1000);
  server.reachable = false;
  const ids = Array.from({ length: 8 }, (_, at) => {
    return rig.save(rig.addCustomer(`${at + 1}`), { lastName: at < bad ? 'Bad' : 'Good' });
  });
  await clock.pass(10 * minuteMs);
  server.fate = ({ lastName }) => (lastName === 'Bad' ? refusal : 'apply');
  server.updateCalls = 0;
  server.reachable = true;
  rig.engine.sendNow();
  const states = () => ids.map((id) => findUpdate(rig.db, id)?.state);
  const are = (...counts: readonly (readonly [number, UpdateState])[]) => {
    assert.deepEqual(
      states(),
      counts.flatMap(([count, state]) => Array.from({ length: count }, () => state)),
    );
  };
  return { clock, server, rig, are };
}

describe('a till that the server refuses', () => {
  for (const why of ['permission', 'credentials'] as const) {
    it(`F40 pauses once it is refused for two customers (${why}), charges nobody, and goes on once it may`, async (t) => {
      const { clock, server, rig, are } = await waitingTill(t, tillRefused(why, 403), 8);
      await clock.pass(minuteMs);
      assert.deepEqual([rig.engine.status().paused, server.updateCalls], [why, 2]);
      await clock.pass(24 * 60 * minuteMs);
      are([8, 'queued']);
      assert.equal(rig.engine.status().paused, why);
      assert.ok(server.updateCalls < 200, `${server.updateCalls} calls in a day`);
      server.fate = () => 'apply';
      await clock.pass(20 * minuteMs);
      are([8, 'applied']);
      assert.equal(rig.engine.status().paused, null);
    });
  }

  it('F40 pauses at once if no other customer’s update waits, and asks only by logins whether it may go on', async (t) => {
    const { clock, server, rig } = await waitingTill(t, permission, 0);
    await clock.pass(30 * minuteMs);
    server.fate = () => permission;
    rig.save(rig.addCustomer('20'), { lastName: 'Late' });
    await clock.pass(1000);
    assert.equal(rig.engine.status().paused, 'permission');
    server.fate = () => 'apply';
    rig.engine.tryNow();
    await clock.pass(2000);
    assert.equal(rig.engine.status().state, 'all-sent');
  });

  it('F40 does not pause while another customer’s update is under way, which may show that it is accepted', async (t) => {
    const { clock, server, rig } = await waitingTill(t, permission, 0, 4);
    await clock.pass(30 * minuteMs);
    server.fate = ({ lastName }) => (lastName === 'Bad' ? permission : 'apply');
    const paused: unknown[] = [];
    server.onAnswer = async () => {
      // A look-up by staff shows that the connection is good, so that more may go at once.
      rig.context.blame.lookUpPassed(null);
      rig.engine.changed();
      paused.push(rig.engine.status().paused);
    };
    for (const lastName of ['Bad', 'Good']) rig.save(rig.addCustomer(lastName === 'Bad' ? '20' : '21'), { lastName });
    await clock.pass(10_000);
    assert.deepEqual([paused, rig.engine.status().paused], [[null], null]);
  });

  it('F40 for several of its customers, but not for the others, sends those within the hour', async (t) => {
    const { clock, rig, are } = await waitingTill(t, permission, 3);
    await clock.pass(60 * minuteMs);
    are([3, 'attention'], [5, 'applied']);
    assert.equal(rig.engine.status().paused, null);
  });

  it('pauses if several customers in a row get "no permission" (1044), and keeps the rest', async (t) => {
    const { clock, server, rig, are } = await waitingTill(t, notPermitted, 8);
    await clock.pass(24 * 60 * minuteMs);
    are([2, 'attention'], [6, 'queued']);
    assert.equal(rig.engine.status().paused, 'permission');
    server.fate = () => 'apply';
    await clock.pass(20 * minuteMs);
    are([2, 'attention'], [6, 'applied']);
  });

  it('does not pause for single customers that get "no permission" (1044)', async (t) => {
    const { clock, rig, are } = await waitingTill(t, notPermitted, 3);
    await clock.pass(10 * minuteMs);
    are([3, 'attention'], [5, 'applied']);
    assert.equal(rig.engine.status().paused, null);
  });
});
