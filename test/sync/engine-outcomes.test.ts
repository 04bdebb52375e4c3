/** What an engine does before an update goes, once its outcome is known, and if something in Tillside fails. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { historyOf } from '../../electron/updates/history.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { diskFull, failOnce, online, openAlone } from './engine-rig-alone.ts';

const names = (calls: readonly string[]) => calls.map((call) => call.split(' ')[0]);

describe('before an update goes', () => {
  it('a login with a new password shows whose server it is (F45)', async (t) => {
    const { rig, clock, server, one, hold } = await online(t);
    const release = hold('login');
    rig.engine.passwordChanged();
    rig.save(one, { lastName: 'Waits' });
    await clock.pass(1000);
    assert.equal(server.updateCalls, 0);
    release();
    await clock.pass(1);
    assert.equal(server.updateCalls, 1);
  });

  it('a look tests a doubtful connection, or a login if the till may not read (F14)', async (t) => {
    for (const readBack of [true, false]) {
      const { rig, clock, one, server, noteCalls } = await online(t, { sync: { readBack } });
      server.reachable = false;
      rig.save(one, { lastName: 'Waits' });
      await clock.pass(20_000);
      server.reachable = true;
      const calls = noteCalls();
      rig.engine.tryNow();
      await clock.pass(1);
      assert.deepEqual(names(calls), readBack ? ['get', 'update'] : ['login', 'update']);
    }
  });

  it('the server is asked about its customer if the update is as old as the config says', async (t) => {
    for (const [ageMs, expected] of [
      [29_999, ['update']],
      [30_000, ['get', 'update']],
    ] as const) {
      const { rig, clock, one, noteCalls } = await online(t, { sync: { checkAfterMinutes: 0.5 } });
      const calls = noteCalls();
      const paced = t.mock.method(rig.context.pace, 'waitMs', () => 60_000);
      rig.save(one, { lastName: 'Waits' });
      await clock.pass(ageMs);
      // Otherwise it would be asked because its record is old, too.
      rig.addCustomer('1');
      paced.mock.restore();
      rig.engine.tryNow();
      await clock.pass(0);
      assert.deepEqual(names(calls), expected);
    }
  });

  it('the pace is kept even if it asks for half a millisecond', async (t) => {
    const { rig, clock, one, server } = await online(t);
    const paced = t.mock.method(rig.context.pace, 'waitMs', () => 0.5);
    rig.save(one, { lastName: 'Waits' });
    await clock.pass(0);
    assert.equal(server.updateCalls, 0);
    paced.mock.restore();
    await clock.pass(1);
    assert.equal(server.updateCalls, 1);
  });
});

describe('an update that is about to go', () => {
  it('is shown as on its way before its answer comes', async (t) => {
    const { rig, clock, one, hold } = await online(t);
    const told = t.mock.method(rig.context.tell, 'updateChanged');
    const release = hold('update');
    const id = rig.save(one, { lastName: 'New' });
    await clock.pass(0);
    assert.deepEqual(
      told.mock.calls.map((call) => call.arguments),
      [[id, one]],
    );
    release();
    await clock.pass(1);
  });

  it('causes no error if it is cancelled during the look, or cannot be claimed after it', async (t) => {
    for (const isCancelled of [true, false]) {
      const { rig, clock, one, db, server, hold } = await online(t, { sync: { checkAfterMinutes: 0 } });
      const release = hold('get');
      const id = rig.save(one, { lastName: 'New' });
      await clock.pass(0);
      t.mock.method(rig.outbox, 'claim', () => null, { times: 1 });
      const update = findUpdate(db, id);
      assert.ok(update !== null);
      if (isCancelled) rig.outbox.cancel(update, null);
      release();
      await clock.pass(1);
      assert.equal(server.updateCalls, isCancelled ? 0 : 1);
      assert.equal(
        rig.logged.find((line) => line.startsWith('error')),
        undefined,
      );
    }
  });
});

describe('once an update was applied', () => {
  it('because a look found it at the server, an error with the next one delays it no longer than the first', async (t) => {
    const opened = await online(t, { sync: { checkAfterMinutes: 0 } });
    const { rig, clock, server, state, sent } = opened;
    const found = await failOnce(t, opened);
    server.customers.set('1', customerRecord('1', findUpdate(opened.db, found)?.changes.lastName ?? ''));
    await clock.pass(5000);
    assert.deepEqual([state(found), sent()], ['applied', []]);
    await failOnce(t, opened);
    await clock.pass(5000);
    assert.deepEqual([rig.engine.status().unsent, sent()], [0, ['1']]);
  });

  it('the screen hears of the next one that goes, even while the disk is full (F25)', async (t) => {
    const { rig, clock, one, other, server } = await online(t, { maxInFlight: 2 });
    const broken = t.mock.method(rig.outbox, 'applied', diskFull);
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = new Promise<void>((arrive) => clock.after(500, arrive));
    server.onArrival = () => (server.updateCalls > 1 ? promise : first);
    for (const customerId of [one, other, rig.addCustomer('3')]) rig.save(customerId, { lastName: 'New' });
    await clock.pass(1000);
    assert.equal(rig.statuses.at(-1)?.counts.sending, 3);
    broken.mock.restore();
    resolve();
    await clock.pass(10_000);
    assert.equal(rig.statuses.at(-1)?.unsent, 0);
  });

  it('its customer is checked for a double award later, if it was sent more than once', async (t) => {
    const { rig, clock, one, other, server, sent } = await online(t);
    const later = t.mock.method(rig.context.tell, 'lookLater');
    rig.save(one, { lastName: 'Once' });
    await clock.pass(1);
    const fates = ['apply', 'lose'] as const;
    let sendings = 0;
    server.fate = () => fates[1 - Math.min(1, sendings++)] ?? 'apply';
    rig.save(other, { lastName: 'Twice' });
    await clock.pass(60_000);
    assert.deepEqual(sent(), ['1', '2']);
    assert.deepEqual(
      later.mock.calls.map((call) => call.arguments),
      [[other]],
    );
  });

  it('a read that started before it is known to be out of date', async (t) => {
    const { rig, clock, one } = await online(t);
    const position = rig.context.applied.position();
    rig.save(one, { lastName: 'New' });
    await clock.pass(1);
    assert.equal(rig.context.applied.isOvertaken(one, position), true);
  });

  it('earlier failures of its customer no longer count', async (t) => {
    const opened = await online(t);
    for (let round = 0; round < 2; round += 1) {
      const id = await failOnce(t, opened);
      await opened.clock.pass(4998);
      assert.equal(opened.state(id), 'queued');
      await opened.clock.pass(1);
      assert.equal(opened.state(id), 'applied');
    }
  });
});

describe('a probe', () => {
  it('keeps to the lane that the pace has for probes', async (t) => {
    const { rig, clock } = await online(t);
    const taken = t.mock.method(rig.context.pace, 'take');
    for (const lane of ['counter', 'backlog'] as const) {
      t.mock.getter(rig.context.pace, 'probeLane', () => lane);
      taken.mock.resetCalls();
      await clock.pass(6 * 60_000);
      assert.deepEqual([...new Set(taken.mock.calls.map((call) => call.arguments[0]))], [lane]);
    }
  });
});

describe('if something in Tillside fails', () => {
  it('an update that may have been sent is read back, and no person is asked', async (t) => {
    const { rig, clock, one, state, db, noteCalls } = await online(t);
    const broken = t.mock.method(rig.outbox, 'applied', () => assert.fail('a bug'));
    const calls = noteCalls();
    const id = rig.save(one, { lastName: 'New' });
    await clock.pass(0);
    broken.mock.restore();
    assert.equal(state(id), 'unknown');
    assert.equal(historyOf(db, id).at(-1)?.detail, 'till-stopped');
    assert.ok(rig.logged.includes('error an update could not be worked on'));
    await clock.pass(10_000);
    assert.equal(state(id), 'applied');
    assert.deepEqual(names(calls), ['update', 'get']);
  });

  it('the watchdog finds an update that could not even be noted as uncertain', async (t) => {
    const { rig, clock, one, state } = await online(t);
    const broken = ['applied' as const, 'uncertain' as const].map((name) =>
      t.mock.method(rig.outbox, name, () => assert.fail('a bug')),
    );
    const id = rig.save(one, { lastName: 'New' });
    await clock.pass(1);
    for (const method of broken) method.mock.restore();
    assert.equal(state(id), 'sending');
    assert.ok(rig.logged.includes('error an update could not be noted as uncertain'));
    await clock.pass(60_000);
    assert.equal(state(id), 'applied');
    assert.ok(rig.logged.includes('error the watchdog found updates that nobody sends'));
  });

  it('a first probe that fails in Tillside is repeated half a minute later, not at once', async (t) => {
    const { clock, server, start } = await openAlone(t);
    const broken = t.mock.method(server.api, 'login', () => {
      if (broken.mock.callCount() > 9) broken.mock.restore();
      assert.fail('a bug');
    });
    start();
    await clock.pass(29_999);
    assert.equal(broken.mock.callCount(), 1);
    await clock.pass(1);
    assert.equal(broken.mock.callCount(), 2);
  });

  it('a failed probe is repeated half a minute later', async (t) => {
    const { rig, clock, server } = await online(t);
    const broken = t.mock.method(server.api, 'login', () => {
      if (broken.mock.callCount() > 9) broken.mock.restore();
      assert.fail('a bug');
    });
    await clock.pass(5 * 60_000 + 29_999);
    assert.deepEqual([broken.mock.callCount(), rig.logged], [1, ['error the server could not be asked']]);
    await clock.pass(1);
    assert.equal(broken.mock.callCount(), 2);
    broken.mock.restore();
    const before = server.calls;
    await clock.pass(5 * 60_000);
    assert.ok(server.calls > before);
  });
});

describe('the watchdog', () => {
  it('leaves an update alone while it is being sent, and the one that waits behind it', async (t) => {
    const { rig, clock, one, hold, state } = await online(t);
    const release = hold('update');
    const id = rig.save(one, { lastName: 'Slow' });
    await clock.pass(0);
    rig.save(one, { firstName: 'Behind' });
    await clock.pass(60_000);
    assert.deepEqual([state(id), rig.logged.filter((line) => line.startsWith('error'))], ['sending', []]);
    release();
    await clock.pass(1);
    assert.equal(state(id), 'applied');
  });

  it('finds updates whose timer never fired, as soon as that is certain (F13)', async (t) => {
    const { rig, clock, server, one, other, state } = await online(t);
    server.fate = ({ lastName }) => (lastName === 'Lost' ? 'lose' : 'apply');
    const lost = rig.save(other, { lastName: 'Lost' });
    await clock.pass(1000);
    const paced = t.mock.method(rig.context.pace, 'waitMs', () => 29_000);
    const after = clock.after.bind(clock);
    const neverFired = t.mock.method(clock, 'after', (delayMs: number, run: () => void) =>
      delayMs === 29_000 ? () => undefined : after(delayMs, run),
    );
    const id = rig.save(one, { lastName: 'New' });
    await clock.pass(0);
    paced.mock.restore();
    neverFired.mock.restore();
    await clock.pass(58_999);
    assert.deepEqual([state(lost), state(id), rig.logged.at(-1)], ['unknown', 'queued', 'info update answered']);
    await clock.pass(1);
    assert.equal(state(id), 'applied');
    assert.ok(rig.logged.includes('error the watchdog found no timer'));
  });

  it('notices that the computer slept: what waits is compared with the server, then sent (F15)', async (t) => {
    const { rig, clock, one, server, noteCalls } = await online(t);
    server.reachable = false;
    rig.save(one, { lastName: 'Waits' });
    await clock.pass(20_000);
    server.reachable = true;
    t.mock.method(rig.context.connection, 'failed');
    rig.context.connection.waitFor(60 * 60_000);
    rig.engine.changed();
    const hurried = t.mock.method(rig.context.pace, 'hurry');
    const calls = noteCalls();
    clock.setWall(clock.wallMs() + 8 * 60 * 60_000);
    await clock.pass(10_000);
    assert.ok(hurried.mock.callCount() > 0);
    await clock.pass(20_000);
    assert.deepEqual(names(calls), ['login', 'get', 'update']);
    assert.deepEqual(
      rig.logged.filter((line) => line.startsWith('error')),
      [],
      'that is no fault',
    );
  });
});
