/** Which update is next, and how long until then. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Due } from '../../electron/sync/due.ts';
import type { Update } from '../../electron/updates/rows.ts';
import { customerRecord } from '../helpers/engine-rig.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { outboxOfOneCustomer } from '../updates/one-customer.ts';

const readBackMs = 1000;
const slowMs = 10_000;
const counterMs = 60_000;

function open(t: TestContext, waits: { readonly beforeReadBackMs?: number } = {}) {
  const one = outboxOfOneCustomer(t);
  const { db, clock, outbox, input, seen } = one;
  /** By update: how long it waits because of its failures. */
  const blamed = new Map<string, number>();
  const blame = { waitMs: (id: string) => blamed.get(id) ?? 0 };
  const due = new Due(db, outbox, clock, blame, { beforeReadBackMs: readBackMs, slowServerMs: slowMs, ...waits });
  let customers = 1;
  /** An update of a new customer each time, as if saved before the last start. */
  const waiting = (): Update => {
    customers += 1;
    const customerId = keepRecord(db, customerRecord(String(customers), 'Before'), clock.wallMs());
    return seen(outbox.save({ ...input({ lastName: 'New' }, 'till1'), customerId }));
  };
  const unknown = (): Update => {
    const { id } = waiting();
    outbox.claim(id, 0);
    outbox.uncertain(seen(id), 'timeout', null);
    return seen(id);
  };
  /** The next job, or the wait until there is one. */
  const next = (...busy: readonly Update[]) => {
    const { job, waitMs } = due.next(busy);
    return job === null ? waitMs : `${job.kind} ${job.update.id}`;
  };
  return { ...one, due, blamed, waiting, unknown, next };
}

describe('an update saved just now', () => {
  it('is at the counter for a minute, then with the backlog', async (t) => {
    const { due, waiting, clock } = open(t);
    const { id } = waiting();
    assert.equal(due.laneOf(id), 'backlog', 'it may have been saved long before the start');
    due.saved(id);
    await clock.pass(counterMs - 1);
    assert.equal(due.laneOf(id), 'counter');
    await clock.pass(1);
    assert.equal(due.laneOf(id), 'backlog');
  });

  it('goes first while it is at the counter', async (t) => {
    const { due, waiting, unknown, next, clock } = open(t);
    const [older, newer] = [waiting(), waiting()];
    due.saved(newer.id);
    assert.equal(next(), `send ${newer.id}`);
    const read = unknown();
    due.waitBeforeReadBack(read.id);
    await clock.pass(readBackMs);
    assert.equal(next(), `send ${newer.id}`);
    await clock.pass(counterMs);
    assert.equal(next(), `read-back ${read.id}`);
    assert.equal(next(read), `send ${older.id}`);
  });

  it('goes with the backlog once it has to leave the counter', (t) => {
    const { due, waiting, next } = open(t);
    const [older, newer] = [waiting(), waiting()];
    due.saved(newer.id);
    due.leavesCounter(newer.id);
    assert.equal(due.laneOf(newer.id), 'backlog');
    assert.equal(next(), `send ${older.id}`);
  });

  it('keeps its place at the counter while it is in flight', (t) => {
    const { due, waiting, next, outbox, seen } = open(t);
    const [older, newer] = [waiting(), waiting()];
    due.saved(newer.id);
    outbox.claim(newer.id, 0);
    assert.equal(next(seen(newer.id)), `send ${older.id}`);
    outbox.notSent(seen(newer.id), 'busy', null);
    assert.equal(next(), `send ${newer.id}`);
  });

  it('waits behind an earlier one of its customer', (t) => {
    const { due, waiting, next, outbox, input, seen } = open(t);
    const other = waiting();
    const first = outbox.save(input({ mobile: '919845000011' }, 'till1'));
    outbox.needsPerson(seen(first), { kind: 'no-such-customer' }, null);
    const second = outbox.save(input({ mobile: '919845000012' }, 'till1'));
    due.saved(second);
    assert.equal(next(), `send ${other.id}`);
  });

  it('is nothing to wait for once it is gone', (t) => {
    const { due, next } = open(t);
    due.saved('gone');
    assert.equal(next(), null);
    assert.equal(due.laneOf('gone'), 'backlog');
  });

  it('is as old as its first save, however often others join it', async (t) => {
    const { due, clock, outbox, input } = open(t);
    await clock.pass(700);
    const id = outbox.save(input({ lastName: 'New' }, 'till1'));
    due.saved(id);
    await clock.pass(500);
    assert.equal(outbox.save(input({ firstName: 'Newer' }, 'till1')), id);
    due.saved(id);
    assert.equal(due.isYoungerThan(id, 501), true);
    assert.equal(due.isYoungerThan(id, 500), false);
    await clock.pass(counterMs - 1);
    assert.equal(due.laneOf(id), 'counter');
  });

  it('has no known age after a start or a sleep, and is not at the counter any more', (t) => {
    const { due, waiting } = open(t);
    const { id } = waiting();
    assert.equal(due.isYoungerThan(id, 1000), false);
    due.saved(id);
    assert.equal(due.isYoungerThan(id, 1000), true);
    due.slept();
    assert.equal(due.isYoungerThan(id, 1000), false);
    assert.equal(due.laneOf(id), 'backlog');
  });
});

