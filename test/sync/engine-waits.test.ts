/** When an engine acts again: its one timer, its probes, and what cuts a wait short. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { okAnswer } from '../helpers/engine-rig.ts';
import { diskFull, failOnce, online } from './engine-rig-alone.ts';

const minuteMs = 60_000;

describe('the timer of an engine', () => {
  it('is the only one beside the watchdog, however often something changes', async (t) => {
    const { rig, clock } = await online(t);
    for (let change = 0; change < 5; change += 1) rig.engine.changed();
    await clock.pass(1);
    assert.equal(clock.timers(), 2);
  });

  it('does not run while the till has no password, and the status names no next try', async (t) => {
    const { rig, clock, one, server, state, sent } = await online(t);
    server.reachable = false;
    rig.save(one, { lastName: 'Waits' });
    await clock.pass(100);
    const { nextTryAtMs } = rig.engine.status();
    assert.equal(nextTryAtMs, Math.round(clock.wallMs() + rig.context.connection.waitMs));
    const without = t.mock.method(rig.context, 'api', () => null);
    rig.engine.changed();
    await clock.pass(1);
    assert.deepEqual([rig.engine.status().paused, rig.engine.status().nextTryAtMs], ['no-secret', null]);
    assert.equal(clock.timers(), 1);
    rig.engine.tryNow();
    assert.equal(rig.engine.status().paused, 'no-secret');
    without.mock.restore();
    server.reachable = true;
    const id = rig.save(one, { lastName: 'Goes' });
    await clock.pass(1);
    assert.deepEqual([rig.engine.status().paused, state(id), sent()], [null, 'applied', ['1']]);
  });

  it('fires when the pace allows it, even if an update is in doubt and a login has passed since (F40)', async (t) => {
    const { rig, clock, one, server, sent, noteCalls } = await online(t, { requestsPerMinute: 6 });
    await clock.pass(minuteMs);
    const calls = noteCalls();
    const answers = Array.from(
      { length: 2 },
      () => ({ kind: 'not-sent', why: 'busy', retryAfterMs: null, answer: okAnswer }) as const,
    );
    server.fate = () => answers.pop() ?? 'apply';
    rig.save(one, { lastName: 'In doubt' });
    await clock.pass(minuteMs);
    assert.deepEqual(calls, ['update 0', 'login 0', 'update 1000', 'login 1000', 'update 10000']);
    assert.deepEqual(sent(), ['1']);
  });

  it('fires half a minute after the database failed (F25)', async (t) => {
    const { rig, clock, one, sent } = await online(t);
    await clock.pass(100);
    const broken = [t.mock.method(rig.outbox, 'firstReady', diskFull), t.mock.method(rig.outbox, 'unknown', diskFull)];
    rig.engine.changed();
    rig.outbox.save({
      token: 'token',
      customerId: one,
      kind: 'fields',
      identifier: { type: 'userId', value: '1' },
      changes: { lastName: 'New' },
      baseline: { lastName: 'Before' },
      confirmedFills: [],
      staff: null,
      till: 'till1',
    });
    for (const method of broken) method.mock.restore();
    await clock.pass(29_999);
    assert.deepEqual([sent(), rig.logged], [[], ['error the queue could not be looked at']]);
    await clock.pass(1);
    assert.deepEqual(sent(), ['1']);
  });

  it('fires on time while another update is on its way', async (t) => {
    const opened = await online(t);
    const { rig, clock, other, hold, sent } = opened;
    await failOnce(t, opened);
    const release = hold('update');
    rig.save(other, { lastName: 'Slow' });
    await clock.pass(0);
    opened.server.onArrival = async () => undefined;
    await clock.pass(4998);
    assert.deepEqual(sent(), []);
    await clock.pass(1);
    assert.deepEqual(sent(), ['1']);
    release();
    await clock.pass(1);
    assert.deepEqual(sent(), ['1', '2']);
  });

  it('fires on time during a slow probe', async (t) => {
    const opened = await online(t);
    const { clock, hold, sent } = opened;
    await clock.pass(5 * minuteMs - 100);
    await failOnce(t, opened);
    const release = hold('login');
    await clock.pass(5000);
    assert.deepEqual(sent(), ['1']);
    release();
  });
});

describe('a probe of the server', () => {
  it('comes after five minutes without an exchange, to the millisecond', async (t) => {
    const { rig, clock, server } = await online(t);
    await clock.pass(5 * minuteMs - 0.5);
    rig.engine.changed();
    assert.equal(server.calls, 1);
    await clock.pass(1);
    assert.equal(server.calls, 2);
  });

  it('does not come while an update is on its way', async (t) => {
    const { rig, clock, server, one, hold } = await online(t);
    const release = hold('update');
    rig.save(one, { lastName: 'Slow' });
    await clock.pass(6 * minuteMs);
    rig.engine.changed();
    assert.equal(server.calls, 2);
    release();
    await clock.pass(1);
  });

  it('counts as a request on its way', async (t) => {
    for (const maxInFlight of [1, 2]) {
      const { rig, clock, one, hold, server, sent } = await online(t, { maxInFlight });
      const release = hold('login');
      await clock.pass(5 * minuteMs);
      rig.save(one, { lastName: 'Waits' });
      await clock.pass(1000);
      assert.equal(server.updateCalls, maxInFlight - 1);
      release();
      await clock.pass(1);
      assert.deepEqual(sent(), ['1']);
    }
  });

  it('comes every quarter of an hour while the till is refused, and then lets updates go', async (t) => {
    const { rig, clock, one, server, noteCalls, sent } = await online(t);
    const calls = noteCalls();
    const startMs = clock.monotonicMs();
    const refused = { kind: 'held', why: 'credentials', answer: okAnswer } as const;
    const login = t.mock.method(server.api, 'login', async () => {
      calls.push(`login ${clock.monotonicMs() - startMs}`);
      return refused;
    });
    server.fate = () => refused;
    rig.save(one, { lastName: 'Refused' });
    await clock.pass(15 * minuteMs - 1);
    assert.deepEqual([calls, rig.engine.status().paused], [['update 0'], 'credentials']);
    await clock.pass(15 * minuteMs);
    assert.deepEqual(calls, ['update 0', 'login 900000']);
    login.mock.restore();
    server.fate = () => 'apply';
    await clock.pass(1001);
    assert.deepEqual([calls[2], sent()], ['login 1800000', ['1']]);
  });

  it('is not needed if somebody asks a refused till to try again', async (t) => {
    const { rig, clock, one, server, sent } = await online(t);
    server.fate = () => ({ kind: 'held', why: 'credentials', answer: okAnswer });
    rig.save(one, { lastName: 'Refused' });
    await clock.pass(1000);
    assert.equal(rig.engine.status().paused, 'credentials');
    server.fate = () => 'apply';
    rig.engine.tryNow();
    await clock.pass(1000);
    assert.deepEqual(sent(), ['1']);
  });

  it('comes a second after the last one while one update is in doubt', async (t) => {
    const { rig, clock, one, server, noteCalls } = await online(t);
    server.fate = () => 'lose';
    const calls = noteCalls();
    await clock.pass(100);
    rig.save(one, { lastName: 'Lost' });
    await clock.pass(899);
    assert.deepEqual(calls, ['update 100']);
    await clock.pass(1);
    assert.deepEqual(calls, ['update 100', 'login 1000']);
  });
});

describe('an update that may have arrived', () => {
  it('is read back after the times of the config', async (t) => {
    const { rig, clock, one, server, noteCalls } = await online(t, {
      sync: { settleSeconds: 10, slowServerSeconds: 20 },
    });
    let tries = 0;
    server.fate = () => {
      tries += 1;
      return tries === 1 ? 'lose' : 'apply';
    };
    const calls = noteCalls();
    rig.save(one, { lastName: 'Lost' });
    await clock.pass(30_000);
    assert.deepEqual(
      calls.filter((call) => !call.startsWith('login')),
      ['update 0', 'get 10000', 'get 20000', 'get 20000', 'update 20000'],
    );
  });

  it('has its answer stored five seconds after the disk refused it (F25)', async (t) => {
    const { rig, clock, one, state } = await online(t);
    const broken = t.mock.method(rig.outbox, 'applied', diskFull);
    const id = rig.save(one, { lastName: 'New' });
    await clock.pass(0);
    broken.mock.restore();
    await clock.pass(4999);
    assert.equal(state(id), 'sending');
    await clock.pass(1);
    assert.equal(state(id), 'applied');
    assert.equal(rig.logged.filter((line) => line === 'error an outcome waits for the database').length, 1);
  });

  it('is checked at least every ten minutes while another till imports it', async (t) => {
    const asked: number[] = [];
    const opened = await online(t, {
      whereabouts: async () => {
        asked.push(opened.clock.monotonicMs());
        return 'being-taken' as const;
      },
    });
    const { rig, clock, one } = opened;
    rig.save(one, { lastName: 'Elsewhere' });
    await clock.pass(180 * minuteMs);
    const waits = asked.map((ms, at) => ms - (asked[at - 1] ?? ms));
    assert.deepEqual(waits.slice(1, 4), [5000, 10_000, 20_000]);
    assert.deepEqual(waits.slice(-3), [10 * minuteMs, 10 * minuteMs, 10 * minuteMs]);
  });
});

describe('an update that Tillside fails to send', () => {
  for (const [what, fail, longestMs] of [
    ['an error that only a new version can fix', () => assert.fail('a bug'), 60 * minuteMs],
    ['an error of the database', diskFull, 30_000],
  ] as const) {
    it(`is tried less and less often after ${what}`, async (t) => {
      const { rig, clock, one } = await online(t);
      const tries: number[] = [];
      t.mock.method(rig.outbox, 'claim', () => {
        tries.push(clock.monotonicMs());
        return fail();
      });
      rig.save(one, { lastName: 'Waits' });
      await clock.pass(8 * 60 * minuteMs);
      const waits = tries.map((ms, at) => ms - (tries[at - 1] ?? ms));
      assert.deepEqual(waits.slice(1, 4), [5000, 10_000, 20_000]);
      assert.deepEqual(waits.slice(-2), [longestMs, longestMs]);
    });
  }
});

describe('a wait ends at once', () => {
  it('for a save, whatever the back-off is', async (t) => {
    const { rig, clock, one, other, server, sent } = await online(t);
    server.reachable = false;
    rig.save(one, { lastName: 'Waits' });
    await clock.pass(5 * minuteMs);
    assert.ok(rig.context.connection.waitMs > 0);
    server.reachable = true;
    rig.save(other, { lastName: 'Now' });
    await clock.pass(0);
    assert.equal(sent()[0], '2');
  });

  it('if somebody asks, whatever the back-off is', async (t) => {
    const { rig, clock, one, server, sent } = await online(t);
    server.reachable = false;
    rig.save(one, { lastName: 'Waits' });
    await clock.pass(30_000);
    assert.ok(rig.context.connection.waitMs > 100);
    server.reachable = true;
    rig.engine.tryNow();
    await clock.pass(100);
    assert.deepEqual(sent(), ['1']);
  });

  it('if somebody asks, even for an update that Tillside failed to send', async (t) => {
    const opened = await online(t);
    const { rig, clock, sent } = opened;
    await failOnce(t, opened);
    const asked = [t.mock.method(rig.context.pace, 'hurry'), t.mock.method(rig.context.blame, 'tryNow')];
    const told = rig.statuses.length;
    rig.engine.sendNow();
    await clock.pass(0);
    assert.deepEqual(sent(), ['1']);
    assert.deepEqual(
      asked.map(({ mock }) => mock.callCount()),
      [1, 1],
    );
    assert.ok(rig.statuses.length > told);
  });

  it('for a new password, which is tried even if nothing waits', async (t) => {
    const { rig, clock, server } = await online(t);
    await clock.pass(minuteMs);
    assert.equal(server.calls, 1);
    rig.engine.passwordChanged();
    await clock.pass(0);
    assert.equal(server.calls, 2);
  });

  it('after the computer slept for more than a minute, which the clocks show (F15)', async (t) => {
    for (const sleptMs of [minuteMs, minuteMs + 1]) {
      const { rig, clock } = await online(t);
      const hurried = t.mock.method(rig.context.pace, 'hurry');
      clock.setWall(clock.wallMs() + sleptMs);
      rig.engine.tryNow();
      rig.engine.tryNow();
      assert.equal(rig.context.connection.isProbing, false, 'nothing has to prove itself');
      assert.equal(hurried.mock.callCount(), sleptMs > minuteMs ? 1 : 0);
    }
  });
});
