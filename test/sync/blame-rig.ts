/** Blame with a real connection, and a note of what the pace is told. */
import type { TestContext } from 'node:test';
import { Blame, type Trouble } from '../../electron/sync/blame.ts';
import { ConnectionState } from '../../electron/sync/connection.ts';
import { Pace } from '../../electron/sync/pace.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

export const heardBusyMs = 7000;

export const one = { id: 'one', customerId: 1 };
export const ofSame = { id: 'of the same customer', customerId: 1 };
export const two = { id: 'two', customerId: 2 };
export const three = { id: 'three', customerId: 3 };

export const trouble = (why: Trouble['why'], retryAfterMs: number | null = null): Trouble => ({ why, retryAfterMs });
export const crash = trouble('server-error');
export const line = ['no-connection', 'name-not-found', 'proxy', 'tls'] as const;

export function openBlame(t: TestContext) {
  const clock = virtualClock();
  const connection = new ConnectionState(clock, seededRandom(1));
  const pace = new Pace({ requestsPerMinute: 60, maxInFlight: 4, sharedLimit: null }, clock, seededRandom(1), () => 0);
  const blame = new Blame(connection, pace, clock);
  /** What the pace was told. */
  const paced: string[] = [];
  t.mock.method(pace, 'serverBusy', (ms: number | null) => paced.push(`busy ${ms}`));
  t.mock.method(pace, 'lost', () => paced.push('lost'));
  t.mock.method(pace, 'succeeded', () => paced.push('succeeded'));
  t.mock.method(pace, 'wasNotBusy', () => paced.push('no limit'));
  t.mock.method(pace, 'maybeBusy', () => {
    paced.push('heard busy');
    return heardBusyMs;
  });
  connection.answered();
  const fail = (update: typeof one, of: Trouble = crash) => blame.failed(update, 'look', of);
  /** Whether the whole connection was blamed, so that everything waits. */
  const isLineBlamed = () => connection.connection.kind === 'offline' && connection.waitMs > 0;
  /** Makes the first update fail this many times while others pass. */
  const charge = (times: number) => {
    fail(one);
    for (let count = 0; count < times; count += 1) {
      blame.passed(two, 'look');
      fail(one);
    }
  };
  return { clock, connection, blame, paced, fail, isLineBlamed, charge };
}
