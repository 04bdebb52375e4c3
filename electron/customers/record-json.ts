/** The server's record as it lies in the cache: JSON, decoded with a check, since older versions wrote some of it. */
import { z } from 'zod';
import { decodeOnce } from '../db/decode-once.ts';
import { type CustomerRecord, type FieldValues, isFieldKey } from '../model/customer.ts';

const number = z.number().nullable().catch(null);
const text = z.string().nullable().catch(null);

const fieldValues: z.ZodType<FieldValues> = z
  .record(z.string(), z.string().nullable())
  .transform((map) => Object.fromEntries(Object.entries(map).filter(([key]) => isFieldKey(key))));

const tier = z.object({ name: text, serial: number });

const loyalty = z.object({
  points: number,
  lifetimePoints: number,
  lifetimePurchases: number,
  tier: text,
  tierExpiresOn: text,
  programs: z.array(
    z.object({
      programId: z.string(),
      points: number,
      lifetimePoints: number,
      redeemed: number,
      expired: number,
      returned: number,
      adjusted: number,
      totalPoints: number,
      cumulativePurchases: number,
      tier,
      nextTier: tier.extend({ description: text }),
      tierExpiresOn: text,
    }),
  ),
});

const record: z.ZodType<CustomerRecord> = z.object({
  userId: text,
  fields: fieldValues,
  loyalty: loyalty.nullable().catch(null),
  updatedOn: text,
  source: text,
  otherSubscriptions: z
    .array(z.object({ channel: z.string(), priority: z.string(), subscribed: z.boolean() }))
    .catch([]),
  unknown: z.record(z.string(), z.unknown()).catch({}),
});

export function encodeRecord(value: CustomerRecord): string {
  return JSON.stringify(value);
}

/** As many as a backlog has in flight at most. */
const decode = decodeOnce(parseRecord, 64);

/** @returns null where the text is no record: the server is then asked again, and nothing is read as empty. */
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
