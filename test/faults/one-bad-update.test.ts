/** One update that cannot succeed never holds up another customer, whatever the server or a gateway answers (F40). */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { ReadOutcome, UpdateOutcome } from '../../electron/model/outcome.ts';
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
  'reading it back crashes (500)': { look: failed('server-error'), isUnknown: true },
  'reading it back times out': { look: failed('timeout'), isUnknown: true },
  'reading it back is unreadable': { look: failed('unreadable-answer'), isUnknown: true },
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
      assert.deepEqual([bad?.state, status.state, status.connection.kind], ['attention', 'attention', 'online']);
      const reason = poison.isUnknown === true ? 'cannot-tell' : 'does-not-pass';
      assert.equal(bad?.reason?.kind, reason);
    });
  }
});
