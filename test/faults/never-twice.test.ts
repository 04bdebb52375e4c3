/**
 * An update that may have arrived, or an answer that contradicts itself: never sent twice, never dropped, never shown
 * as something it is not.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FieldChanges } from '../../electron/model/customer.ts';
import type { CustomerView } from '../../electron/model/customer-view.ts';
import { answerDiffers } from '../../electron/model/outcome.ts';
import { letNextLoginOwn, mayTakeIn } from '../../electron/org/data-owner.ts';
import { lookUp } from '../../electron/sync/look-up.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { findUpdate, type Update } from '../../electron/updates/rows.ts';
import { readMoving, takeIn } from '../../electron/updates/transfer.ts';
import { customerDeskOf } from '../helpers/customer-desk.ts';
import { customerRecord, type EngineRig, ModelServer, okAnswer, startEngine } from '../helpers/engine-rig.ts';
import { unknownLoyalty } from '../helpers/loyalty.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

/** What staff can see of a customer, by each call of the desk. */
async function shownOf({ context }: EngineRig, customerId: number) {
  const desk = customerDeskOf(context).calls(() => undefined);
  const identifier = { type: 'userId', value: '1' } as const;
  const lastName = (view: CustomerView | null) => view?.fields.lastName ?? null;
  return {
    found: desk['customers.search']({ query: 'some', limit: 5 }).hits.length,
    opened: [desk['customers.open']({ customerId }), desk['customers.view']({ customerId })].map(lastName),
    byIdentifier: lastName(desk['customers.openByIdentifier']({ identifier })),
    whoHas: (await desk['customers.whoElseHas']({ identifier, exceptId: null })).kind,
  };
}

