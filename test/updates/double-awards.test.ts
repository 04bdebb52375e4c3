/** When points may have been awarded twice. `test/faults/double-awards.test.ts` tests it with a server. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { SideEffect } from '../../electron/model/loyalty.ts';
import type { UpdateResult } from '../../electron/model/update-view.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { listDoubleAwards, markAwardSeen } from '../../electron/updates/double-awards.ts';
import { historyOf } from '../../electron/updates/history.ts';
import type { BeforeSending } from '../../electron/updates/row-json.ts';
import { customerRecord, okAnswer } from '../helpers/engine-rig.ts';
import { unknownLoyalty } from '../helpers/loyalty.ts';
import { outboxOfOneCustomer } from './one-customer.ts';

const dayMs = 24 * 3_600_000;

const awarding = (...effects: readonly SideEffect[]): UpdateResult => ({
  effects,
  warnings: [],
  answer: okAnswer,
  confirmedBy: 'answer',
});
const points = (awarded: number | null): SideEffect => ({ kind: 'points', awarded, total: null });

const blank: BeforeSending = {
  points: null,
  purchases: null,
  updatedOn: null,
  markKey: null,
  mark: null,
  asOfMs: null,
};

/** A customer with 100 points, and an update of theirs that was sent twice before it was answered. */
function sentTwice(t: TestContext, over: Partial<BeforeSending> = {}, result = awarding(points(50))) {
  const one = outboxOfOneCustomer(t);
  const { db, clock, outbox, input, seen } = one;
  const startedMs = clock.wallMs();
  const says = (pointsNow: number | null, more: { purchases?: number; by?: 'read' | 'file' } = {}) => {
    const { purchases = 0, by = 'read' } = more;
    const loyalty = { ...unknownLoyalty, points: pointsNow, lifetimePurchases: purchases };
    const record = {
      ...customerRecord('1', 'Before'),
      loyalty,
      updatedOn: `${by === 'file' ? 2030 : 2026}-01-01 10:00:00`,
    };
    createRecordKeeper(db, clock).keep({ record, by, asOfMs: by === 'file' ? null : clock.wallMs() });
  };
  const send = (id: string, before: BeforeSending | null) => outbox.claim(id, seen(id).revision, before);
  says(over.points ?? 100);
  const id = outbox.save(input({ lastName: 'Twice' }, 'till1'));
  send(id, { ...blank, points: 100, purchases: 0, asOfMs: startedMs, ...over });
  outbox.uncertain(seen(id), 'timeout', { ...okAnswer, requestId: 'r-0' });
  outbox.resend(seen(id));
  send(id, null);
  outbox.applied(seen(id), result);
  const award = () => seen(id).award?.kind ?? null;
  return { ...one, startedMs, id, says, send, award };
}