describe('an update that may have arrived', () => {
  it('is read back after a wait, even if the till was restarted', async (t) => {
    const { unknown, next, clock } = open(t);
    const { id } = unknown();
    assert.equal(next(), readBackMs);
    await clock.pass(readBackMs - 1);
    assert.equal(next(), 1);
    await clock.pass(1);
    assert.equal(next(), `read-back ${id}`);
  });

  it('is read again after the time that a slow server may need (F43)', async (t) => {
    const { due, unknown, next, clock } = open(t);
    await clock.pass(700);
    const { id } = unknown();
    due.waitBeforeReadBack(id);
    await clock.pass(readBackMs);
    due.readBackLater(id);
    assert.equal(due.hadTime(id), false);
    assert.equal(next(), slowMs - readBackMs);
    await clock.pass(slowMs - readBackMs - 1);
    assert.equal(due.hadTime(id), false);
    await clock.pass(1);
    assert.equal(due.hadTime(id), true);
    assert.equal(next(), `read-back ${id}`);
  });

  it('may still arrive at a slow server if nobody knows since when it waits', (t) => {
    const { due, unknown, next } = open(t);
    const { id } = unknown();
    due.readBackLater(id);
    assert.equal(due.hadTime(id), false);
    assert.equal(next(), readBackMs);
  });

  it('is sent without waiting once it certainly did not arrive', (t) => {
    const { due, waiting, next } = open(t);
    const { id } = waiting();
    due.waitBeforeReadBack(id);
    assert.equal(next(), readBackMs);
    due.goesAgain(id);
    assert.equal(next(), `send ${id}`);
  });

  it('does not hold up others while its customer has to wait', (t) => {
    const { due, unknown, next } = open(t, { beforeReadBackMs: 0 });
    const [first, second, third] = [unknown(), unknown(), unknown()];
    due.delayCustomer(first.customerId, 60_000);
    assert.equal(next(), `read-back ${second.id}`);
    assert.equal(next(second), `read-back ${third.id}`);
  });

  it('does not hold up others while it is read back', (t) => {
    const { unknown, next } = open(t, { beforeReadBackMs: 0 });
    const [first, second] = [unknown(), unknown()];
    assert.equal(next(first), `read-back ${second.id}`);
  });

  it('does not hold up others while it waits to be read back', async (t) => {
    const { due, unknown, next, clock } = open(t);
    const [first, second] = [unknown(), unknown()];
    due.waitBeforeReadBack(second.id);
    await clock.pass(readBackMs);
    due.waitBeforeReadBack(first.id);
    assert.equal(next(), `read-back ${second.id}`);
  });

  it('is read back if it is the only one that waits', async (t) => {
    const { due, unknown, next, clock } = open(t);
    const { id } = unknown();
    due.waitBeforeReadBack(id);
    await clock.pass(readBackMs);
    assert.equal(next(), `read-back ${id}`);
  });
});

describe('an update waits', () => {
  it('while it, or another update of its customer, is in flight', (t) => {
    const { waiting, next } = open(t);
    const [one, other] = [waiting(), waiting()];
    assert.equal(next(), `send ${one.id}`);
    assert.equal(next(one), `send ${other.id}`);
    assert.equal(next({ ...other, id: 'another of them' }, one), null);
    assert.equal(next({ ...one, customerId: -1 }, { ...other, customerId: -2 }), null);
  });

  it('as long as its failures say, and the shortest wait counts', (t) => {
    const { waiting, next, blamed } = open(t);
    const [one, other] = [waiting(), waiting()];
    blamed.set(one.id, 300);
    blamed.set(other.id, 200);
    assert.equal(next(), 200);
    blamed.set(other.id, 400);
    assert.equal(next(), 300);
    blamed.set(one.id, 0);
    assert.equal(next(), `send ${one.id}`);
  });

  it('longer after each local failure of its customer, up to a limit', async (t) => {
    const { due, waiting, next, clock } = open(t);
    const { customerId, id } = waiting();
    for (const waitMs of [5000, 10_000, 20_000, 30_000, 30_000]) {
      due.delayCustomer(customerId, 30_000);
      assert.equal(next(), waitMs);
    }
    await clock.pass(30_000);
    assert.equal(next(), `send ${id}`);
  });

  it('at most a thousand times the first wait, if there is no other limit', (t) => {
    const { due, waiting, next } = open(t);
    const { customerId } = waiting();
    for (let count = 0; count < 13; count += 1) due.delayCustomer(customerId, Number.MAX_SAFE_INTEGER);
    assert.equal(next(), 5000 * 1024);
  });

  it('no longer once all customers may be tried again', (t) => {
    const { due, waiting, next } = open(t);
    const { customerId, id } = waiting();
    due.delayCustomer(customerId, 30_000);
    due.delayNobody();
    assert.equal(next(), `send ${id}`);
  });
});

it('a closed update leaves no wait behind', async (t) => {
  const { due, waiting, next, clock } = open(t);
  const update = waiting();
  due.saved(update.id);
  due.waitBeforeReadBack(update.id);
  due.delayCustomer(update.customerId, 30_000);
  await clock.pass(slowMs);
  due.delayCustomer(update.customerId, 30_000);
  due.closed(update);
  assert.equal(due.laneOf(update.id), 'backlog');
  assert.equal(due.isYoungerThan(update.id, counterMs), false);
  assert.equal(due.hadTime(update.id), false);
  assert.equal(next(), `send ${update.id}`);
});

it('nothing is next if nothing waits', (t) => {
  assert.equal(open(t).next(), null);
});
