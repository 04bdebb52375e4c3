/** What answers say about points, tiers, coupons and purchases: the vendor's samples and their variants. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLoyalty, readPurchases, readSideEffects } from '../../electron/loyalty-api/wire/loyalty.ts';
import type { JsonObject } from '../../electron/loyalty-api/wire/scalars.ts';
import { unknownLoyalty, unknownProgram } from '../helpers/loyalty.ts';

const program = (summary: object) =>
  readLoyalty({ points_summaries: { points_summary: [{ programId: '1016', ...summary }] } })?.programs[0];

describe('the loyalty samples of customer/get', () => {
  it('coupons, wrapped or as a bare list', () => {
    const coupon = JSON.parse(
      `{"id":"4837","series_id":"2491","code":"X2Y7AP","description":"Tea for two","created_date":"2027-01-04 19:47:12",
        "valid_till":"2027-02-28 23:59:59","redeemed":"false","same_user_multiple_redeem":"false"}`,
    );
    const read = {
      code: 'X2Y7AP',
      description: 'Tea for two',
      validTill: '2027-02-28 23:59:59',
      redeemed: false,
    };
    for (const coupons of [{ coupon: [coupon] }, { coupon }, [coupon], [{ coupon }]]) {
      assert.deepEqual(readLoyalty({ coupons }), { ...unknownLoyalty, coupons: [read] });
    }
    assert.deepEqual(
      readLoyalty({ coupons: { coupon: { ...coupon, redeemed: 'true' } } })?.coupons?.[0]?.redeemed,
      true,
    );
    for (const coupons of [[], {}, '', { coupon: [] }]) assert.deepEqual(readLoyalty({ coupons })?.coupons, []);
    assert.equal(readLoyalty({ coupons: null, loyalty_points: 0 })?.coupons?.length, 0);
    assert.equal(readLoyalty({ loyalty_points: 0 })?.coupons, null);
  });

  it('of hundreds of coupons, in any order, the ones that can be used: a server may tell all that there ever were', () => {
    const coupons = (count: number, valid_till: string | undefined, redeemed: string) =>
      Array.from({ length: count }, (_, at) => ({ code: `${redeemed} ${valid_till} ${at}`, valid_till, redeemed }));
    const used = coupons(300, '2099-01-01 00:00:00', 'true');
    const over = coupons(190, '2020-01-01 00:00:00', 'false');
    const good = [...coupons(9, '2098-01-01 00:00:00', 'false'), ...coupons(1, undefined, 'false')];
    for (const all of [
      [...used, ...over, ...good],
      [...good, ...over, ...used],
      [...over, ...good, ...used],
    ]) {
      const codes = new Set(readLoyalty({ coupons: { coupon: all } })?.coupons?.map(({ code }) => code));
      assert.equal(codes.size, 40);
      assert.ok(good.every(({ code }) => codes.has(code)));
    }
  });

  it('purchases and returns, newest first', () => {
    const transaction: JsonObject[] = JSON.parse(
      `[{"id":"3739","number":"B-1239","type":"REGULAR","created_date":"2027-04-05 17:07:23","store":"till.a"},
        {"id":"3740","number":"B-1300","type":"RETURN","created_date":"2027-05-01 10:00:00","store":"till.a"}]`,
    );
    const bought = { number: 'B-1239', kind: 'purchase', on: '2027-04-05 17:07:23', store: 'till.a', amount: null };
    const returned = { number: 'B-1300', kind: 'return', on: '2027-05-01 10:00:00', store: 'till.a', amount: null };
    assert.deepEqual(readLoyalty({ transactions: { transaction } })?.purchases, [returned, bought]);
    const withAmount = {
      id: '1',
      number: 'B-1',
      type: 'REGULAR',
      amount: '200.00',
      billing_time: '2027-01-01 09:00:00',
    };
    assert.deepEqual(readPurchases({ transaction: withAmount }), [
      { number: 'B-1', kind: 'purchase', on: '2027-01-01 09:00:00', store: null, amount: 200 },
    ]);
  });

  it('points that expire, by date', () => {
    const schedule = [
      { points: '10', expiry_date: '2027-03-25' },
      { points: 4, expiry_date: '2027-01-02 23:59:59' },
      { points: '0', expiry_date: '2027-01-01' },
    ];
    const expected = [
      { points: 4, on: '2027-01-02 23:59:59', programId: null },
      { points: 10, on: '2027-03-25', programId: null },
    ];
    assert.deepEqual(readLoyalty({ expiry_schedule: schedule })?.expiring, expected);
    assert.deepEqual(readLoyalty({ expiry_schedule: { schedule } })?.expiring, expected);
  });

  it('what mlp adds to a program', () => {
    const summary = JSON.parse(
      `{"program_title":"Rewards","program_description":"All stores","delayed_points":"40","total_returned_points":"1.0E3",
        "program_points_to_currency_ratio":"0.01","loyaltyPoints":"2280"}`,
    );
    assert.deepEqual(program(summary), {
      ...unknownProgram('1016'),
      title: 'Rewards',
      points: 2280,
      delayedPoints: 40,
      returned: 1000,
      moneyPerPoint: 0.01,
    });
    // Without mlp: an empty list, or one total without a program.
    for (const points_summaries of [{ points_summary: [] }, { points_summary: { expired: 1, redeemed: 2 } }, []]) {
      assert.deepEqual(readLoyalty({ loyalty_points: 3, points_summaries }), { ...unknownLoyalty, points: 3 });
    }
  });

  it("how far it is to the next tier, in the vendor's spelling", () => {
    const sample = JSON.parse(
      `{"upgrade_strategy":[{"upgrade_based_on":"CUMULATIVE_PURCHASES","upgrade_entity_identifers":{},"upgrade_threshold":"25000",
        "customer_upgrade_entity_values":{"current_value":"9786","gap_to_upgrade":"15214","value_valid_upto":"2027-05-06"}}]}`,
    );
    const expected = {
      by: 'purchases',
      name: null,
      threshold: 25_000,
      current: 9786,
      gap: 15_214,
      until: '2027-05-06',
    };
    assert.deepEqual(program({ gap_to_upgrade: sample })?.gapToUpgrade, [expected]);
    const [strategy] = sample.upgrade_strategy;
    const by = (upgrade_based_on: string, tracker_name?: string) =>
      program({
        gap_to_upgrade: {
          upgrade_strategy: { ...strategy, upgrade_based_on, upgrade_entity_identifers: { tracker_name } },
        },
      })?.gapToUpgrade?.map((gap) => [gap.by, gap.name]);
    assert.deepEqual(by('CURRENT_POINTS'), [['points', null]]);
    assert.deepEqual(by('TRACKER_VALUE_BASED', 'Visits in May'), [['tracker', 'Visits in May']]);
    assert.deepEqual(by('MOON_PHASE'), [['other', 'MOON_PHASE']]);
    assert.deepEqual(program({ gap_to_upgrade: [] })?.gapToUpgrade, []);
    assert.equal(program({})?.gapToUpgrade, null);
  });

  it('what keeps the tier', () => {
    const sample = JSON.parse(
      `{"tier_expiry_date":"2027-09-03","renew_confirmed":"false","renew_strategy":[{"renew_based_on":"PURCHASE",
        "renew_entity_identifiers":{},"renew_threshold":"30000","customer_renew_entity_value":"1200",
        "customer_gap_to_renew_value":"28800"}]}`,
    );
    const read = program({ gap_to_renew: sample });
    const gap = { by: 'purchases', name: null, threshold: 30_000, current: 1200, gap: 28_800, until: '2027-09-03' };
    assert.deepEqual(read?.toKeep, { confirmed: false, gaps: [gap] });
    assert.equal(read?.tierExpiresOn, '2027-09-03');
    assert.deepEqual(program({ gap_to_renew: {} })?.toKeep, { confirmed: null, gaps: [] });
    assert.equal(program({})?.toKeep, null);
  });

  it('cards, as numbers and as objects', () => {
    assert.deepEqual(readLoyalty({ cards: { card: [{ card_number: '4000-1' }, '4000-2'] } })?.cards, [
      '4000-1',
      '4000-2',
    ]);
    assert.deepEqual(readLoyalty({ card_number: 40001 })?.cards, ['40001']);
  });
});

describe('trap 13: words for none', () => {
  it('-1 and "" for the next tier, NONE for the tier', () => {
    const top = program({ currentSlab: 'Gold', slabSNo: '3', nextSlab: '', nextSlabSerialNumber: '-1' });
    assert.deepEqual([top?.nextTier, top?.noNextTier], [{ name: null, serial: null, description: null }, true]);
    assert.deepEqual([top?.tier, top?.noTier], [{ name: 'Gold', serial: 3 }, false]);
    const below = program({ currentSlab: 'NONE', nextSlab: 'Silver', nextSlabSerialNumber: '1' });
    assert.deepEqual([below?.tier.name, below?.noTier, below?.noNextTier], [null, true, false]);
    assert.deepEqual([program({})?.noTier, program({})?.noNextTier], [null, null]);
    for (const current_slab of ['NONE', 'none', '', null]) {
      const loyalty = readLoyalty({ loyalty_points: 1, current_slab });
      assert.deepEqual([loyalty?.tier, loyalty?.noTier], [null, true]);
    }
    assert.equal(readLoyalty({ loyalty_points: 1 })?.noTier, null);
  });
});

describe('side effects, every documented kind', () => {
  const read = (effect: string) => readSideEffects({ side_effects: { effect: JSON.parse(effect) } }, '343445382')[0];

  const kinds: readonly (readonly [string, object])[] = [
    ['{"type":"points","awarded_points":50,"total_points":2330}', { kind: 'points', awarded: 50, total: 2330 }],
    ['{"type":"points","awardedPoints":"50"}', { kind: 'points', awarded: 50, total: null }],
    [
      '{"type":"points","awarded_points":100,"customer_id":"424133021","is_referrer":"true"}',
      { kind: 'points-of-other', awarded: 100, userId: '424133021', isReferrer: true },
    ],
    [
      '{"type":"points","awarded_points":100,"is_referrer":true}',
      { kind: 'points-of-other', awarded: 100, userId: null, isReferrer: true },
    ],
    [
      '{"type":"points","awarded_points":100,"customer_id":424133021}',
      { kind: 'points-of-other', awarded: 100, userId: '424133021', isReferrer: false },
    ],
    // The customer's own id names nobody else.
    [
      '{"type":"points","awarded_points":7,"customer_id":343445382,"is_referrer":"false"}',
      { kind: 'points', awarded: 7, total: null },
    ],
    [
      '{"type":"coupon","coupon_code":"IYVS2E6V","coupon_type":"CAMPAIGN","description":"Welcome","valid_till":"2020-06-27 23:59:59"}',
      {
        kind: 'coupon',
        code: 'IYVS2E6V',
        couponType: 'CAMPAIGN',
        description: 'Welcome',
        validTill: '2020-06-27 23:59:59',
      },
    ],
    [
      '{"type":"slab","previous_slab_name":"Silver","previous_slab_number":"2","upgraded_slab_name":"Gold","upgraded_slab_number":"3"}',
      { kind: 'tier', from: { name: 'Silver', serial: 2 }, to: { name: 'Gold', serial: 3 } },
    ],
    [
      '{"type":"alternate_currency","alternate_currency_name":"Stars","alternate_currency_identifier":"r1","awarded_value":"110"}',
      { kind: 'currency', name: 'Stars', identifier: 'r1', awarded: 110 },
    ],
    ['{"type":"badge","id":4}', { kind: 'other', type: 'badge', details: { type: 'badge', id: 4 } }],
  ];
  for (const [effect, expected] of kinds) it(effect, () => assert.deepEqual(read(effect), expected));
});
