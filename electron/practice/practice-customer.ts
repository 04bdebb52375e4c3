/**
 * A customer as stored by the practice server. It is deliberately separate from the till's representation, so that the
 * two only share HTTP.
 */
import { z } from 'zod';

const practiceSubscriptionSchema = z
  .strictObject({
    channel: z.enum(['SMS', 'EMAIL', 'WHATSAPP']),
    priority: z.enum(['TRANS', 'BULK']),
    subscribed: z.boolean(),
  })
  .readonly();
export type PracticeSubscription = z.infer<typeof practiceSubscriptionSchema>;

/** A customer's membership in one program. `tier` counts from 1; `null`: no tier yet. */
const practiceMembershipSchema = z
  .strictObject({
    programId: z.enum(['1016', '1024', '1033']),
    lifetimePoints: z.number(),
    loyaltyPoints: z.number(),
    redeemed: z.number(),
    expired: z.number(),
    returned: z.number(),
    /** Negative if more was debited than credited. */
    adjusted: z.number(),
    cumulativePurchases: z.number(),
    tier: z.number().int().nullable(),
    /** `YYYY-MM-DD HH:MM:SS` */
    tierExpiresOn: z.string().nullable(),
  })
  .readonly();
export type PracticeMembership = z.infer<typeof practiceMembershipSchema>;

const fieldMap = z.record(z.string(), z.string()).readonly();

/** What another till, the web shop or the back office can change. */
const practiceFieldsSchema = z.strictObject({
  firstName: z.string(),
  lastName: z.string(),
  /** Digits with country code. */
  mobile: z.string().nullable(),
  email: z.string().nullable(),
  externalId: z.string().nullable(),
  type: z.enum(['LOYALTY', 'NON_LOYALTY']),
  source: z.string(),
  registeredOn: z.string(),
  registeredTill: z.string(),
  associatedWith: z.string().nullable(),
  fraudStatus: z.string(),
  subscriptions: z.array(practiceSubscriptionSchema).readonly(),
  customFields: fieldMap,
  extendedFields: fieldMap,
  lifetimePurchases: z.number(),
  /** The first one gets the points for updates. Empty for a non-loyalty customer. */
  memberships: z.array(practiceMembershipSchema).readonly(),
});

export const practiceCustomerSchema = practiceFieldsSchema
  .extend({
    userId: z.number().int(),
    updatedOn: z.string(),
    /** Number of applied updates, which decides when there is a coupon. */
    updateCount: z.number().int(),
  })
  .readonly();
export type PracticeCustomer = z.infer<typeof practiceCustomerSchema>;

/** A change from elsewhere. Missing fields stay; custom and extended fields are merged by name. */
export const practiceChangeSchema = practiceFieldsSchema.partial().readonly();
export type PracticeChange = z.infer<typeof practiceChangeSchema>;

export type Tier = { readonly name: string; readonly description: string; readonly fromPoints: number };

export type Program = {
  readonly id: PracticeMembership['programId'];
  readonly name: string;
  readonly tiers: readonly Tier[];
};

export const programs: readonly [Program, Program, Program] = [
  {
    id: '1016',
    name: 'Rewards',
    tiers: [
      { name: 'Bronze', description: 'Welcome to Rewards', fromPoints: 100 },
      { name: 'Silver', description: '1.5 points for every 10 spent', fromPoints: 1_000 },
      { name: 'Gold', description: '2 points for every 10 spent, free alterations', fromPoints: 5_000 },
      { name: 'Platinum', description: 'Personal shopper and early access to the sales', fromPoints: 20_000 },
    ],
  },
  {
    id: '1024',
    name: 'Kids Club',
    tiers: [
      { name: 'Member', description: 'Birthday surprise', fromPoints: 0 },
      { name: 'Insider', description: 'Workshops at the weekend', fromPoints: 2_000 },
      { name: 'Star', description: 'Workshops and a free gift each season', fromPoints: 8_000 },
    ],
  },
  {
    id: '1033',
    name: 'Home & Garden',
    tiers: [
      { name: 'Green', description: 'Plant care advice', fromPoints: 500 },
      { name: 'Evergreen', description: 'Free delivery', fromPoints: 4_000 },
    ],
  },
];

export const mainProgram: Program = programs[0];

/** @returns the number of the highest tier that these points reach; `null`: none */
export function tierForPoints(program: Program, lifetimePoints: number): number | null {
  const reached = program.tiers.filter((tier) => lifetimePoints >= tier.fromPoints).length;
  return reached === 0 ? null : reached;
}

export function programById(programId: PracticeMembership['programId']): Program {
  const program = programs.find(({ id }) => id === programId);
  if (program === undefined) throw new Error(`no such program: ${programId}`);
  return program;
}

export function newMembership(programId: PracticeMembership['programId']): PracticeMembership {
  return {
    programId,
    lifetimePoints: 0,
    loyaltyPoints: 0,
    redeemed: 0,
    expired: 0,
    returned: 0,
    adjusted: 0,
    cumulativePurchases: 0,
    tier: null,
    tierExpiresOn: null,
  };
}

export function awardPoints(membership: PracticeMembership, points: number): PracticeMembership {
  const program = programById(membership.programId);
  const lifetimePoints = membership.lifetimePoints + points;
  const reached = tierForPoints(program, lifetimePoints);
  return {
    ...membership,
    lifetimePoints,
    loyaltyPoints: membership.loyaltyPoints + points,
    // A manually assigned tier stays even if the points do not reach it.
    tier: reached === null ? membership.tier : Math.max(reached, membership.tier ?? 0),
  };
}

/** Points that can be spent, over all programs. */
export function totalPoints(customer: PracticeCustomer): number {
  return customer.memberships.reduce((sum, { loyaltyPoints }) => sum + loyaltyPoints, 0);
}

export function totalLifetimePoints(customer: PracticeCustomer): number {
  return customer.memberships.reduce((sum, { lifetimePoints }) => sum + lifetimePoints, 0);
}
