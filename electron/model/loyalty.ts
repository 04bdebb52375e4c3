/**
 * A customer's loyalty data as last sent by the server. `null` always means "not known", never "none" (F31). "None" is
 * an empty list, or `noTier` or `noNextTier` being true.
 */

/** One way to reach a tier, or to keep it. */
export type TierGap = {
  readonly by: 'purchases' | 'points' | 'visits' | 'tracker' | 'other';
  /** The tracker's name; for `other`, the server's own word. */
  readonly name: string | null;
  readonly threshold: number | null;
  readonly current: number | null;
  readonly gap: number | null;
  readonly until: string | null;
};

/** One program's summary. */
export type Program = {
  readonly programId: string;
  readonly title: string | null;
  readonly points: number | null;
  /** Earned but not usable yet. */
  readonly delayedPoints: number | null;
  /** Value of one point in the organisation's currency. */
  readonly moneyPerPoint: number | null;
  readonly lifetimePoints: number | null;
  readonly redeemed: number | null;
  readonly expired: number | null;
  readonly returned: number | null;
  readonly adjusted: number | null;
  readonly totalPoints: number | null;
  readonly cumulativePurchases: number | null;
  readonly tier: {
    readonly name: string | null;
    readonly serial: number | null;
  };
  /** True: the customer has no tier. False: has one. */
  readonly noTier: boolean | null;
  readonly nextTier: {
    readonly name: string | null;
    readonly serial: number | null;
    readonly description: string | null;
  };
  /** True: no tier comes after this one. */
  readonly noNextTier: boolean | null;
  readonly tierExpiresOn: string | null;
  readonly gapToUpgrade: readonly TierGap[] | null;
  readonly toKeep: {
    /** The customer has already secured this tier. */
    readonly confirmed: boolean | null;
    readonly gaps: readonly TierGap[];
  } | null;
};

export type ExpiringPoints = { readonly points: number; readonly on: string; readonly programId: string | null };

export type Coupon = {
  readonly code: string | null;
  readonly description: string | null;
  readonly validTill: string | null;
  readonly redeemed: boolean;
};

export type Purchase = {
  readonly number: string | null;
  readonly kind: 'purchase' | 'return';
  readonly on: string | null;
  readonly store: string | null;
  /** Always null from `customer/get`. */
  readonly amount: number | null;
};

export type Loyalty = {
  readonly points: number | null;
  readonly lifetimePoints: number | null;
  readonly lifetimePurchases: number | null;
  readonly tier: string | null;
  /** True: the customer has no tier. False: has one. */
  readonly noTier: boolean | null;
  readonly tierExpiresOn: string | null;
  readonly programs: readonly Program[];
  /** First to expire comes first. */
  readonly expiring: readonly ExpiringPoints[] | null;
  readonly coupons: readonly Coupon[] | null;
  /** Newest first. */
  readonly purchases: readonly Purchase[] | null;
  /** Numbers of loyalty cards. */
  readonly cards: readonly string[] | null;
};

/** What else an update caused at the server. */
export type SideEffect =
  | {
      readonly kind: 'points';
      readonly awarded: number | null;
      readonly total: number | null;
    }
  /** Points for somebody else, such as the person who referred this customer. */
  | {
      readonly kind: 'points-of-other';
      readonly awarded: number | null;
      readonly userId: string | null;
      readonly isReferrer: boolean;
    }
  | {
      readonly kind: 'coupon';
      readonly code: string | null;
      readonly couponType: string | null;
      readonly description: string | null;
      readonly validTill: string | null;
    }
  | {
      readonly kind: 'tier';
      readonly from: Program['tier'];
      readonly to: Program['tier'];
    }
  | {
      readonly kind: 'currency';
      readonly name: string | null;
      readonly identifier: string | null;
      readonly awarded: number | null;
    }
  | {
      readonly kind: 'other';
      readonly type: string;
      readonly details: { readonly [key: string]: unknown };
    };

/** The values of an object that are not null. */
function withoutNulls<T extends object>(values: T): Partial<T> {
  const known: Partial<T> = { ...values };
  for (const key in known) if (known[key] === null) delete known[key];
  return known;
}

function isNoTier(tier: Program['tier']): boolean {
  return tier.name === null && tier.serial === null;
}

function isSameTier(one: Program['tier'], other: Program['tier']): boolean {
  if (one.serial !== null && other.serial !== null) return one.serial === other.serial;
  return one.name === other.name;
}

function mergeProgram(known: Program, received: Program): Program {
  const movesTier = received.noTier === true || !(isNoTier(received.tier) || isSameTier(known.tier, received.tier));
  // The data about reaching the next tier and keeping this one belongs to the old tier.
  const stays: Program = movesTier ? { ...known, tierExpiresOn: null, gapToUpgrade: null, toKeep: null } : known;
  const hasNextTier =
    received.noNextTier !== null || received.nextTier.name !== null || received.nextTier.serial !== null;
  return {
    ...stays,
    ...withoutNulls(received),
    tier: received.noTier === true || !isNoTier(received.tier) ? received.tier : known.tier,
    nextTier: hasNextTier ? received.nextTier : known.nextTier,
  };
}

/** Newer programs in their order, then those they left out. An id may occur twice: then they are matched in order. */
function mergePrograms(known: readonly Program[], received: readonly Program[]): readonly Program[] {
  const left = [...known];
  const merged = received.map((program) => {
    const at = left.findIndex(({ programId }) => programId === program.programId);
    const [before] = at === -1 ? [] : left.splice(at, 1);
    return before === undefined ? program : mergeProgram(before, program);
  });
  return [...merged, ...left];
}

/**
 * Merges newer values into known ones, one by one; unknown values change nothing, so an answer without programs erases
 * none. If there is only one program, its tier and expiry are the customer's.
 */
export function mergeLoyalty(known: Loyalty | null, received: Loyalty | null): Loyalty | null {
  if (received === null) return known;
  const programs = mergePrograms(known?.programs ?? [], received.programs);
  const hasNoTier = received.noTier === true;
  const knownTier = known?.tier ?? null;
  const movesTier = hasNoTier || (received.tier !== null && knownTier !== null && received.tier !== knownTier);
  const [only = null] = programs.length === 1 ? programs : [];
  // Expiries known from before belong to the old tier.
  const ofProgram = movesTier && received.programs.length === 0 ? null : (only?.tierExpiresOn ?? null);
  const ofKnown = movesTier ? null : (known?.tierExpiresOn ?? null);
  return {
    ...(known ?? received),
    ...withoutNulls(received),
    programs,
    tier: hasNoTier ? null : (received.tier ?? knownTier),
    tierExpiresOn: hasNoTier ? null : (received.tierExpiresOn ?? ofProgram ?? ofKnown),
  };
}
