import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SqliteError } from 'better-sqlite3';
import { customerRow } from '../../electron/customers/store.ts';
import { historyOf } from '../../electron/updates/history.ts';
import { customerRecord, okAnswer } from '../helpers/engine-rig.ts';
import { raceRig } from './race-rig.ts';

const minuteMs = 60_000;

const refusal = {
  kind: 'rejected',
  rejection: { code: 1016, field: null, message: null },
  answer: { ...okAnswer, code: 500, itemCode: 1016 },
} as const;

describe('what an update is compared with before it is sent, and when it is read back', () => {
  const races = raceRig();

  it('F22 an old update is compared with the server even if a newer save joined it', async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.fate = () => refusal;
    const refusedId = races.rig.save(customerId, { 'custom.a': '1' });
    await races.clock.pass(100);
    races.server.fate = () => 'apply';
    races.rig.save(customerId, { lastName: 'Ours' }); // Behind the refused one. custom.a joins nothing: it was sent.
    await races.clock.pass(30 * minuteMs);
    races.server.customers.set('1', customerRecord('1', 'Theirs'));
    const updateId = races.rig.save(customerId, { firstName: 'Joined' });
    races.rig.outbox.discard(races.updateOf(refusedId), 'not needed', null);
    races.rig.engine.changed();
    await races.clock.pass(minuteMs);
    const update = races.updateOf(updateId);
    assert.deepEqual([update.state, update.reason?.kind], ['attention', 'conflict']);
    assert.equal(races.server.ledger.length, 0);
  });

  it('F22 an edit of a record that this till fetched long ago is compared with the server first', async () => {
    const customerId = races.rig.addCustomer('1');
    await races.clock.pass(60 * minuteMs);
    races.server.customers.set('1', customerRecord('1', 'Theirs'));
    const updateId = races.rig.save(customerId, { lastName: 'Ours' });
    await races.clock.pass(1000);
    assert.equal(races.updateOf(updateId).state, 'attention');
    assert.equal(races.server.ledger.length, 0);
  });

  it('F15, F22 an update that slept with the computer is old when it wakes, whatever the monotonic clock says', async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.fate = () => refusal;
    const refusedId = races.rig.save(customerId, { 'custom.a': '1' });
    await races.clock.pass(100);
    races.server.fate = () => 'apply';
    const updateId = races.rig.save(customerId, { lastName: 'Ours' });
    // Eight hours that only the wall clock sees; the system reports no sleep.
    races.clock.setWall(races.clock.wallMs() + 8 * 60 * minuteMs);
    races.server.customers.set('1', customerRecord('1', 'Theirs'));
    await races.clock.pass(31_000);
    races.rig.outbox.discard(races.updateOf(refusedId), 'not needed', null);
    races.rig.engine.changed();
    await races.clock.pass(minuteMs);
    assert.equal(races.updateOf(updateId).state, 'attention');
  });

  it('F13 an update that is marked as being sent, but is not, is found and read back', async () => {
    const customerId = races.rig.addCustomer('1');
    races.rig.context.connection.pause('permission');
    const updateId = races.rig.save(customerId, { lastName: 'Orphan' });
    const before = {
      points: 0,
      purchases: 0,
      updatedOn: null,
      markKey: null,
      mark: null,
      asOfMs: races.clock.wallMs(),
    };
    races.rig.outbox.claim(updateId, 0, before);
    races.rig.context.connection.resume();
    await races.clock.pass(2 * minuteMs);
    assert.equal(races.updateOf(updateId).state, 'applied');
  });

  it('F13 a database that cannot be read for a moment stops nothing for good', async (t) => {
    const customerId = races.rig.addCustomer('1');
    races.server.reachable = false;
    const updateId = races.rig.save(customerId, { lastName: 'Later' });
    await races.clock.pass(100);
    const broken = t.mock.method(races.rig.outbox, 'firstReady', () => {
      throw new SqliteError('disk I/O error', 'SQLITE_IOERR');
    });
    races.server.reachable = true;
    await races.clock.pass(2 * minuteMs);
    broken.mock.restore();
    await races.clock.pass(2 * minuteMs);
    assert.equal(races.updateOf(updateId).state, 'applied');
  });

  it('F14 a customer whom the server is busy with for a day leaves a short history', async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.fate = () => ({
      kind: 'not-sent',
      why: 'busy',
      retryAfterMs: null,
      answer: { ...okAnswer, itemCode: 521, code: 200 },
    });
    const updateId = races.rig.save(customerId, { lastName: 'Busy' });
    await races.clock.pass(60 * minuteMs);
    assert.equal(races.rig.engine.status().connection.kind, 'online');
    const rows = historyOf(races.rig.db, updateId).length;
    assert.ok(rows > 4 && rows < 60, `${rows} rows of history in an hour`);
    races.server.fate = () => 'apply';
    await races.clock.pass(6 * minuteMs);
    assert.equal(races.updateOf(updateId).state, 'applied');
  });

  it('a change of letter case alone is sent, not taken as done', async () => {
    const record = customerRecord('1', 'Before');
    races.server.customers.set('1', { ...record, fields: { ...record.fields, 'extended.city': 'london' } });
    const customerId = races.rig.addCustomer('1');
    const updateId = races.rig.save(customerId, { 'extended.city': 'London' });
    await races.clock.pass(minuteMs);
    assert.equal(races.updateOf(updateId).result?.confirmedBy, 'answer');
    assert.deepEqual(races.server.ledger[0]?.changes, { 'extended.city': 'London' });
  });

  it('F01 a change of letter case that the server may have respelt is left to a person, not sent again', async () => {
    const customerId = races.rig.addCustomer('1', 'james');
    races.server.fate = () => 'apply-and-lose';
    const release = races.hold('get');
    const updateId = races.rig.save(customerId, { lastName: 'James' });
    await races.clock.pass(100);
    races.server.apply('1', { lastName: 'JAMES' });
    await release();
    await races.clock.pass(minuteMs);
    const { state, reason } = races.updateOf(updateId);
    assert.deepEqual([state, reason?.kind], ['attention', 'cannot-tell']);
    assert.equal(races.server.updateCalls, 1);
  });

  it('F01 a value that the server respells counts as arrived when it is read back', async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.fate = () => 'apply-and-lose';
    const changes = {
      firstName: '  Anne   Marie ',
      'extended.dob': '1990-02-01',
      'custom.size': '46',
      registeredOn: '2024-01-02 03:04:05',
    } as const;
    const updateId = races.rig.save(customerId, changes);
    await races.clock.pass(10);
    const current = races.server.customers.get('1') ?? customerRecord('1', '');
    const spelled = {
      firstName: 'ANNE MARIE',
      'extended.dob': '1990-02-01 00:00:00',
      'custom.size': '46.0',
      registeredOn: '2024-01-02T03:04:05+05:30',
    };
    races.server.customers.set('1', { ...current, fields: { ...current.fields, ...spelled } });
    await races.clock.pass(minuteMs);
    assert.deepEqual(
      [races.updateOf(updateId).state, races.updateOf(updateId).result?.confirmedBy],
      ['applied', 'read'],
    );
  });

  it('F01 before an update is sent once more, the server is read a second time after a wait', async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.fate = () => 'lose';
    const updateId = races.rig.save(customerId, { lastName: 'Slow' });
    await races.clock.pass(10);
    races.server.fate = () => 'apply';
    await races.clock.pass(1010); // The first read-back still finds the old value.
    // Only now does the first, delayed request arrive.
    races.server.apply('1', { lastName: 'Slow' });
    await races.clock.pass(minuteMs);
    assert.equal(races.server.ledger.length, 1);
    assert.equal(races.updateOf(updateId).state, 'applied');
  });

  it('F01 neither "Send now" nor waking from sleep cuts that wait short', async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.fate = () => 'lose';
    const updateId = races.rig.save(customerId, { lastName: 'Late' });
    await races.clock.pass(1500);
    assert.equal(races.updateOf(updateId).state, 'unknown');
    races.server.fate = () => 'apply';
    races.rig.engine.sendNow();
    await races.clock.pass(300);
    // The first attempt arrives after all.
    races.server.apply('1', { lastName: 'Late' });
    await races.clock.pass(minuteMs);
    assert.equal(races.updateOf(updateId).state, 'applied');
    assert.equal(races.server.ledger.length, 1);
  });

  it("each attempt's history rows name that attempt, even if nothing came of it", async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.fate = () => ({ kind: 'not-sent', why: 'busy', retryAfterMs: 1000, answer: okAnswer });
    const updateId = races.rig.save(customerId, { lastName: 'Busy' });
    await races.clock.pass(10);
    const [, sending, notSent] = historyOf(races.rig.db, updateId);
    assert.deepEqual([sending?.to, notSent?.to], ['sending', 'queued']);
    assert.ok(sending?.attemptId !== null);
    assert.equal(notSent?.attemptId, sending?.attemptId);
  });

  it('F31 an update that needs no sending does not make the record look fresher than it is', async () => {
    const customerId = races.rig.addCustomer('1', 'Agreed');
    const asOfMs = customerRow(races.rig.db, customerId)?.as_of_ms;
    await races.clock.pass(minuteMs);
    const updateId = races.rig.save(customerId, { lastName: 'Agreed' });
    await races.clock.pass(100);
    assert.equal(races.updateOf(updateId).result?.confirmedBy, 'already');
    assert.equal(customerRow(races.rig.db, customerId)?.as_of_ms, asOfMs);
  });

  it('a till that is closing sends nothing new', async () => {
    const customerId = races.rig.addCustomer('1');
    races.server.reachable = false;
    races.rig.save(customerId, { lastName: 'First' });
    const release = races.hold('get');
    await races.restart();
    races.server.reachable = true;
    await races.clock.pass(minuteMs);
    const closed = races.rig.engine.close();
    await release();
    await closed;
    assert.equal(races.server.updateCalls, 0);
  });
});
