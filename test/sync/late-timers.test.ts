/** On a busy machine a timer fires late, so that what was due one after the other is due at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NotSentReason } from '../../electron/model/outcome.ts';
import { ModelServer, okAnswer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { lateClock, seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

type Fate = ReturnType<ModelServer['fate']>;

const notSent = (why: NotSentReason): readonly [string, Fate] => [
  why,
  { kind: 'not-sent', why, retryAfterMs: null, answer: okAnswer },
];
const fates: readonly (readonly [string, Fate])[] = [
  ...(['busy', 'no-connection', 'sign-in-page', 'gateway-refused'] as const).map(notSent),
  ['a lost request', 'lose'],
  ['a lost answer', 'apply-and-lose'],
];
const cases = [0, 30, 300, 1500].flatMap((lateMs) => [true, false].map((readBack) => ({ lateMs, readBack })));
const slowServerMs = 10_000;

describe('F40 an update that failed once arrives soon, and only once', () => {
  for (const [what, fate] of fates) {
    for (const { lateMs, readBack } of cases) {
      // Without reading back, a person decides.
      if (!readBack && typeof fate === 'string') continue;
      it(`after ${what}, with timers ${lateMs} ms late${readBack ? '' : ', if nothing is read back'}`, async () => {
        const clock = virtualClock();
        const server = new ModelServer(clock, 10);
        const next = [fate];
        server.fate = () => next.pop() ?? 'apply';
        const sync = { readBack, slowServerSeconds: slowServerMs / 1000 };
        const rig = startEngine({
          server,
          clock: lateClock(clock, () => lateMs),
          random: seededRandom(7),
          folder: temporaryFolder(),
          sync,
        });
        const customer = rig.addCustomer('1');
        // The login at the start has just passed, so that the next one is due with the update in doubt.
        await clock.pass(30);
        rig.save(customer, { lastName: 'Once' });
        await clock.pass(10 * lateMs + (typeof fate === 'string' ? slowServerMs : 0) + 5000);
        assert.deepEqual([next.length, server.ledger.length, rig.engine.status().unsent], [0, 1, 0]);
        const stopped = rig.stop();
        await clock.pass(5000);
        await stopped;
      });
    }
  }
});
