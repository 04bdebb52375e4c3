/** Loyalty with nothing in it, for tests to spread. */
import type { Loyalty, Program } from '../../electron/model/loyalty.ts';

export const unknownLoyalty: Loyalty = {
  points: null,
  lifetimePoints: null,
  lifetimePurchases: null,
  tier: null,
  noTier: null,
  tierExpiresOn: null,
  programs: [],
  expiring: null,
  coupons: null,
  purchases: null,
  cards: null,
};

export function unknownProgram(programId: string): Program {
  return {
    programId,
    title: null,
    points: null,
    delayedPoints: null,
    moneyPerPoint: null,
    lifetimePoints: null,
    redeemed: null,
    expired: null,
    returned: null,
    adjusted: null,
    totalPoints: null,
    cumulativePurchases: null,
    tier: { name: null, serial: null },
    noTier: null,
    nextTier: { name: null, serial: null, description: null },
    noNextTier: null,
    tierExpiresOn: null,
    gapToUpgrade: null,
    toKeep: null,
  };
}
