/**
 * What a customer holds in the loyalty programs, as the server last told it. Everywhere in it `null` is "not told": it is
 * never read as "none" (F31). A list that is empty, and `noTier` or `noNextTier` that are true, are told.
 */

/** One way to reach a tier, or to keep it. */
export type TierGap = {
  readonly by: 'purchases' | 'points' | 'visits' | 'tracker' | 'other';
  /** Of a tracker; for `other` the server's own word. */
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
  /** Earned, and to be had later. */
  readonly delayedPoints: number | null;
  /** What one point is worth in the organisation's currency. */
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
    /** The tier stays, whatever comes. */
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
  readonly createdOn: string | null;
};

export type Purchase = {
  readonly number: string | null;
  readonly kind: 'purchase' | 'return';
  readonly on: string | null;
  readonly store: string | null;
  /** `customer/get` tells none. */
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
  /** In the order in which they run out. */
  readonly expiring: readonly ExpiringPoints[] | null;
  readonly coupons: readonly Coupon[] | null;
  /** Newest first. */
  readonly purchases: readonly Purchase[] | null;
  /** Numbers of loyalty cards. */
  readonly cards: readonly string[] | null;
};

/** What an update set off at the server besides itself. */
export type SideEffect =
  | {
      readonly kind: 'points';
      readonly awarded: number | null;
      readonly total: number | null;
    }
  /** Points of somebody else, such as the one who referred this customer. */
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

/** The values of an object that were told. */
function toldOf<T extends object>(values: T): Partial<T> {
  const told: Partial<T> = { ...values };
  for (const key in told) if (told[key] === null) delete told[key];
  return told;
}

function isNoTier(tier: Program['tier']): boolean {
  return tier.name === null && tier.serial === null;
}

function isSameTier(one: Program['tier'], other: Program['tier']): boolean {
  if (one.serial !== null && other.serial !== null) return one.serial === other.serial;
  return one.name === other.name;
}

function mergeProgram(known: Program, told: Program): Program {
  const movesTier = told.noTier === true || !(isNoTier(told.tier) || isSameTier(known.tier, told.tier));
  // What was said of the way to the next tier, and of keeping this one, was said of the tier of that time.
  const stays: Program = movesTier ? { ...known, tierExpiresOn: null, gapToUpgrade: null, toKeep: null } : known;
  const isNextTold = told.noNextTier !== null || told.nextTier.name !== null || told.nextTier.serial !== null;
  return {
    ...stays,
    ...toldOf(told),
    tier: told.noTier === true || !isNoTier(told.tier) ? told.tier : known.tier,
    nextTier: isNextTold ? told.nextTier : known.nextTier,
  };
}

/** Programs in the order told, then those that were not. The same id may come twice: the second is the second's. */
function mergePrograms(known: readonly Program[], told: readonly Program[]): readonly Program[] {
  const left = [...known];
  const merged = told.map((program) => {
    const at = left.findIndex(({ programId }) => programId === program.programId);
    const [before] = at === -1 ? [] : left.splice(at, 1);
    return before === undefined ? program : mergeProgram(before, program);
  });
  return [...merged, ...left];
}

/**
 * Lays newer values over known ones, one by one: what was not told stays. So an answer without programs erases none.
 * Where one program alone is known, the tier is the program's, and so is its expiry.
 */
export function mergeLoyalty(known: Loyalty | null, told: Loyalty | null): Loyalty | null {
  if (told === null) return known;
  const programs = mergePrograms(known?.programs ?? [], told.programs);
  const hasNoTier = told.noTier === true;
  const knownTier = known?.tier ?? null;
  const movesTier = hasNoTier || (told.tier !== null && knownTier !== null && told.tier !== knownTier);
  const [only = null] = programs.length === 1 ? programs : [];
  // Known from before, both expiries are those of the tier of that time.
  const ofProgram = movesTier && told.programs.length === 0 ? null : (only?.tierExpiresOn ?? null);
  const ofKnown = movesTier ? null : (known?.tierExpiresOn ?? null);
  return {
    ...(known ?? told),
    ...toldOf(told),
    programs,
    tier: hasNoTier ? null : (told.tier ?? knownTier),
    tierExpiresOn: hasNoTier ? null : (told.tierExpiresOn ?? ofProgram ?? ofKnown),
  };
}
