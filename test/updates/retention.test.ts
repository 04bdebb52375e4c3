import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { customerRow, markServed, writeRecord } from '../../electron/customers/store.ts';
import { count } from '../../electron/db/statements.ts';
import type { Clock } from '../../electron/machine/clock.ts';
import type { FieldChanges } from '../../electron/model/customer.ts';
import { keepDraft, listDrafts } from '../../electron/updates/drafts.ts';
import { forget } from '../../electron/updates/erasing.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { removeNotSeen, tidy, trimClosedUpdates } from '../../electron/updates/retention.ts';
import { findUpdate, writeUpdate } from '../../electron/updates/rows.ts';
import { openTestCache, recordOf, type TestCache } from '../customers/cache.ts';
import { okAnswer } from '../helpers/engine-rig.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const dayMs = 24 * 3_600_000;

describe('what a till deletes by age', () => {
  let cache: TestCache;
  let clock: VirtualClock;
  let outbox: Outbox;
  beforeEach(() => {
    cache = openTestCache();
    clock = virtualClock();
    outbox = new Outbox(cache.db, clock, seededRandom(1));
  });
  afterEach(() => cache.close());

  /** A customer whom the server sent at this moment of the virtual clock. */
  const add = (lastName: string) => {
    const id = cache.add({ firstName: 'Asha', lastName, mobile: `9198450${lastName.length}` }, `u-${lastName}`);
    writeRecord(cache.db, id, recordOf({ firstName: 'Asha', lastName }, `u-${lastName}`), clock.wallMs());
    return id;
  };
  let tokens = 0;
  const save = (customerId: number, changes: FieldChanges) => {
    tokens += 1;
    return outbox.save({
      token: `00000000-0000-4000-9000-${String(tokens).padStart(12, '0')}`,
      customerId,
      kind: 'fields',
      identifier: { type: 'userId', value: 'any' },
      changes,
      baseline: {},
      confirmedFills: [],
      staff: null,
      till: 'till1',
    });
  };
  const apply = (updateId: string) => {
    const claimed = outbox.claim(updateId, findUpdate(cache.db, updateId)?.revision ?? 0);
    assert.ok(claimed !== null);
    outbox.applied(claimed, { effects: [], warnings: [], answer: okAnswer, confirmedBy: 'answer' });
  };
  const historyRows = (updateId: string) =>
    count(cache.db, 'select count(*) as n from update_history where update_id = ?', updateId);
  const tokensOf = (updateId: string) =>
    count(cache.db, 'select count(*) as n from save_tokens where update_id = ?', updateId);
  const later = (days: number) => clock.setWall(clock.wallMs() + days * dayMs);

  it('an update is deleted, with its history and tokens, once it has been closed that long, and not a moment before', () => {
    const customerId = add('Settled');
    const updateId = save(customerId, { lastName: 'New' });
    assert.equal(save(customerId, { firstName: 'Newer' }), updateId);
    assert.equal(tokensOf(updateId), 1, 'of the save that joined it');
    apply(updateId);
    const settledAtMs = findUpdate(cache.db, updateId)?.settledAtMs ?? 0;
    assert.equal(trimClosedUpdates(cache.db, settledAtMs), 0);
    assert.ok(historyRows(updateId) >= 3);
    assert.equal(trimClosedUpdates(cache.db, settledAtMs + 1), 1);
    assert.equal(findUpdate(cache.db, updateId), null);
    assert.equal(historyRows(updateId), 0);
    assert.equal(tokensOf(updateId), 0);
  });

  it('an open update stays however old, in every open state, with its history and customer', () => {
    const ids = ['Queued', 'Sending', 'Unknown', 'Attention'].map((name) => {
      const customerId = add(name);
      return { name, customerId, updateId: save(customerId, { lastName: 'New' }) };
    });
    for (const { name, updateId } of ids.slice(1)) {
      const claimed = outbox.claim(updateId, 0);
      assert.ok(claimed !== null);
      if (name === 'Unknown') outbox.uncertain(claimed, 'timeout', null);
      if (name === 'Attention') outbox.needsPerson(claimed, { kind: 'no-such-customer' }, null);
    }
    later(4000);
    assert.equal(trimClosedUpdates(cache.db, clock.wallMs()), 0);
    assert.deepEqual(removeNotSeen(cache.db, clock.wallMs(), 1), { removed: 0, nextId: null });
    for (const { name, customerId, updateId } of ids) {
      assert.ok(findUpdate(cache.db, updateId) !== null, name);
      assert.ok(historyRows(updateId) > 0, name);
      assert.ok(customerRow(cache.db, customerId) !== null, name);
    }
  });

  it('a possible double award stays until somebody has looked at it', () => {
    const updateId = save(add('Doubled'), { lastName: 'New' });
    apply(updateId);
    const found = {
      pointsBefore: 1,
      pointsAfter: 101,
      explained: 50,
      purchasesMoved: false,
      beforeAsOfMs: 1,
      foundAtMs: 2,
      attemptIds: [],
      requestIds: [],
    };
    const update = findUpdate(cache.db, updateId);
    assert.ok(update !== null);
    writeUpdate(cache.db, { ...update, award: { kind: 'possible', found } });
    later(4000);
    assert.equal(trimClosedUpdates(cache.db, clock.wallMs()), 0);
    const doubled = findUpdate(cache.db, updateId);
    assert.ok(doubled !== null);
    outbox.awardSeen(doubled, null);
    assert.equal(trimClosedUpdates(cache.db, clock.wallMs()), 1);
  });

  it('a customer is deleted if neither served here nor sent by the server in that time', () => {
    const [gone, served, told] = [add('Gone'), add('Served'), add('Told')];
    later(30);
    markServed(cache.db, served, clock.wallMs());
    writeRecord(cache.db, told, recordOf({ lastName: 'Told' }, 'u-Told'), clock.wallMs());
    later(1);
    assert.equal(removeNotSeen(cache.db, clock.wallMs() - 2 * dayMs, 1).removed, 1);
    assert.deepEqual(
      [gone, served, told].map((id) => customerRow(cache.db, id) !== null),
      [false, true, true],
    );
  });

  it('everything is checked in small steps, and a closing till stops after one of them', async () => {
    for (let index = 0; index < 450; index += 1)
      apply(save(add(`Many${'x'.repeat(index % 7)}${index}`), { lastName: 'N' }));
    later(10);
    let steps = 0;
    const stepping: Clock = {
      ...clock,
      after: (_delayMs, run) => {
        steps += 1;
        run();
        return () => undefined;
      },
    };
    const stopped = await tidy(cache.db, clock.wallMs(), stepping, () => steps < 1);
    assert.deepEqual(stopped, { updates: 200, customers: 0 });
    const rest = await tidy(cache.db, clock.wallMs(), stepping, () => true);
    assert.deepEqual(rest, { updates: 250, customers: 450 });
    assert.equal(steps, 1 + 3 + 1, 'a pause after each step');
  });

  it('customers are checked two thousand at a time, without leaving one out', () => {
    const { db } = cache;
    db.exec(`with recursive n (id) as (select 11 union all select id + 1 from n where id < 2011)
      insert into customers (id, first_name, last_name, name_forward, name_backward) select id, '', '', '', '' from n`);
    assert.deepEqual(removeNotSeen(db, clock.wallMs(), 1), { removed: 2000, nextId: 2011 });
    assert.deepEqual(removeNotSeen(db, clock.wallMs(), 2011), { removed: 1, nextId: null });
    assert.deepEqual(removeNotSeen(db, clock.wallMs(), 1), { removed: 0, nextId: null });
  });

  it("erasing a customer removes the drafts under any of their identifiers, and nobody else's", () => {
    const customerId = cache.add({ firstName: 'Asha', lastName: 'Raman', email: 'asha@example.com' }, 'u-1');
    const other = cache.add({ firstName: 'Rita', lastName: 'James' }, 'u-2');
    const typedAtMs = clock.wallMs();
    const draft = { replaces: null, changes: { lastName: 'Typed' }, typedAtMs };
    keepDraft(cache.db, { ...draft, target: { customerId } });
    keepDraft(cache.db, { ...draft, target: { identifier: { type: 'email', value: 'asha@example.com' } } });
    keepDraft(cache.db, { ...draft, target: { customerId: other } });
    assert.deepEqual(forget(cache.db, customerId, clock.wallMs()), { kind: 'forgotten' });
    assert.deepEqual(
      listDrafts(cache.db).map(({ target }) => target),
      [{ customerId: other }],
    );
  });
});
