import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SqliteError } from 'better-sqlite3';
import { customerRow, insertUnknownCustomer, readRecord } from '../../electron/customers/store.ts';
import type { CustomerRecord, FieldChanges, Identifier } from '../../electron/model/customer.ts';
import { lookUp, refresh } from '../../electron/sync/look-up.ts';
import { historyOf } from '../../electron/updates/history.ts';
import { findUpdate, type Update } from '../../electron/updates/rows.ts';
import {
  customerRecord,
  type EngineRig,
  ModelServer,
  okAnswer,
  type ServerCall,
  startEngine,
} from '../helpers/engine-rig.ts';
import { keepTold } from '../helpers/keep-told.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

const refusal = {
  kind: 'rejected',
  rejection: { code: 1016, field: null, message: null },
  answer: { ...okAnswer, code: 500, itemCode: 1016 },
} as const;

describe('what happens while a request is in flight', () => {
  let clock: VirtualClock;
  let server: ModelServer;
  let rig: EngineRig;
  let folder: string;
  let timersSet: number;
  const random = seededRandom(11);

  const start = (sync: { readonly [key: string]: unknown } = {}) => {
    const counting = {
      ...clock,
      after: (delayMs: number, run: () => void) => {
        timersSet += 1;
        return clock.after(delayMs, run);
      },
    };
    return startEngine({ server, clock: counting, random, folder, sync });
  };
  const restart = async () => {
    await stop();
    rig = start();
  };
  const stop = async () => {
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  };
  const updateOf = (updateId: string): Update => {
    const update = findUpdate(rig.db, updateId);
    assert.ok(update !== null);
    return update;
  };
  /** Holds the next call of a kind until released. */
  const hold = (call: ServerCall, when: 'onArrival' | 'onAnswer' = 'onArrival') => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isTaken = false;
    server[when] = async (told) => {
      if (told !== call || isTaken) return;
      isTaken = true;
      await released;
    };
    return async () => {
      release();
      await clock.settle();
    };
  };
  const saveFor = (customerId: number, identifier: Identifier, changes: FieldChanges) => {
    const updateId = rig.outbox.save({
      token: random.id(),
      customerId,
      kind: 'fields',
      identifier,
      changes,
      baseline: {},
      confirmedFills: [],
      staff: null,
      till: 'till1',
    });
    rig.engine.saved(updateId);
    return updateId;
  };

  beforeEach(async () => {
    clock = virtualClock();
    server = new ModelServer(clock);
    folder = temporaryFolder();
    timersSet = 0;
    rig = start();
    await clock.pass(10);
  });
  afterEach(async () => {
    await stop();
  });

  it('an edit that joins an update during its lookup is not overwritten by the answer', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    const updateId = rig.save(customerId, { lastName: 'First' });
    const release = hold('get');
    await restart();
    server.reachable = true;
    await clock.pass(minuteMs);
    assert.equal(rig.save(customerId, { firstName: 'Second' }), updateId);
    server.customers.delete('1');
    await release();
    await clock.pass(minuteMs);
    const update = updateOf(updateId);
    assert.equal(update.state, 'attention');
    assert.deepEqual(update.changes, { lastName: 'First', firstName: 'Second' });
  });

  it('an update that is cancelled during its lookup stays cancelled', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    const updateId = rig.save(customerId, { lastName: 'First' });
    const release = hold('get');
    await restart();
    server.reachable = true;
    await clock.pass(minuteMs);
    rig.outbox.cancel(updateOf(updateId), null);
    server.customers.delete('1');
    await release();
    await clock.pass(minuteMs);
    assert.equal(updateOf(updateId).state, 'cancelled');
  });

  it('an identifier that is withdrawn during its lookup stays withdrawn', async () => {
    const customerId = rig.addCustomer('1');
    const other: CustomerRecord = { ...customerRecord('2', 'Other'), fields: { email: 'taken@example.com' } };
    server.customers.set('2', other);
    const release = hold('get');
    const updateId = rig.save(customerId, { email: 'taken@example.com' });
    await clock.pass(10);
    rig.outbox.cancel(updateOf(updateId), null);
    await release();
    assert.equal(updateOf(updateId).state, 'cancelled');
  });

  it('an update whose customer turns out to be another one on this till, while it is being sent, is settled by its own answer', async () => {
    const knownId = rig.addCustomer('1');
    const identifier: Identifier = { type: 'mobile', value: customerRecord('1', '').fields.mobile ?? '' };
    const doubleId = insertUnknownCustomer(rig.db, identifier);
    server.readable = false;
    server.fate = () => refusal;
    const release = hold('update');
    const updateId = saveFor(doubleId, identifier, { lastName: 'Refused' });
    await clock.pass(10);
    assert.equal(updateOf(updateId).state, 'sending');
    server.readable = true;
    await refresh(rig.context, doubleId);
    assert.equal(customerRow(rig.db, doubleId), null);
    await release();
    const update = updateOf(updateId);
    assert.deepEqual([update.state, update.reason?.kind, update.customerId], ['attention', 'refused', knownId]);
  });

  it('two updates of one customer are never sent at once, even if they used to be two customers', async () => {
    const knownId = rig.addCustomer('1');
    const identifier: Identifier = { type: 'mobile', value: customerRecord('1', '').fields.mobile ?? '' };
    const doubleId = insertUnknownCustomer(rig.db, identifier);
    // Something refused goes first, so the known customer's own update has to wait.
    server.fate = () => refusal;
    const refusedId = rig.save(knownId, { 'custom.a': '1' });
    await clock.pass(100);
    const waitingId = rig.save(knownId, { 'custom.b': '2' });
    server.fate = () => 'apply';
    server.readable = false;
    const release = hold('update');
    const flyingId = saveFor(doubleId, identifier, { lastName: 'Flying' });
    await clock.pass(10);
    server.readable = true;
    await refresh(rig.context, doubleId);
    rig.outbox.discard(updateOf(refusedId), 'not needed', null);
    rig.engine.changed();
    await clock.pass(100);
    assert.deepEqual([updateOf(flyingId).state, updateOf(waitingId).state], ['sending', 'queued']);
    await release();
    await clock.pass(minuteMs);
    assert.deepEqual([updateOf(flyingId).state, updateOf(waitingId).state], ['applied', 'applied']);
  });

  it('F22 an update whose customer turns out to be another one just before sending is compared with that one', async (t) => {
    const theirs = customerRecord('1', 'Theirs');
    const doubleId = keepTold(rig.db, { ...customerRecord('1', 'Before'), userId: null }, clock.wallMs());
    server.customers.set('1', theirs);
    rig.addCustomer('1');
    const take = rig.context.pace.take.bind(rig.context.pace);
    t.mock.method(rig.context.pace, 'take', (lane: 'counter' | 'backlog') => {
      take(lane);
      if (customerRow(rig.db, doubleId) !== null) {
        rig.context.told.keep({ record: theirs, by: 'read', asOfMs: clock.wallMs() }, { customerId: doubleId });
      }
    });
    const updateId = rig.save(doubleId, { lastName: 'Ours' });
    await clock.pass(1000);
    assert.deepEqual([updateOf(updateId).state, updateOf(updateId).reason?.kind], ['attention', 'conflict']);
    assert.equal(server.updateCalls, 0);
  });

  it('looking up an identifier that is only pending for a customer never makes them its owner', async () => {
    const customerId = rig.addCustomer('1');
    server.customers.set('2', {
      ...customerRecord('2', 'Owner'),
      fields: { email: 'owner@example.com', lastName: 'Owner' },
    });
    server.reachable = false;
    const updateId = rig.save(customerId, { email: 'owner@example.com' });
    await clock.pass(10);
    server.reachable = true;
    const found = await lookUp(rig.context, { type: 'email', value: 'owner@example.com' });
    assert.equal(found.kind, 'found');
    assert.notEqual(found.customerId, customerId);
    assert.equal(customerRow(rig.db, customerId)?.user_id, '1');
    assert.equal(readRecord(rig.db, customerId)?.fields.lastName, 'Before');
    assert.equal(updateOf(updateId).customerId, customerId);
  });

  it('a customer answer that was in flight while an update was applied does not undo what the screen shows', async () => {
    const customerId = rig.addCustomer('1');
    const release = hold('get', 'onAnswer');
    const refreshing = refresh(rig.context, customerId);
    await clock.pass(10);
    rig.save(customerId, { lastName: 'Newer' });
    await clock.pass(10);
    assert.equal(server.ledger.length, 1);
    await release();
    await refreshing;
    assert.equal(readRecord(rig.db, customerId)?.fields.lastName, 'Newer');
    assert.equal(readRecord(rig.db, customerId)?.loyalty?.points, 50);
  });

  it('the same holds if the customer turned out to be another one on this till meanwhile', async () => {
    const knownId = rig.addCustomer('1');
    const identifier: Identifier = { type: 'mobile', value: customerRecord('1', '').fields.mobile ?? '' };
    const doubleId = insertUnknownCustomer(rig.db, identifier);
    const release = hold('get', 'onAnswer');
    const refreshing = refresh(rig.context, doubleId);
    await clock.pass(10);
    saveFor(doubleId, identifier, { lastName: 'Newer' });
    await clock.pass(10);
    assert.equal(server.ledger.length, 1);
    await release();
    await refreshing;
    assert.equal(readRecord(rig.db, knownId)?.fields.lastName, 'Newer');
    assert.equal(readRecord(rig.db, knownId)?.loyalty?.points, 50);
  });

  it('F13, F21 an update that another till has partly made already is sent, not looked up forever', async () => {
    const customerId = rig.addCustomer('1');
    server.apply('1', { lastName: 'Same' });
    await clock.pass(60 * minuteMs);
    const updateId = rig.save(customerId, { lastName: 'Same', firstName: 'Ours' });
    const callsBefore = server.calls;
    await clock.pass(1000);
    assert.equal(updateOf(updateId).state, 'applied');
    assert.ok(server.calls - callsBefore < 5, `${server.calls - callsBefore} calls`);
    assert.equal(server.customers.get('1')?.fields.firstName, 'Ours');
  });

  it('F01 an update of which only a part has arrived when it is due to go once more is left to a person', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => 'lose';
    let asked = 0;
    server.onGet = () => {
      asked += 1;
      // Read back early, and again once a slow server had its time; the third read is the lookup before sending once
      // more.
      if (asked === 3) server.apply('1', { lastName: 'Ours' });
      return null;
    };
    const updateId = rig.save(customerId, { lastName: 'Ours', firstName: 'Ours' });
    await clock.pass(10);
    server.fate = () => 'apply';
    await clock.pass(minuteMs);
    assert.equal(updateOf(updateId).resent, true);
    const { state, reason } = updateOf(updateId);
    assert.deepEqual(reason, { kind: 'cannot-tell', after: 'connection-lost', because: 'read-back-differs' });
    assert.equal(state, 'attention');
    assert.equal(server.updateCalls, 1);
  });

  it('nothing spins while a request hangs', async () => {
    const customerId = rig.addCustomer('1');
    await restart();
    hold('update');
    rig.save(customerId, { lastName: 'Hanging' });
    await clock.pass(10);
    const before = timersSet;
    await clock.pass(15_000);
    assert.ok(timersSet - before < 20, `${timersSet - before} timers in 15 s`);
  });

  it('nothing spins, and nothing is requested, while the server asks for quiet', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => ({ kind: 'not-sent', why: 'busy', retryAfterMs: 5 * minuteMs, answer: okAnswer });
    rig.save(customerId, { lastName: 'Busy' });
    await clock.pass(1000);
    const [timersBefore, callsBefore] = [timersSet, server.calls];
    server.fate = () => 'apply';
    await clock.pass(4.9 * minuteMs);
    assert.ok(timersSet - timersBefore < 100, `${timersSet - timersBefore} timers in five minutes`);
    assert.equal(server.calls, callsBefore);
    await clock.pass(3 * minuteMs);
    assert.equal(server.ledger.length, 1);
  });

  it('F22 an old update is compared with the server even if a newer save joined it', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => refusal;
    const refusedId = rig.save(customerId, { 'custom.a': '1' });
    await clock.pass(100);
    server.fate = () => 'apply';
    rig.save(customerId, { lastName: 'Ours' }); // Behind the refused one. custom.a joins nothing: it was sent.
    await clock.pass(30 * minuteMs);
    server.customers.set('1', customerRecord('1', 'Theirs'));
    const updateId = rig.save(customerId, { firstName: 'Joined' });
    rig.outbox.discard(updateOf(refusedId), 'not needed', null);
    rig.engine.changed();
    await clock.pass(minuteMs);
    const update = updateOf(updateId);
    assert.deepEqual([update.state, update.reason?.kind], ['attention', 'conflict']);
    assert.equal(server.ledger.length, 0);
  });

  it('F22 an edit of a record that this till fetched long ago is compared with the server first', async () => {
    const customerId = rig.addCustomer('1');
    await clock.pass(60 * minuteMs);
    server.customers.set('1', customerRecord('1', 'Theirs'));
    const updateId = rig.save(customerId, { lastName: 'Ours' });
    await clock.pass(1000);
    assert.equal(updateOf(updateId).state, 'attention');
    assert.equal(server.ledger.length, 0);
  });

  it('F15, F22 an update that slept with the computer is old when it wakes, whatever the monotonic clock says', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => refusal;
    const refusedId = rig.save(customerId, { 'custom.a': '1' });
    await clock.pass(100);
    server.fate = () => 'apply';
    const updateId = rig.save(customerId, { lastName: 'Ours' });
    // Eight hours that only the wall clock sees; the system reports no sleep.
    clock.setWall(clock.wallMs() + 8 * 60 * minuteMs);
    server.customers.set('1', customerRecord('1', 'Theirs'));
    await clock.pass(31_000);
    rig.outbox.discard(updateOf(refusedId), 'not needed', null);
    rig.engine.changed();
    await clock.pass(minuteMs);
    assert.equal(updateOf(updateId).state, 'attention');
  });

  it('F13 an update that is marked as being sent, but is not, is found and read back', async () => {
    const customerId = rig.addCustomer('1');
    rig.context.connection.pause('permission');
    const updateId = rig.save(customerId, { lastName: 'Orphan' });
    const before = { points: 0, purchases: 0, updatedOn: null, markKey: null, mark: null, asOfMs: clock.wallMs() };
    rig.outbox.claim(updateId, 0, before);
    rig.context.connection.resume();
    await clock.pass(2 * minuteMs);
    assert.equal(updateOf(updateId).state, 'applied');
  });

  it('F13 a database that cannot be read for a moment stops nothing for good', async (t) => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    const updateId = rig.save(customerId, { lastName: 'Later' });
    await clock.pass(100);
    const broken = t.mock.method(rig.outbox, 'firstReady', () => {
      throw new SqliteError('disk I/O error', 'SQLITE_IOERR');
    });
    server.reachable = true;
    await clock.pass(2 * minuteMs);
    broken.mock.restore();
    await clock.pass(2 * minuteMs);
    assert.equal(updateOf(updateId).state, 'applied');
  });

  it('F14 a customer whom the server is busy with for a day leaves a short history', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => ({
      kind: 'not-sent',
      why: 'busy',
      retryAfterMs: null,
      answer: { ...okAnswer, itemCode: 521, code: 200 },
    });
    const updateId = rig.save(customerId, { lastName: 'Busy' });
    await clock.pass(60 * minuteMs);
    assert.equal(rig.engine.status().connection.kind, 'online');
    const rows = historyOf(rig.db, updateId).length;
    assert.ok(rows > 4 && rows < 60, `${rows} rows of history in an hour`);
    server.fate = () => 'apply';
    await clock.pass(6 * minuteMs);
    assert.equal(updateOf(updateId).state, 'applied');
  });

  it('a change of letter case alone is sent, not taken as done', async () => {
    const record = customerRecord('1', 'Before');
    server.customers.set('1', { ...record, fields: { ...record.fields, 'extended.city': 'london' } });
    const customerId = rig.addCustomer('1');
    const updateId = rig.save(customerId, { 'extended.city': 'London' });
    await clock.pass(minuteMs);
    assert.equal(updateOf(updateId).result?.confirmedBy, 'answer');
    assert.deepEqual(server.ledger[0]?.changes, { 'extended.city': 'London' });
  });

  it('F01 a change of letter case that the server may have respelt is left to a person, not sent again', async () => {
    const customerId = rig.addCustomer('1', 'james');
    server.fate = () => 'apply-and-lose';
    const release = hold('get');
    const updateId = rig.save(customerId, { lastName: 'James' });
    await clock.pass(100);
    server.apply('1', { lastName: 'JAMES' });
    await release();
    await clock.pass(minuteMs);
    const { state, reason } = updateOf(updateId);
    assert.deepEqual([state, reason?.kind], ['attention', 'cannot-tell']);
    assert.equal(server.updateCalls, 1);
  });

  it('F01 a value that the server respells counts as arrived when it is read back', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => 'apply-and-lose';
    const changes = {
      firstName: '  Anne   Marie ',
      'extended.dob': '1990-02-01',
      'custom.size': '46',
      registeredOn: '2024-01-02 03:04:05',
    } as const;
    const updateId = rig.save(customerId, changes);
    await clock.pass(10);
    const current = server.customers.get('1') ?? customerRecord('1', '');
    const spelled = {
      firstName: 'ANNE MARIE',
      'extended.dob': '1990-02-01 00:00:00',
      'custom.size': '46.0',
      registeredOn: '2024-01-02T03:04:05+05:30',
    };
    server.customers.set('1', { ...current, fields: { ...current.fields, ...spelled } });
    await clock.pass(minuteMs);
    assert.deepEqual([updateOf(updateId).state, updateOf(updateId).result?.confirmedBy], ['applied', 'read']);
  });

  it('F01 before an update is sent once more, the server is read a second time after a wait', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => 'lose';
    const updateId = rig.save(customerId, { lastName: 'Slow' });
    await clock.pass(10);
    server.fate = () => 'apply';
    await clock.pass(1010); // The first read-back still finds the old value.
    // Only now does the first, delayed request arrive.
    server.apply('1', { lastName: 'Slow' });
    await clock.pass(minuteMs);
    assert.equal(server.ledger.length, 1);
    assert.equal(updateOf(updateId).state, 'applied');
  });

  it('F01 neither "Send now" nor waking from sleep cuts that wait short', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => 'lose';
    const updateId = rig.save(customerId, { lastName: 'Late' });
    await clock.pass(1500);
    assert.equal(updateOf(updateId).state, 'unknown');
    server.fate = () => 'apply';
    rig.engine.sendNow();
    await clock.pass(300);
    // The first attempt arrives after all.
    server.apply('1', { lastName: 'Late' });
    await clock.pass(minuteMs);
    assert.equal(updateOf(updateId).state, 'applied');
    assert.equal(server.ledger.length, 1);
  });

  it("each attempt's history rows name that attempt, even if nothing came of it", async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => ({ kind: 'not-sent', why: 'busy', retryAfterMs: 1000, answer: okAnswer });
    const updateId = rig.save(customerId, { lastName: 'Busy' });
    await clock.pass(10);
    const [, sending, notSent] = historyOf(rig.db, updateId);
    assert.deepEqual([sending?.to, notSent?.to], ['sending', 'queued']);
    assert.ok(sending?.attemptId !== null);
    assert.equal(notSent?.attemptId, sending?.attemptId);
  });

  it('F31 an update that needs no sending does not make the record look fresher than it is', async () => {
    const customerId = rig.addCustomer('1', 'Agreed');
    const asOfMs = customerRow(rig.db, customerId)?.as_of_ms;
    await clock.pass(minuteMs);
    const updateId = rig.save(customerId, { lastName: 'Agreed' });
    await clock.pass(100);
    assert.equal(updateOf(updateId).result?.confirmedBy, 'already');
    assert.equal(customerRow(rig.db, customerId)?.as_of_ms, asOfMs);
  });

  it('a till that is closing sends nothing new', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    rig.save(customerId, { lastName: 'First' });
    const release = hold('get');
    await restart();
    server.reachable = true;
    await clock.pass(minuteMs);
    const closed = rig.engine.close();
    await release();
    await closed;
    assert.equal(server.updateCalls, 0);
  });
});