describe('an update that may have arrived', () => {
  let clock: VirtualClock;
  let server: ModelServer;
  let rig: EngineRig;
  let folder: string;

  beforeEach(async () => {
    clock = virtualClock();
    server = new ModelServer(clock, 50);
    folder = temporaryFolder();
    rig = startEngine({
      server,
      clock,
      random: seededRandom(5),
      folder,
      sync: { settleSeconds: 5, slowServerSeconds: 75 },
    });
    await clock.pass(1000);
  });
  afterEach(async () => {
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  });

  const updateOf = (updateId: string): Update => {
    const update = findUpdate(rig.db, updateId);
    assert.ok(update !== null);
    return update;
  };
  const because = (updateId: string) => {
    const { reason } = updateOf(updateId);
    return reason?.kind === 'cannot-tell' ? reason.because : (reason?.kind ?? null);
  };

  it('F41 a field missing from every answer proves nothing: a person decides, and it is not sent again', async () => {
    server.onGet = () => {
      const { fields, ...record } = server.customers.get('1') ?? customerRecord('1', '');
      const { associatedWith: _, ...rest } = fields;
      return { kind: 'found', value: { ...record, fields: rest }, merged: false, answer: okAnswer };
    };
    const customerId = rig.addCustomer('1');
    server.fate = () => 'apply-and-lose';
    const updateId = rig.save(customerId, { associatedWith: 'till.7' });
    await clock.pass(10 * minuteMs);
    assert.deepEqual([updateOf(updateId).state, because(updateId)], ['attention', 'not-told']);
    assert.equal(server.ledger.length, 1);
  });

  it('F42 points that changed since are evidence that it arrived: it is not sent again', async () => {
    const customerId = rig.addCustomer('1');
    server.fate = () => 'apply-and-lose';
    const updateId = rig.save(customerId, { lastName: 'New' });
    await clock.pass(500);
    const applied = server.customers.get('1');
    assert.ok(applied !== undefined);
    // Somebody changed the name back; the points stay.
    server.customers.set('1', { ...applied, fields: { ...applied.fields, lastName: 'Before' } });
    await clock.pass(10 * minuteMs);
    assert.deepEqual([updateOf(updateId).state, because(updateId)], ['attention', 'points-moved']);
    assert.equal(server.ledger.length, 1);
  });

  it('F42 points that moved since another till last heard of the customer are evidence that it sent the update', async () => {
    const known = rig.addCustomer('1');
    server.reachable = false;
    const updateId = rig.save(known, { lastName: 'New' });
    // A backup or a damaged file does not tell what the till knew when it sent.
    const updates = readMoving(rig.db).map((one) => ({ ...one, row: { ...one.row, before_sending: null } }));
    for (const hasMoved of [false, true]) {
      const theirs = new ModelServer(clock, 50);
      const record = server.customers.get('1') ?? customerRecord('1', 'Before');
      theirs.customers.set('1', hasMoved ? { ...record, loyalty: { ...unknownLoyalty, points: 50 } } : record);
      const other = startEngine({ server: theirs, clock, random: seededRandom(6), folder: temporaryFolder() });
      takeIn(other.db, other.outbox, createRecordKeeper(other.db, clock), {
        updates,
        from: 'till1',
        surelyUnsent: false,
      });
      await clock.pass(10 * minuteMs);
      assert.deepEqual(
        [theirs.ledger.length, findUpdate(other.db, updateId)?.state],
        hasMoved ? [0, 'attention'] : [1, 'applied'],
      );
      const stopped = other.stop();
      await clock.pass(5000);
      await stopped;
    }
  });

  for (const lateMs of [20_000, 45_000, 60_000]) {
    it(`F43 a server that writes ${lateMs / 1000} s after the time-out counts the update once`, async () => {
      const customerId = rig.addCustomer('1');
      const changes: FieldChanges = { lastName: 'Late' };
      server.fate = () => 'lose';
      const updateId = rig.save(customerId, changes);
      await clock.pass(500);
      server.fate = () => 'apply';
      await clock.pass(lateMs);
      server.apply('1', changes);
      await clock.pass(10 * minuteMs);
      assert.equal(updateOf(updateId).state, 'applied');
      assert.equal(server.ledger.length, 1);
    });
  }

  it('F44 updates that a backup holds as unsent are sent again only by a person', async () => {
    const customerId = rig.addCustomer('1');
    server.reachable = false;
    const updateId = rig.save(customerId, { lastName: 'From a backup' });
    await clock.pass(1000);
    rig.outbox.restored(updateOf(updateId));
    server.reachable = true;
    const callsBefore = server.updateCalls;
    await clock.pass(30 * minuteMs);
    assert.deepEqual([updateOf(updateId).state, because(updateId)], ['attention', 'restored']);
    assert.equal(server.updateCalls, callsBefore);
  });

  it('F47 if a success returns another value, that field says so', async () => {
    const customerId = rig.addCustomer('1', 'Old');
    server.answers = (record) => ({ ...record, fields: { ...record.fields, lastName: 'Old' } });
    const updateId = rig.save(customerId, { lastName: 'New', firstName: 'Some' });
    await clock.pass(minuteMs);
    const { state, result } = updateOf(updateId);
    assert.equal(state, 'applied');
    assert.deepEqual(
      result?.warnings.map(({ code, field, message }) => ({ code, field, message })),
      [{ code: answerDiffers, field: 'lastName', message: 'Old' }],
    );
  });

  it('F49 changing a value back is sent, or asked about, if head office changed it meanwhile, and dropped if not', async () => {
    for (const hasMoved of [true, false]) {
      const userId = hasMoved ? '1' : '2';
      server.reachable = false;
      const customerId = rig.addCustomer(userId, 'A');
      const first = rig.save(customerId, { lastName: 'B' });
      await clock.pass(1000);
      if (hasMoved) {
        const theirs = customerRecord(userId, 'T');
        server.customers.set(userId, theirs);
        rig.context.records.keep({ record: theirs, by: 'read', asOfMs: clock.wallMs() }, { customerId });
      }
      rig.save(customerId, { lastName: 'A' });
      server.reachable = true;
      await clock.pass(5 * minuteMs);
      assert.equal(updateOf(first).state, hasMoved ? 'attention' : 'cancelled');
      if (hasMoved) assert.equal(updateOf(first).reason?.kind, 'conflict');
    }
  });

  it("F45 one organisation's data is neither sent to another nor asked about there, until IT says to keep it", async () => {
    const customerId = rig.addCustomer('1');
    await clock.pass(minuteMs);
    server.organisationId = '2';
    rig.engine.passwordChanged();
    const updateId = rig.save(customerId, { lastName: 'Ours' });
    await clock.pass(30 * minuteMs);
    assert.equal(server.updateCalls, 0);
    assert.deepEqual([rig.engine.status().state, rig.engine.status().paused], ['paused', 'other-organisation']);
    const looked = await lookUp(rig.context, { type: 'userId', value: '1' });
    assert.deepEqual(looked, { kind: 'failed', why: 'other-organisation' });
    const shown = () => shownOf(rig, customerId);
    assert.deepEqual(await shown(), { found: 0, opened: [null, null], byIdentifier: null, whoHas: 'failed' });
    letNextLoginOwn(rig.db, clock.wallMs());
    rig.engine.tryNow();
    await clock.pass(30 * minuteMs);
    assert.equal(updateOf(updateId).state, 'applied');
    assert.deepEqual(await shown(), { found: 1, opened: ['Ours', 'Ours'], byIdentifier: 'Ours', whoHas: 'found' });
  });

  it('F45 updates imported into a till that never signed in wait until the server is known to be their own', async () => {
    for (const organisationId of ['1', '2']) {
      const elsewhere = new ModelServer(clock, 50);
      elsewhere.organisationId = organisationId;
      elsewhere.reachable = false;
      const fresh = startEngine({ server: elsewhere, clock, random: seededRandom(6), folder: temporaryFolder() });
      const customerId = fresh.addCustomer('1');
      await clock.pass(1000);
      assert.equal(mayTakeIn(fresh.db, '1', clock.wallMs()), true);
      const updateId = fresh.save(customerId, { lastName: 'Ours' });
      elsewhere.reachable = true;
      await clock.pass(30 * minuteMs);
      const isOurs = organisationId === '1';
      assert.equal(elsewhere.updateCalls, isOurs ? 1 : 0);
      assert.equal(findUpdate(fresh.db, updateId)?.state, isOurs ? 'applied' : 'queued');
      assert.equal(fresh.engine.status().paused, isOurs ? null : 'other-organisation');
      const stopped = fresh.stop();
      await clock.pass(5000);
      await stopped;
    }
  });
});
