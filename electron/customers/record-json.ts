/**
 * Encodes and decodes the server's record as JSON. Decoding validates, because an older version may have written it.
 */
import { z } from 'zod';
import { decodeOnce } from '../db/decode-once.ts';
import { schemaOf } from '../db/schema-of.ts';
import { type CustomerRecord, type FieldValues, isFieldKey } from '../model/customer.ts';
import type { Coupon, ExpiringPoints, Loyalty, Program, Purchase, TierGap } from '../model/loyalty.ts';

const number = z.number().nullable().catch(null);
const text = z.string().nullable().catch(null);

const fieldValues: z.ZodType<FieldValues> = z
  .record(z.string(), z.string().nullable())
  .transform((map) => Object.fromEntries(Object.entries(map).filter(([key]) => isFieldKey(key))));

const tier = z.object({ name: text, serial: number });

const flag = z.boolean().nullable().catch(null);

/** Null (not known) if it is absent or cannot be read. */
function listOf<T>(entry: z.ZodType<T>): z.ZodType<readonly T[] | null> {
  return z.array(entry).nullable().catch(null);
}

const gap = schemaOf<TierGap>()(
  z.object({
    by: z.enum(['purchases', 'points', 'visits', 'tracker', 'other']),
    name: text,
    threshold: number,
    current: number,
    gap: number,
    until: text,
  }),
);

const program = schemaOf<Program>()(
  z.object({
    programId: z.string(),
    title: text,
    points: number,
    delayedPoints: number,
    moneyPerPoint: number,
    lifetimePoints: number,
    redeemed: number,
    expired: number,
    returned: number,
    adjusted: number,
    totalPoints: number,
    cumulativePurchases: number,
    tier,
    noTier: flag,
    nextTier: tier.extend({ description: text }),
    noNextTier: flag,
    tierExpiresOn: text,
    gapToUpgrade: listOf(gap),
    toKeep: z
      .object({ confirmed: flag, gaps: z.array(gap) })
      .nullable()
      .catch(null),
  }),
);

const expiring = schemaOf<ExpiringPoints>()(z.object({ points: z.number(), on: z.string(), programId: text }));

const coupon = schemaOf<Coupon>()(
  z.object({
    code: text,
    description: text,
    validTill: text,
    redeemed: z.boolean(),
  }),
);

const purchase = schemaOf<Purchase>()(
  z.object({
    number: text,
    kind: z.enum(['purchase', 'return']),
    on: text,
    store: text,
    amount: number,
  }),
);

const loyalty = schemaOf<Loyalty>()(
  z.object({
    points: number,
    lifetimePoints: number,
    lifetimePurchases: number,
    tier: text,
    noTier: flag,
    tierExpiresOn: text,
    programs: z.array(program),
    expiring: listOf(expiring),
    coupons: listOf(coupon),
    purchases: listOf(purchase),
    cards: listOf(z.string()),
  }),
);

const record = schemaOf<CustomerRecord>()(
  z.object({
    userId: text,
    fields: fieldValues,
    loyalty: loyalty.nullable().catch(null),
    updatedOn: text,
    source: text,
    otherSubscriptions: z
      .array(z.object({ channel: z.string(), priority: z.string(), subscribed: z.boolean() }))
      .catch([]),
    unknown: z.record(z.string(), z.unknown()).catch({}),
  }),
);

/** Leaves out unknown loyalty values: a region holds a million records, and most have few of them. */
export function encodeRecord(value: CustomerRecord): string {
  return JSON.stringify({ ...value, loyalty: withoutNulls(value.loyalty) });
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === null ? [] : [[key, withoutNulls(part)]])),
  );
}

/** 64 is the most updates that can be in flight. */
const decode = decodeOnce(parseRecord, 64);

/** @returns null if the text is not a record: then the server is asked again, and nothing counts as empty */
export function decodeRecord(json: string): CustomerRecord | null {
  return decode(json);
}

function parseRecord(json: string): CustomerRecord | null {
  try {
    const parsed = record.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
