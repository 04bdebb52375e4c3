import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pace } from '../../electron/sync/pace.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

function paceOf(requestsPerMinute: number) {
  const clock = virtualClock();
  return { clock, pace: new Pace({ requestsPerMinute, maxInFlight: 4 }, clock, seededRandom(3)) };
}

describe('the pace of a till', () => {
  it('lets a few requests go at once and then keeps to the budget', async () => {
    const { clock, pace } = paceOf(60);
    let sent = 0;
    for (let second = 0; second < 120; second += 1) {
      while (pace.waitMs('counter') === 0) {
        pace.take();
        sent += 1;
      }
      await clock.pass(1000);
    }
    // Two minutes of budget, and the burst at the start.
    assert.ok(sent >= 120 && sent <= 127, `${sent} requests in two minutes`);
  });

  it('keeps the last requests for the customer at the counter', () => {
    const { pace } = paceOf(60);
    while (pace.waitMs('backlog') === 0) pace.take();
    assert.equal(pace.waitMs('counter'), 0);
    pace.take();
    pace.take();
    assert.equal(pace.waitMs('counter'), 0);
  });

  it('halves its rate at a refusal, obeys the wait that the server names, and comes back with successes', async () => {
    const { clock, pace } = paceOf(60);
    pace.refused(30_000);
    assert.equal(pace.rate, 30);
    assert.ok(pace.waitMs('counter') >= 30_000);
    await clock.pass(40_000);
    assert.equal(pace.waitMs('counter'), 0);
    for (let success = 0; success < 10; success += 1) pace.succeeded();
    assert.equal(pace.rate, 60);
  });

  it('caps the wait that a server can ask for', () => {
    const { pace } = paceOf(60);
    pace.refused(365 * 24 * 60 * 60_000);
    assert.ok(pace.waitMs('counter') <= 12.5 * 60_000 + 1);
  });

  it('never grows slower than two requests a minute', () => {
    const { pace } = paceOf(60);
    for (let refusal = 0; refusal < 50; refusal += 1) pace.refused(null);
    assert.equal(pace.rate, 2);
  });
});
