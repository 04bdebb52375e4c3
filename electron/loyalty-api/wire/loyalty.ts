/** Reads a customer's points, tiers, coupons and purchases, and the side effects of an update. */
import type { Coupon, ExpiringPoints, Loyalty, Program, Purchase, SideEffect, TierGap } from '../../model/loyalty.ts';
import { isUnreasonable, longestName, mostListed, readShown } from './limits.ts';
import {
  hasAnyKey,
  isObject,
  type JsonObject,
  partOf,
  readBoolean,
  readCode,
  readHeldList,
  readLocalTime,
  readNumber,
  readText,
  readWord,
} from './scalars.ts';

/** Keys of a customer that are read here, or that the till neither shows nor stores. */
export const loyaltyKeys = [
  'lifetime_points',
  'lifetime_purchases',
  'loyalty_points',
  'current_slab',
  'tier_expiry_date',
  'points_summaries',
  'expiry_schedule',
  'coupons',
  'transactions',
  'cards',
  'card_number',
] as const;

/** Limit for coupons, purchases and the like: nobody reads more of them at a counter. */
const mostShown = 40;

/** A tier's name; `NONE` means no tier (trap 13). */
function readTierName(value: unknown): string | null {
  const name = readShown(value);
  return name?.toUpperCase() === 'NONE' ? null : name;
}

/** Tiers count from 1; `-1` and `0` mean no tier. */
function readSerial(value: unknown): number | null {
  const serial = readCode(value);
  return serial !== null && serial > 0 ? serial : null;
}

type Tier = Program['tier'];

function readTier(entry: unknown, names: readonly string[], serials: readonly string[]): Tier {
  return { name: readTierName(partOf(entry, ...names)), serial: readSerial(partOf(entry, ...serials)) };
}

/** Whether the answer says that there is no tier; null if it does not mention tiers. */
function isNone(entry: JsonObject, keys: readonly string[], { name, serial }: Tier): boolean | null {
  return hasAnyKey(entry, ...keys) ? name === null && serial === null : null;
}

const gapKinds: ReadonlyMap<string, TierGap['by']> = new Map([
  ['CUMULATIVE_PURCHASES', 'purchases'],
  ['PURCHASE', 'purchases'],
  ['CURRENT_POINTS', 'points'],
  ['LIFETIME_POINTS', 'points'],
  ['POINTS', 'points'],
  ['VISITS', 'visits'],
  ['TRACKER_VALUE_BASED', 'tracker'],
  ['TRACKER', 'tracker'],
]);

/** A strategy of `gap_to_upgrade` or `gap_to_renew`, whose keys contain `upgrade` or `renew`. */
function readGap(entry: unknown, to: 'upgrade' | 'renew', until: string | null): TierGap[] {
  const word = readShown(partOf(entry, `${to}_based_on`));
  if (word === null) return [];
  const by = gapKinds.get(readWord(word) ?? '') ?? 'other';
  // The vendor misspells one of the two as "identifers".
  const named = partOf(entry, `${to}_entity_identifers`, `${to}_entity_identifiers`);
  const values = partOf(entry, `customer_${to}_entity_values`);
  const value = (key: string, own: string) => readNumber(partOf(values, key) ?? partOf(entry, own));
  return [
    {
      by,
      name: readShown(partOf(named, 'tracker_name', 'name')) ?? (by === 'other' ? word : null),
      threshold: readNumber(partOf(entry, `${to}_threshold`)),
      current: value('current_value', `customer_${to}_entity_value`),
      gap: value(`gap_to_${to}`, `customer_gap_to_${to}_value`),
      until: readLocalTime(partOf(values, 'value_valid_upto')) ?? until,
    },
  ];
}

function readGaps(holder: unknown, to: 'upgrade' | 'renew', until: string | null): readonly TierGap[] {
  return readHeldList(holder, `${to}_strategy`)
    .flatMap((entry) => readGap(entry, to, until))
    .slice(0, mostShown);
}

function readToKeep(holder: unknown): Program['toKeep'] {
  return {
    confirmed: readBoolean(partOf(holder, 'renew_confirmed')),
    gaps: readGaps(holder, 'renew', readLocalTime(partOf(holder, 'tier_expiry_date'))),
  };
}

