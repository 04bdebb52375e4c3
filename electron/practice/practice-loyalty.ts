/**
 * Generates loyalty data besides points: coupons, purchases, expiring points, and the gap to the next tier. It is
 * derived from the customer and the day, so it is the same on every till and never out of date.
 */
import { couponCode, updatesPerCoupon } from './coupons.ts';
import { type PracticeCustomer, type PracticeMembership, programById, totalPoints } from './practice-customer.ts';
import { storeCode } from './practice-org.ts';

/** Value of one point in each program. */
const currencyRatios = { '1016': '0.25', '1024': '0.1', '1033': '1' } as const;

/** Spend per point. Tiers by purchases need their points times this. */
const spendPerPoint = 10;

/** The date some days from a local time, as `YYYY-MM-DD`. */
function dayFrom(now: string, days: number): string {
  const day = new Date(`${now.slice(0, 10)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}

export function cardNumberOf(userId: number): string {
  return `4000000${userId}`;
}

export function cardExternalIdOf(userId: number): string {
  return `CARD-${userId}`;
}

/** The customer id of a card; null if there is no such card. */
export function customerOfCard(name: 'card_number' | 'card_external_id', value: string): number | null {
  const shape = name === 'card_number' ? /^4000000(\d{9})$/ : /^CARD-(\d{9})$/i;
  const userId = shape.exec(value)?.[1];
  return userId === undefined ? null : Number(userId);
}

type Coupon = {
  readonly code: string;
  readonly description: string;
  /** Days from today. */
  readonly madeIn: number;
  readonly endsIn: number;
  readonly redeemed: boolean;
};

const offers = ['10% off the next purchase', 'A free coffee at the bar', 'Free alterations', 'Two for one on socks'];

function couponsOf(customer: PracticeCustomer): readonly Coupon[] {
  if (customer.memberships.length === 0) return [];
  const { userId, updateCount } = customer;
  const coupon = (count: number, madeIn: number, endsIn: number, redeemed = false): Coupon => ({
    code: couponCode(userId, 80 + count),
    description: offers[(userId + count) % offers.length] ?? '',
    madeIn,
    endsIn,
    redeemed,
  });
  const given = [
    coupon(0, -20, 6 + (userId % 5)),
    coupon(1, -12, 30),
    coupon(2, -3, 75),
    coupon(3, -90, 10, true),
    coupon(4, -120, -30),
  ].slice(0, 2 + (userId % 4));
  const earned = Array.from(
    { length: Math.floor(updateCount / updatesPerCoupon) },
    (_, at): Coupon => ({
      code: couponCode(userId, (at + 1) * updatesPerCoupon),
      description: 'Thank you for keeping your details up to date',
      madeIn: 0,
      endsIn: 30,
      redeemed: false,
    }),
  );
  return [...earned, ...given];
}

/** The filter for coupons in a `customer/get`. */
export type CouponQuery = { readonly activeOnly: boolean; readonly limit: number };

export function wireCoupons(customer: PracticeCustomer, now: string, { activeOnly, limit }: CouponQuery) {
  const coupons = couponsOf(customer)
    .filter(({ endsIn, redeemed }) => !activeOnly || (!redeemed && endsIn >= 0))
    .toSorted((one, other) => (activeOnly ? one.endsIn - other.endsIn : 0))
    .slice(0, limit);
  return {
    coupon: coupons.map((coupon, at) => ({
      id: String(4_000 + at),
      series_id: '2491',
      code: coupon.code,
      description: coupon.description,
      created_date: `${dayFrom(now, coupon.madeIn)} 19:47:12`,
      valid_till: `${dayFrom(now, coupon.endsIn)} 23:59:59`,
      redeemed: String(coupon.redeemed),
      same_user_multiple_redeem: 'false',
    })),
  };
}

type Bill = {
  readonly number: string;
  readonly type: 'REGULAR' | 'RETURN';
  readonly at: string;
  readonly amount: string;
};

/** Sales first, then returns, in the server's order. */
function billsOf({ userId, lifetimePurchases }: PracticeCustomer, now: string): readonly Bill[] {
  if (lifetimePurchases <= 0) return [];
  const bill = (at: number, type: Bill['type'], daysAgo: number): Bill => ({
    number: `${type === 'RETURN' ? 'R' : 'B'}-${(userId % 10_000) * 10 + at}`,
    type,
    at: `${dayFrom(now, -daysAgo)} ${String(10 + ((userId + at) % 9)).padStart(2, '0')}:07:23`,
    amount: (99 + ((userId * (at + 3)) % 4_900) + 0.5).toFixed(2),
  });
  const regular = Array.from({ length: 1 + (userId % 8) }, (_, at) => bill(at, 'REGULAR', 4 + at * (9 + (userId % 7))));
  return userId % 3 === 0 ? [...regular, bill(9, 'RETURN', 2)] : regular;
}

export function wireTransactions(customer: PracticeCustomer, now: string) {
  return {
    transaction: billsOf(customer, now).map(({ number, type, at }, index) => ({
      id: String(3_700 + index),
      number,
      type,
      created_date: at,
      store: customer.registeredTill,
    })),
  };
}

/** `customer/transactions`: the same bills with amounts. */
export function wireBills(customer: PracticeCustomer, now: string) {
  const [main] = customer.memberships;
  return {
    transaction: billsOf(customer, now).map(({ number, type, at, amount }, index) => ({
      id: String(3_700 + index),
      number,
      type,
      amount,
      billing_time: at,
      store: storeCode,
      store_code: storeCode,
      points: {
        issued: type === 'RETURN' || main === undefined ? '0' : String(Math.floor(Number(amount) / spendPerPoint)),
        redeemed: '0',
        returned: '0',
        expired: '0',
        expiry_date: `${dayFrom(now, 365)} 23:59:59`,
        program_id: main?.programId ?? '',
      },
    })),
  };
}

export function wireExpirySchedule(customer: PracticeCustomer, now: string) {
  const points = totalPoints(customer);
  if (points < 100) return [];
  const parts = [
    { share: 0.1, days: 9 + (customer.userId % 40) },
    { share: 0.2, days: 95 },
    { share: 0.25, days: 210 },
  ];
  return parts.map(({ share, days }) => ({
    points: String(Math.floor(points * share)),
    expiry_date: dayFrom(now, days),
  }));
}

/** The additional keys with `mlp=true`. */
export function wireProgramExtras({ programId, loyaltyPoints, lifetimePoints }: PracticeMembership) {
  const { name, tiers } = programById(programId);
  return {
    program_title: name,
    program_description: `${name} of the practice organisation`,
    currentSlabDescription: tiers[0]?.description ?? '',
    delayed_points: String(Math.floor(lifetimePoints / 40)),
    delayed_returned_points: '0',
    total_available_points: String(loyaltyPoints),
    total_returned_points: '0.0E0',
    program_points_to_currency_ratio: currencyRatios[programId],
    linked_partner_programs: [],
  };
}

/** Tiers of the main program need points, those of other programs purchases. */
export function wireGapToUpgrade(membership: PracticeMembership, now: string) {
  const next = programById(membership.programId).tiers[membership.tier ?? 0];
  if (next === undefined) return [];
  const isByPoints = membership.programId === '1016';
  const threshold = next.fromPoints * (isByPoints ? 1 : spendPerPoint);
  const current = isByPoints ? membership.lifetimePoints : membership.cumulativePurchases;
  return {
    upgrade_strategy: [
      {
        upgrade_based_on: isByPoints ? 'CURRENT_POINTS' : 'CUMULATIVE_PURCHASES',
        // The vendor's own spelling.
        upgrade_entity_identifers: {},
        upgrade_threshold: String(threshold),
        customer_upgrade_entity_values: {
          current_value: String(current),
          gap_to_upgrade: String(Math.max(0, threshold - current)),
          value_valid_upto: dayFrom(now, 160),
        },
      },
    ],
  };
}

export function wireGapToRenew({ tier, tierExpiresOn, programId, cumulativePurchases }: PracticeMembership) {
  if (tier === null || tier === 1 || tierExpiresOn === null) return {};
  const threshold = (programById(programId).tiers[tier - 1]?.fromPoints ?? 0) * 2;
  const value = Math.min(threshold, Math.floor(cumulativePurchases % (threshold * 1.2)));
  return {
    tier_expiry_date: tierExpiresOn.slice(0, 10),
    renew_confirmed: String(value === threshold),
    renew_strategy: [
      {
        renew_based_on: 'PURCHASE',
        renew_entity_identifiers: {},
        renew_threshold: String(threshold),
        customer_renew_entity_value: String(value),
        customer_gap_to_renew_value: String(threshold - value),
      },
    ],
  };
}