describe('the points of a customer after an update was sent twice', () => {
  it('are explained by what the answer awarded', (t) => {
    const { says, award, db } = sentTwice(t);
    says(150);
    assert.equal(award(), 'watched');
    assert.deepEqual(listDoubleAwards(db), []);
  });

  it('are explained by it even if the clock was set back in between (F16), and by later updates too', (t) => {
    const tomorrow = sentTwice(t, { asOfMs: Date.UTC(2026, 0, 16, 9) });
    tomorrow.says(150);
    assert.equal(tomorrow.award(), 'watched');
    const { outbox, input, seen, send, says, award } = tomorrow;
    const later = outbox.save(input({ lastName: 'Later' }, 'till1'));
    send(later, null);
    outbox.applied(seen(later), awarding(points(7)));
    says(157);
    assert.equal(award(), 'watched');
    says(158);
    assert.equal(award(), 'possible');
  });

  it('are a possible double award if there are more, with all evidence', (t) => {
    const { id, says, seen, db, startedMs, outbox } = sentTwice(t);
    assert.equal(outbox.doubleAwards(), 0);
    says(151);
    assert.equal(outbox.doubleAwards(), 1);
    const attempts = historyOf(db, id).flatMap(({ attemptId }) => attemptId ?? []);
    const found = {
      pointsBefore: 100,
      pointsAfter: 151,
      explained: 50,
      purchasesMoved: false,
      beforeAsOfMs: startedMs,
      foundAtMs: startedMs,
      attemptIds: [...new Set(attempts)],
      requestIds: ['r-0', 'r-1'],
    };
    assert.equal(found.attemptIds.length, 2);
    assert.deepEqual(seen(id).award, { kind: 'possible', found });
    assert.deepEqual(listDoubleAwards(db), [{ id, ...found }]);
    assert.deepEqual(historyOf(db, id).at(-1), {
      atMs: startedMs,
      by: 'till',
      event: 'possible double award',
      from: 'applied',
      to: 'applied',
      attemptId: seen(id).attemptId,
      requestId: null,
      before: null,
      after: null,
      detail: null,
    });
  });

  it('are reported with a note if the customer also bought something, since that may explain them', (t) => {
    const { id, says, seen } = sentTwice(t);
    says(200, { purchases: 900 });
    const { award } = seen(id);
    assert.equal(award?.kind === 'possible' && award.found.purchasesMoved, true);
  });

  it('are compared only with what this customer was awarded by every answer since', (t) => {
    const { input, outbox, seen, send, says, award } = sentTwice(t, {}, awarding(points(50), points(null)));
    const other = outbox.save(input({ firstName: 'Other' }, 'till1'));
    send(other, blank);
    outbox.applied(
      seen(other),
      awarding(points(30), { kind: 'points-of-other', awarded: 500, userId: '9', isReferrer: false }),
    );
    says(180);
    assert.equal(award(), 'watched');
    says(181);
    assert.equal(award(), 'possible');
  });

  it('are not explained by an update that was answered earlier', async (t) => {
    const { clock, input, outbox, seen, send, says, startedMs } = sentTwice(t);
    await clock.pass(1000);
    const id = outbox.save(input({ firstName: 'Later' }, 'till1'));
    send(id, { ...blank, points: 150, asOfMs: startedMs + 1 });
    outbox.uncertain(seen(id), 'timeout', null);
    outbox.resend(seen(id));
    send(id, null);
    outbox.applied(seen(id), awarding(points(10)));
    says(161);
    assert.equal(seen(id).award?.kind, 'possible');
  });

  it('are not compared while another update may be earning some', (t) => {
    const { input, outbox, seen, send, says, award } = sentTwice(t);
    const other = outbox.save(input({ firstName: 'Other' }, 'till1'));
    send(other, null);
    says(200);
    assert.equal(award(), 'watched');
    outbox.uncertain(seen(other), 'timeout', null);
    says(201);
    assert.equal(award(), 'watched');
    outbox.applied(seen(other), awarding(points(50)));
    assert.equal(award(), 'possible');
  });

  for (const [when, afterMs, expected] of [
    ['for a day', dayMs, 'watched'],
    ['no longer than a day', dayMs + 1, null],
    ['no longer than a day by a clock that was set back', -dayMs - 1, null],
  ] as const) {
    it(`are watched ${when}`, (t) => {
      const { clock, startedMs, says, award } = sentTwice(t);
      clock.setWall(startedMs + afterMs);
      says(150);
      assert.equal(award(), expected);
    });
  }

  it('prove nothing if they come from a file', (t) => {
    const { says, award } = sentTwice(t);
    says(150);
    says(200, { by: 'file' });
    assert.equal(award(), 'watched');
  });

  it('prove nothing if those of the customer they were merged into are not known', (t) => {
    for (const loyalty of [null, unknownLoyalty]) {
      const { db, clock, customerId, award } = sentTwice(t, { points: -100 });
      const record = { ...customerRecord('2', 'Before'), loyalty };
      createRecordKeeper(db, clock).keep({ record, by: 'read', asOfMs: clock.wallMs(), merged: true }, { customerId });
      assert.equal(award(), 'watched');
    }
  });
});

describe('an update', () => {
  for (const [title, over] of [
    ['with unknown points', { points: null }],
    ['with points of an unknown time', { asOfMs: null }],
  ] as const) {
    it(`${title} before it was sent is not watched for a double award`, (t) => {
      assert.equal(sentTwice(t, over).award(), null);
    });
  }

  it('that was sent once is not watched', (t) => {
    const { outbox, input, seen, send } = sentTwice(t);
    const once = outbox.save(input({ firstName: 'Once' }, 'till1'));
    send(once, { ...blank, points: 100, asOfMs: 1 });
    outbox.applied(seen(once), awarding(points(50)));
    assert.equal(seen(once).award, null);
  });

  it('that was sent twice, but without a note of the points before, is not watched', (t) => {
    const { outbox, input, seen, send } = sentTwice(t);
    const id = outbox.save(input({ firstName: 'Again' }, 'till1'));
    send(id, null);
    outbox.uncertain(seen(id), 'timeout', null);
    outbox.resend(seen(id));
    send(id, null);
    outbox.applied(seen(id), awarding(points(50)));
    assert.equal(seen(id).award, null);
  });
});

describe('a possible double award', () => {
  it('is no longer listed once somebody has looked at it, and says who', (t) => {
    const { db, id, says, seen, startedMs, outbox } = sentTwice(t);
    assert.throws(() => markAwardSeen(db, seen(id), 'A001', startedMs), /is not a possible double award/);
    says(200);
    outbox.awardSeen(seen(id), { code: 'A001', name: 'Ana' });
    assert.equal(seen(id).award?.kind, 'seen');
    assert.deepEqual(listDoubleAwards(db), []);
    const { event, by } = historyOf(db, id).at(-1) ?? {};
    assert.deepEqual([event, by], ['possible double award looked at', 'A001']);
    assert.throws(() => markAwardSeen(db, seen(id), 'A001', startedMs), /is not a possible double award/);
    says(300);
    assert.equal(seen(id).award?.kind, 'seen');
  });

  it('cannot be read from a database of an older version', (t) => {
    const { db, says } = sentTwice(t);
    says(200);
    assert.equal(listDoubleAwards(db).length, 1);
    db.exec('alter table updates rename column award to later');
    assert.deepEqual(listDoubleAwards(db), []);
  });
});
