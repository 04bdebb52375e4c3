import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionState } from '../../electron/sync/connection.ts';
import { refresh } from '../../electron/sync/look-up.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import { ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

function lostLine() {
  const clock = virtualClock();
  const line = new ConnectionState(clock, seededRandom(3));
  for (let tries = 0; tries < 8; tries += 1) line.failed('no-connection');
  return { clock, line };
}

describe('the connection to the server', () => {
  it('is tried less and less often, and never less than twice a minute (F13)', () => {
    const { line } = lostLine();
    assert.ok(line.waitMs > 14_000 && line.waitMs <= 30_000, `${line.waitMs} ms`);
  });

  it('is tried at once on "Send now", even if a request already in flight then fails', () => {
    const { line } = lostLine();
    line.tryNow();
    assert.equal(line.waitMs, 0);
    line.failed('no-connection');
    assert.ok(line.waitMs <= 2000, `${line.waitMs} ms`);
  });

  it("frees a request's place as soon as the server answers", () => {
    const { line } = lostLine();
    line.tryNow();
    assert.equal(line.isProbing, true);
    line.answered();
    assert.equal(line.isProbing, false);
  });
});

describe('the state of the connection', () => {
  const open = () => {
    const clock = virtualClock();
    const random = { ...seededRandom(3), fraction: () => 1 };
    return { clock, line: new ConnectionState(clock, random) };
  };

  it('is unknown before the first exchange, which goes at once', () => {
    const { line } = open();
    assert.deepEqual([line.connection, line.paused, line.lastAnswerAtMs], [{ kind: 'untried' }, null, null]);
    assert.deepEqual([line.waitMs, line.isProbing, line.sinceAnswerMs], [0, false, Number.POSITIVE_INFINITY]);
  });

  it('says that the server answered, at what time, and how long ago (F16, F17)', async () => {
    const { line, clock } = open();
    line.failed('tls');
    await clock.pass(100);
    line.answered();
    const answeredAtMs = clock.wallMs();
    await clock.pass(300);
    clock.setWall(0);
    assert.deepEqual([line.connection, line.lastAnswerAtMs], [{ kind: 'online' }, answeredAtMs]);
    assert.deepEqual([line.waitMs, line.isProbing, line.sinceAnswerMs], [0, false, 300]);
  });

  it('says why it failed, and doubles each wait, up to half a minute (F13)', async () => {
    const { line, clock } = open();
    for (const waitMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      line.failed('tls');
      assert.equal(line.waitMs, waitMs);
    }
    assert.deepEqual([line.connection, line.isProbing], [{ kind: 'offline', why: 'tls' }, true]);
    await clock.pass(29_000);
    assert.equal(line.waitMs, 1000);
    await clock.pass(2000);
    assert.equal(line.waitMs, 0);
  });

  it('is in doubt after one failure: the next request goes at once, and a real failure then waits longer', () => {
    const { line } = open();
    line.doubt('timeout');
    line.doubt('timeout');
    assert.deepEqual([line.connection, line.isProbing, line.waitMs], [{ kind: 'offline', why: 'timeout' }, true, 0]);
    line.failed('timeout');
    assert.equal(line.waitMs, 2000);
    line.doubt('timeout');
    line.failed('timeout');
    assert.equal(line.waitMs, 4000, 'a doubt forgets no failure');
  });

  it('brings tills back at different times after they lost it together', () => {
    const clock = virtualClock();
    const early = new ConnectionState(clock, { ...seededRandom(3), fraction: () => 0 });
    early.failed('tls');
    assert.equal(early.waitMs, 500);
  });

  it('says that the server refuses the till, until somebody lets one request try again', () => {
    const { line } = open();
    line.pause('credentials');
    assert.equal(line.paused, 'credentials');
    line.resume();
    assert.deepEqual([line.paused, line.isProbing], [null, true]);
    line.failed('tls');
    line.resume();
    line.failed('tls');
    assert.equal(line.waitMs, 4000, 'it forgets no failure');
  });

  it('allows a try at once if somebody asks', () => {
    const { line } = open();
    for (let count = 0; count < 3; count += 1) line.failed('tls');
    line.tryNow();
    assert.deepEqual([line.waitMs, line.isProbing], [0, true]);
    line.failed('tls');
    assert.equal(line.waitMs, 2000);
    line.answered();
    line.tryNow();
    assert.equal(line.isProbing, false);
  });

  it('can wait for a time that somebody else names', () => {
    const { line } = open();
    line.waitFor(700);
    assert.equal(line.waitMs, 700);
  });
});

describe('an engine on its connection', () => {
  const start = async (requestsPerMinute: number, maxInFlight: number) => {
    const clock = virtualClock();
    const server = new ModelServer(clock, 100);
    const folder = temporaryFolder();
    const rig = startEngine({ server, clock, random: seededRandom(5), folder, requestsPerMinute, maxInFlight });
    await clock.pass(1000);
    const end = async () => {
      const stopped = rig.stop();
      await clock.pass(5000);
      await stopped;
    };
    return { clock, server, rig, end };
  };

  it('F17 reads as the last exchange ended, while one update fails and another passes at once', async () => {
    const { clock, server, rig, end } = await start(600, 1);
    const [bad, good] = [rig.addCustomer('1'), rig.addCustomer('2')];
    server.reachable = false;
    rig.save(bad, { lastName: 'Typed' });
    const updateId = rig.save(good, { lastName: 'Typed' });
    // After so long, each is looked at before it is sent.
    await clock.pass(10 * 60_000);
    const ended: string[] = [];
    server.onGet = ({ value }) => {
      ended.push(value === '1' ? 'offline' : 'online');
      return value === '1' ? { kind: 'failed', why: 'timeout', retryAfterMs: null } : null;
    };
    server.onAnswer = async (call) => void (call === 'update' && ended.push('online'));
    server.reachable = true;
    void refresh(rig.context, good);
    await clock.pass(150);
    assert.deepEqual([rig.engine.status().connection.kind, ended.splice(0)], ['online', ['online']]);
    rig.engine.sendNow();
    for (let ms = 0; ended.length < 3; ms += 50) {
      assert.ok(ms < 10_000, `only ${ended.length} exchanges`);
      await clock.pass(50);
      if (ended.length > 0) assert.equal(rig.engine.status().connection.kind, ended.at(-1), `${ended}`);
    }
    assert.deepEqual(ended, ['offline', 'online', 'online']);
    assert.equal(findUpdate(rig.db, updateId)?.state, 'applied');
    await end();
  });

  it('F34 starts a backlog as slowly as ever although staff press "Send now" every second', async () => {
    const { clock, server, rig, end } = await start(60, 4);
    server.reachable = false;
    for (let at = 1; at <= 20; at += 1) rig.save(rig.addCustomer(`${at}`), { lastName: 'Typed' });
    await clock.pass(10 * 60_000);
    server.reachable = true;
    const before = server.calls;
    for (let second = 0; second < 180; second += 1) {
      rig.engine.sendNow();
      await clock.pass(1000);
    }
    const calls = server.calls - before;
    assert.ok(calls >= 1 && calls <= 10, `${calls} calls in three minutes`);
    await end();
  });
});
