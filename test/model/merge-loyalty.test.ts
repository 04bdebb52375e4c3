import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeRecord, encodeRecord } from '../../electron/customers/record-json.ts';
import { type CustomerRecord, mergeRecord } from '../../electron/model/customer.ts';
import { type Loyalty, mergeLoyalty, type Program } from '../../electron/model/loyalty.ts';
import { unknownLoyalty, unknownProgram } from '../helpers/loyalty.ts';

const gap = {
  by: 'purchases',
  name: null,
  threshold: 25_000,
  current: 9786,
  gap: 15_214,
  until: '2027-05-06',
} as const;

/** Every value known, none of them empty. */
const fullProgram: Program = {
  programId: '1016',
  title: 'Rewards',
  points: 2280,
  delayedPoints: 40,
  moneyPerPoint: 0.01,
  lifetimePoints: 2400,
  redeemed: 100,
  expired: 20,
  returned: 5,
  adjusted: -40,
  totalPoints: 2290,
  cumulativePurchases: 23_400,
  tier: { name: 'Silver', serial: 2 },
  noTier: false,
  nextTier: { name: 'Gold', serial: 3, description: 'Free alterations' },
  noNextTier: false,
  tierExpiresOn: '2031-09-11 23:59:59',
  gapToUpgrade: [gap],
  toKeep: { confirmed: false, gaps: [gap] },
};

const full: Loyalty = {
  points: 2280,
  lifetimePoints: 24_000,
  lifetimePurchases: 234_000.5,
  tier: 'Silver',
  noTier: false,
  tierExpiresOn: '2031-09-11 23:59:59',
  programs: [fullProgram],
  expiring: [{ points: 10, on: '2027-03-25', programId: null }],
  coupons: [{ code: 'X2Y7AP', description: 'Tea', validTill: '2027-02-28 23:59:59', redeemed: false }],
  purchases: [{ number: 'B-1', kind: 'purchase', on: '2027-04-05 17:07:23', store: 'till.a', amount: null }],
  cards: ['4000-1'],
};

function record(loyalty: Loyalty | null): CustomerRecord {
  return { userId: '1', fields: {}, loyalty, updatedOn: null, source: null, otherSubscriptions: [], unknown: {} };
}