function readProgram(entry: unknown): Program[] {
  const programId = readText(partOf(entry, 'programId', 'program_id'));
  if (programId === null || programId.length > longestName || !isObject(entry)) return [];
  const number = (...keys: string[]) => readNumber(partOf(entry, ...keys));
  const text = (...keys: string[]) => readShown(partOf(entry, ...keys));
  const tier = readTier(entry, ['currentSlab', 'current_slab'], ['slabSNo', 'slab_sno']);
  const next = readTier(entry, ['nextSlab', 'next_slab'], ['nextSlabSerialNumber', 'next_slab_serial_number']);
  const noNextTier = isNone(entry, ['nextSlab', 'next_slab', 'nextSlabSerialNumber', 'next_slab_serial_number'], next);
  const toRenew = partOf(entry, 'gap_to_renew');
  return [
    {
      programId,
      title: text('program_title', 'programTitle'),
      points: number('loyaltyPoints', 'loyalty_points', 'total_available_points'),
      delayedPoints: number('delayed_points', 'delayedPoints'),
      moneyPerPoint: number('program_points_to_currency_ratio'),
      lifetimePoints: number('lifetimePoints', 'lifetime_points'),
      redeemed: number('redeemed'),
      expired: number('expired'),
      returned: number('returned', 'total_returned_points'),
      adjusted: number('adjusted'),
      totalPoints: number('totalPoints', 'total_points'),
      cumulativePurchases: number('cumulativePurchases', 'cumulative_purchases'),
      tier,
      noTier: isNone(entry, ['currentSlab', 'current_slab', 'slabSNo', 'slab_sno'], tier),
      nextTier: {
        ...next,
        description: noNextTier === true ? null : text('nextSlabDescription', 'next_slab_description'),
      },
      noNextTier,
      tierExpiresOn: readLocalTime(
        partOf(entry, 'slabExpiryDate', 'slab_expiry_date') ?? partOf(toRenew, 'tier_expiry_date'),
      ),
      gapToUpgrade: hasAnyKey(entry, 'gap_to_upgrade')
        ? readGaps(partOf(entry, 'gap_to_upgrade'), 'upgrade', null)
        : null,
      toKeep: hasAnyKey(entry, 'gap_to_renew') ? readToKeep(toRenew) : null,
    },
  ];
}

/** Times in one answer have the same format, so they sort as text. */
function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function readExpiring(holder: unknown): readonly ExpiringPoints[] {
  return readHeldList(holder, 'schedule')
    .flatMap((entry): ExpiringPoints[] => {
      const points = readNumber(partOf(entry, 'points'));
      const on = readLocalTime(partOf(entry, 'expiry_date', 'expiryDate'));
      if (points === null || points <= 0 || on === null) return [];
      return [{ points, on, programId: readShown(partOf(entry, 'programId', 'program_id')) }];
    })
    .sort((a, b) => byText(a.on, b.on))
    .slice(0, mostShown);
}

function readCoupon(entry: unknown): Coupon[] {
  const code = readShown(partOf(entry, 'code', 'coupon_code'));
  const description = readShown(partOf(entry, 'description'));
  if (code === null && description === null) return [];
  return [
    {
      code,
      description,
      validTill: readLocalTime(partOf(entry, 'valid_till')),
      redeemed: readBoolean(partOf(entry, 'redeemed')) ?? false,
    },
  ];
}

/**
 * Unused ones first, the longest valid first among them: a server that ignores the requested filter sends hundreds of
 * used and expired ones.
 */
function readCoupons(holder: unknown): readonly Coupon[] {
  return readHeldList(holder, 'coupon')
    .flatMap(readCoupon)
    .sort((a, b) => Number(a.redeemed) - Number(b.redeemed) || byText(b.validTill ?? '9', a.validTill ?? '9'))
    .slice(0, mostShown);
}

function readPurchase(entry: unknown): Purchase[] {
  if (!isObject(entry)) return [];
  const number = readShown(partOf(entry, 'number', 'bill_number'));
  const on = readLocalTime(partOf(entry, 'billing_time', 'created_date', 'date'));
  if (number === null && on === null) return [];
  return [
    {
      number,
      kind: readWord(partOf(entry, 'type'))?.includes('RETURN') === true ? 'return' : 'purchase',
      on,
      store: readShown(partOf(entry, 'store', 'store_code')),
      amount: readNumber(partOf(entry, 'amount')),
    },
  ];
}

