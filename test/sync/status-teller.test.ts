/** What the screen is told about sending. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import { StatusTeller } from '../../electron/sync/status-teller.ts';
import { contextOfOneCustomer } from './context-of-one.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

function open(t: TestContext, nextTryAtMs: number | null = null) {
  const one = contextOfOneCustomer(t);
  const told: SyncStatus[] = [];
  const teller = new StatusTeller(
    one.context,
    () => nextTryAtMs,
    (status) => told.push(status),
  );
  return { ...one, teller, told };
}

describe('the status', () => {
  it('is the most serious of all that apply', (t) => {
    const { teller, context, outbox, input, seen } = open(t);
    const state = () => teller.now().state;
    assert.equal(state(), 'all-sent');
    const id = outbox.save(input({ lastName: 'New' }, 'till1'));
    assert.deepEqual([state(), teller.now().unsent], ['waiting', 1]);
    outbox.claim(id, 0);
    assert.deepEqual([state(), teller.now().unsent], ['sending', 1]);
    context.connection.failed('busy');
    assert.equal(state(), 'sending', 'a busy server is there');
    context.connection.failed('tls');
    assert.equal(state(), 'offline');
    outbox.uncertain(seen(id), 'timeout', null);
    assert.deepEqual([state(), teller.now().unsent], ['checking', 1]);
    outbox.needsPerson(seen(id), { kind: 'conflict', fields: [] }, null);
    assert.deepEqual([state(), teller.now().unsent], ['attention', 1]);
    context.connection.pause('permission');
    assert.equal(state(), 'paused');
    context.connection.resume();
    context.connection.answered();
    outbox.putOff(seen(id), null);
    assert.deepEqual([state(), teller.now().unsent], ['waiting', 1]);
    outbox.movedOut(seen(id), 'export', 'file');
    assert.deepEqual([state(), teller.now().unsent], ['waiting', 0]);
    outbox.confirmedElsewhere('IT');
    assert.equal(state(), 'all-sent');
  });

  it('says by the wall clock when the next try is, if something is unsent', async (t) => {
    const { teller, outbox, input, clock } = open(t, 700);
    assert.equal(teller.now().nextTryAtMs, null);
    outbox.save(input({ lastName: 'New' }, 'till1'));
    await clock.pass(200);
    assert.equal(teller.now().nextTryAtMs, clock.wallMs() + 500);
    await clock.pass(900);
    assert.equal(teller.now().nextTryAtMs, clock.wallMs());
    const idle = open(t);
    idle.outbox.save(idle.input({ lastName: 'New' }, 'till1'));
    assert.equal(idle.teller.now().nextTryAtMs, null);
  });

  it('is sent once for a burst of changes, and never after it is closed', async (t) => {
    const { teller, told, clock } = open(t);
    for (let count = 0; count < 3; count += 1) teller.changed();
    await clock.pass(0);
    assert.equal(told.length, 1);
    teller.changed();
    await clock.pass(0);
    assert.equal(told.length, 2);
    teller.changed();
    teller.close();
    teller.changed();
    await clock.pass(minuteMs);
    assert.equal(told.length, 2);
  });

  it('takes at most a twentieth of the time, however long counting takes', (t) => {
    const { context } = contextOfOneCustomer(t);
    const waits: number[] = [];
    let nowMs = 0;
    const after = (ms: number, run: () => void) => {
      waits.push(ms);
      run();
      return () => undefined;
    };
    const clock = { ...context.clock, monotonicMs: () => nowMs, after };
    const teller = new StatusTeller(
      { outbox: context.outbox, connection: context.connection, log: context.log, clock },
      () => null,
      () => {
        nowMs += 10;
      },
    );
    teller.changed();
    teller.changed();
    nowMs += 500;
    teller.changed();
    assert.deepEqual(waits, [0, 200, 0]);
  });

  it('that cannot be sent is logged, and the next one is sent', async (t) => {
    const { context, clock, logged } = contextOfOneCustomer(t);
    let tells = 0;
    const teller = new StatusTeller(
      context,
      () => null,
      () => {
        tells += 1;
        if (tells === 1) throw new TypeError('closed');
      },
    );
    teller.changed();
    await clock.pass(0);
    teller.changed();
    await clock.pass(0);
    assert.deepEqual([tells, logged], [2, ['error the status could not be sent to the screen']]);
  });
});

describe("the computer's clock", () => {
  it('is reported as wrong if it is more than five minutes off (F16)', async (t) => {
    const { teller, clock, told } = open(t);
    for (const [offMs, shownMs] of [
      [5 * minuteMs, null],
      [5 * minuteMs + 1, 5 * minuteMs + 1],
      [-5 * minuteMs - 1, -5 * minuteMs - 1],
      [0, null],
    ] as const) {
      teller.noteServerTime(clock.wallMs() - offMs);
      await clock.pass(0);
      assert.equal(told.at(-1)?.clockSkewMs, shownMs);
    }
  });

  it('is confirmed by a server that agrees to within a day, or that never says its time', (t) => {
    const { teller, clock } = open(t);
    assert.equal(teller.isClockConfirmed, false);
    teller.noteServerTime(clock.wallMs() - dayMs);
    assert.equal(teller.isClockConfirmed, false);
    teller.noteServerTime(null);
    assert.equal(teller.isClockConfirmed, false, 'it said otherwise before');
    teller.noteServerTime(clock.wallMs() + dayMs - 1);
    assert.equal(teller.isClockConfirmed, true);
    const silent = open(t).teller;
    silent.noteServerTime(null);
    assert.equal(silent.isClockConfirmed, true);
  });
});