describe('merging a loyalty answer', () => {
  it('erases nothing that the answer leaves out', () => {
    assert.deepEqual(mergeLoyalty(full, null), full);
    assert.deepEqual(mergeLoyalty(full, unknownLoyalty), full);
    assert.deepEqual(mergeLoyalty(full, { ...unknownLoyalty, programs: [unknownProgram('1016')] }), full);
  });

  it('takes every value in the answer, and keeps all the others', () => {
    const values = { points: 7, lifetimePoints: 8, lifetimePurchases: 9, tierExpiresOn: '2040-01-01 00:00:00' };
    for (const [key, value] of Object.entries(values)) {
      assert.deepEqual(mergeLoyalty(full, { ...unknownLoyalty, [key]: value }), { ...full, [key]: value });
    }
    for (const key of ['expiring', 'coupons', 'purchases', 'cards']) {
      assert.deepEqual(mergeLoyalty(full, { ...unknownLoyalty, [key]: [] }), { ...full, [key]: [] });
    }
    const ofProgram = { title: 'T', points: 0, delayedPoints: 1, moneyPerPoint: 2, redeemed: 3, gapToUpgrade: [] };
    for (const [key, value] of Object.entries(ofProgram)) {
      const incoming = { ...unknownLoyalty, programs: [{ ...unknownProgram('1016'), [key]: value }] };
      assert.deepEqual(mergeLoyalty(full, incoming)?.programs, [{ ...fullProgram, [key]: value }]);
    }
  });

  it('keeps a program that is left out, and both of two with one id', () => {
    const other = { ...unknownProgram('2044'), points: 5 };
    const incoming = { ...unknownLoyalty, programs: [other] };
    assert.deepEqual(mergeLoyalty(full, incoming)?.programs, [other, fullProgram]);
    const twice = [
      { ...fullProgram, points: 1 },
      { ...fullProgram, points: 2 },
    ];
    const again = twice.map(({ points }) => ({ ...unknownProgram('1016'), points: (points ?? 0) * 10 }));
    const merged = mergeLoyalty({ ...full, programs: twice }, { ...unknownLoyalty, programs: again });
    assert.deepEqual(
      merged?.programs.map(({ points, title }) => [points, title]),
      [
        [10, 'Rewards'],
        [20, 'Rewards'],
      ],
    );
  });

  it('"no tier" and "no next tier" are values; a missing one is not', () => {
    const gone = mergeLoyalty(full, { ...unknownLoyalty, noTier: true });
    assert.deepEqual([gone?.tier, gone?.noTier, gone?.tierExpiresOn], [null, true, null]);
    assert.deepEqual(mergeLoyalty(gone, { ...unknownLoyalty, tier: 'Gold', noTier: false })?.tier, 'Gold');
    const top = { ...unknownProgram('1016'), noNextTier: true };
    const [program] = mergeLoyalty(full, { ...unknownLoyalty, programs: [top] })?.programs ?? [];
    assert.deepEqual(program?.nextTier, { name: null, serial: null, description: null });
    assert.deepEqual(program?.tier, fullProgram.tier);
  });

  it('drops details of the previous tier once the customer has another', () => {
    const risen = { ...unknownProgram('1016'), tier: { name: 'Gold', serial: 3 }, noTier: false };
    const merged = mergeLoyalty(full, { ...unknownLoyalty, tier: 'Gold', noTier: false, programs: [risen] });
    const [program] = merged?.programs ?? [];
    assert.deepEqual(
      [program?.gapToUpgrade, program?.toKeep, program?.tierExpiresOn, merged?.tierExpiresOn],
      [null, null, null, null],
    );
    // Without its program in the answer, the tier's expiry is no longer the program's earlier one either.
    assert.equal(mergeLoyalty(full, { ...unknownLoyalty, tier: 'Gold', noTier: false })?.tierExpiresOn, null);
  });

  it("an only program's expiry counts as the tier's, but not one of two", () => {
    const incoming = { ...unknownLoyalty, points: 1, programs: [fullProgram] };
    assert.equal(mergeRecord(null, record(incoming)).loyalty?.tierExpiresOn, '2031-09-11 23:59:59');
    const two = { ...incoming, programs: [fullProgram, { ...fullProgram, programId: '2' }] };
    assert.equal(mergeRecord(null, record(two)).loyalty?.tierExpiresOn, null);
  });
});

describe('loyalty in the cache', () => {
  it('comes back as it was stored', () => {
    for (const loyalty of [full, { ...unknownLoyalty, points: 0, coupons: [] }, null]) {
      assert.deepEqual(decodeRecord(encodeRecord(record(loyalty))), record(loyalty));
    }
  });

  it('reads a record of a version without coupons, and takes no space for what is not known', () => {
    const older = `{"userId":"1","fields":{},"loyalty":{"points":7,"lifetimePoints":null,"lifetimePurchases":null,"tier":"gold",
      "tierExpiresOn":null,"programs":[{"programId":"9","points":7,"lifetimePoints":null,"redeemed":null,"expired":null,
      "returned":null,"adjusted":null,"totalPoints":null,"cumulativePurchases":null,"tier":{"name":"gold","serial":3},
      "nextTier":{"name":null,"serial":null,"description":null},"tierExpiresOn":null}]},
      "updatedOn":null,"source":null,"otherSubscriptions":[],"unknown":{}}`;
    const program = { ...unknownProgram('9'), points: 7, tier: { name: 'gold', serial: 3 } };
    const kept = decodeRecord(older);
    assert.deepEqual(kept?.loyalty, { ...unknownLoyalty, points: 7, tier: 'gold', programs: [program] });
    assert.ok(kept !== null && encodeRecord(kept).length < JSON.stringify(JSON.parse(older)).length);
  });
});