/** `transactions` of `customer/get`, and of `customer/transactions`: newest first. */
export function readPurchases(holder: unknown): readonly Purchase[] {
  return readHeldList(holder, 'transaction')
    .flatMap(readPurchase)
    .sort((a, b) => byText(b.on ?? '', a.on ?? ''))
    .slice(0, mostShown);
}

function readCards(item: JsonObject): readonly string[] | null {
  if (!hasAnyKey(item, 'cards', 'card_number')) return null;
  const cards = [...readHeldList(partOf(item, 'cards'), 'card'), partOf(item, 'card_number')].flatMap((entry) => {
    const number = readShown(isObject(entry) ? partOf(entry, 'number', 'card_number', 'cardNumber') : entry);
    return number === null ? [] : [number];
  });
  return [...new Set(cards)].slice(0, mostShown);
}

/** `null` if the answer has no loyalty data, which never means "no points" (F31). */
export function readLoyalty(item: JsonObject): Loyalty | null {
  const tier = readTierName(partOf(item, 'current_slab'));
  const list = <T>(key: string, read: (value: unknown) => readonly T[]) =>
    hasAnyKey(item, key) ? read(partOf(item, key)) : null;
  const { programs, ...values } = {
    points: readNumber(partOf(item, 'loyalty_points')),
    lifetimePoints: readNumber(partOf(item, 'lifetime_points')),
    lifetimePurchases: readNumber(partOf(item, 'lifetime_purchases')),
    tier,
    tierExpiresOn: readLocalTime(partOf(item, 'tier_expiry_date')),
    programs: readHeldList(partOf(item, 'points_summaries'), 'points_summary')
      .slice(0, mostListed)
      .flatMap(readProgram),
    expiring: list('expiry_schedule', readExpiring),
    coupons: list('coupons', readCoupons),
    purchases: list('transactions', readPurchases),
    cards: readCards(item),
  };
  const hasNothing = programs.length === 0 && Object.values(values).every((value) => value === null);
  // An empty tier means "none" only if there are other loyalty values.
  return hasNothing
    ? null
    : { ...values, noTier: isNone(item, ['current_slab'], { name: tier, serial: null }), programs };
}

function readEffect(effect: JsonObject, ownId: string | null): SideEffect {
  const type = readShown(partOf(effect, 'type'));
  const text = (...keys: string[]) => readShown(partOf(effect, ...keys));
  const number = (...keys: string[]) => readNumber(partOf(effect, ...keys));
  switch (type?.toLowerCase()) {
    case 'points': {
      const awarded = number('awarded_points', 'awardedPoints');
      const userId = text('customer_id', 'customerId');
      const isReferrer = readBoolean(partOf(effect, 'is_referrer', 'isReferrer')) ?? false;
      if (isReferrer || (userId !== null && userId !== ownId)) {
        return { kind: 'points-of-other', awarded, userId, isReferrer };
      }
      return { kind: 'points', awarded, total: number('total_points', 'totalPoints') };
    }
    case 'coupon':
      return {
        kind: 'coupon',
        code: text('coupon_code'),
        couponType: text('coupon_type'),
        description: text('description'),
        validTill: readLocalTime(partOf(effect, 'valid_till')),
      };
    case 'slab':
      return {
        kind: 'tier',
        from: readTier(effect, ['previous_slab_name'], ['previous_slab_number']),
        to: readTier(effect, ['upgraded_slab_name'], ['upgraded_slab_number']),
      };
    case 'alternate_currency':
      return {
        kind: 'currency',
        name: text('alternate_currency_name'),
        identifier: text('alternate_currency_identifier'),
        awarded: number('awarded_value'),
      };
    default:
      return { kind: 'other', type: type ?? '', details: isUnreasonable(effect) ? {} : effect };
  }
}

/**
 * The side effects of an update.
 * @param ownId the customer's id, if the answer has it
 */
export function readSideEffects(item: JsonObject, ownId: string | null): readonly SideEffect[] {
  return readHeldList(partOf(item, 'side_effects'), 'effect')
    .filter(isObject)
    .slice(0, mostListed)
    .map((effect) => readEffect(effect, ownId));
}
