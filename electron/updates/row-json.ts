/**
 * Decodes and validates the JSON in an outbox row. An older version may have written it, and an unreadable row must end
 * up in attention, never vanish (F29).
 */
import { z } from 'zod';
import { decodeOnce } from '../db/decode-once.ts';
import { schemaOf } from '../db/schema-of.ts';
import { meaningOf } from '../loyalty-api/codes.ts';
import { type FieldChanges, type FieldValues, fillableIdentifiers, isFieldKey } from '../model/customer.ts';
import type { SideEffect } from '../model/loyalty.ts';
import type { Answer, Warning } from '../model/outcome.ts';
import { notSentReasons, unknownReasons } from '../model/outcome.ts';
import {
  type AttentionReason,
  cannotTellReasons,
  type DoubleAward,
  type UpdateResult,
  uncertainReasons,
} from '../model/update-view.ts';

/** Version of the JSON that this program writes. */
export const rowFormat = 1;

const fieldKey = z.string().refine(isFieldKey);
export const fieldChanges: z.ZodType<FieldChanges> = z
  .record(z.string(), z.string())
  .refine((map) => Object.keys(map).every(isFieldKey));
const baseline: z.ZodType<FieldValues> = z
  .record(z.string(), z.string().nullable())
  .refine((map) => Object.keys(map).every(isFieldKey));

const nullableNumber = z.number().nullable();
const nullableText = z.string().nullable();

const answer = schemaOf<Answer>()(
  z.object({
    httpStatus: z.number(),
    requestId: nullableText,
    code: nullableNumber,
    message: nullableText,
    total: nullableNumber,
    successCount: nullableNumber,
    itemCode: nullableNumber,
    itemMessage: nullableText,
  }),
);

const warning = schemaOf<Warning>()(
  z
    .object({
      // Absent in older rows.
      meaning: z.enum(['notSaved', 'onlyNotRead']).optional(),
      code: z.number(),
      field: fieldKey.nullable(),
      message: nullableText,
    })
    .transform(({ meaning, ...other }) => ({
      ...other,
      meaning: meaning ?? meaningOf(other.code).warning ?? 'notSaved',
    })),
);

const tier = z.object({ name: nullableText, serial: nullableNumber });

const effect = schemaOf<SideEffect>()(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('points'), awarded: nullableNumber, total: nullableNumber }),
    z.object({
      kind: z.literal('points-of-other'),
      awarded: nullableNumber,
      userId: nullableText,
      isReferrer: z.boolean(),
    }),
    z.object({
      kind: z.literal('coupon'),
      code: nullableText,
      // Absent in older rows.
      couponType: nullableText.default(null),
      description: nullableText,
      validTill: nullableText,
    }),
    z.object({ kind: z.literal('tier'), from: tier, to: tier }),
    z.object({ kind: z.literal('currency'), name: nullableText, identifier: nullableText, awarded: nullableNumber }),
    z.object({ kind: z.literal('other'), type: z.string(), details: z.record(z.string(), z.unknown()) }),
  ]),
);

const result = schemaOf<UpdateResult>()(
  z.object({
    effects: z.array(effect),
    warnings: z.array(warning),
    answer: answer.nullable(),
    confirmedBy: z.enum(['answer', 'read', 'already']),
  }),
);

const reason = schemaOf<AttentionReason>()(
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('refused'),
      rejection: z.object({ code: nullableNumber, field: fieldKey.nullable(), message: nullableText }),
    }),
    z.object({
      kind: z.literal('conflict'),
      fields: z.array(z.object({ key: fieldKey, was: nullableText, theirs: nullableText, ours: z.string() })),
    }),
    z.object({ kind: z.literal('belongs-to-other'), key: fieldKey, otherUserId: nullableText }),
    z.object({
      kind: z.literal('cannot-tell'),
      after: z.enum(uncertainReasons),
      because: z.enum(cannotTellReasons),
    }),
    z.object({ kind: z.literal('does-not-pass'), why: z.enum([...notSentReasons, ...unknownReasons]) }),
    z.object({ kind: z.literal('no-such-customer') }),
    z.object({ kind: z.literal('unreadable') }),
  ]),
);

const beforeSending = z
  .object({
    points: nullableNumber,
    purchases: nullableNumber,
    // Absent in older rows: then nothing proves that they did not arrive.
    updatedOn: nullableText.default(null),
    /** The custom field that the update's id is written to (sync.markField); null: none. */
    // Absent in older rows: then the field proves nothing.
    markKey: nullableText.default(null),
    /** The id that was in that field. */
    mark: nullableText,
    /** When the server sent all of this. */
    asOfMs: nullableNumber,
  })
  .readonly();

/** The server's known values before the first attempt; null: not known. */
export type BeforeSending = z.output<typeof beforeSending>;

const doubleAward = schemaOf<DoubleAward>()(
  z.object({
    pointsBefore: z.number(),
    pointsAfter: z.number(),
    explained: z.number(),
    purchasesMoved: z.boolean(),
    beforeAsOfMs: z.number(),
    foundAtMs: z.number(),
    attemptIds: z.array(z.string()),
    requestIds: z.array(z.string()),
  }),
);

const awardCheck = z.discriminatedUnion('kind', [
  // The customer's points are watched for a while, because an earlier attempt may still arrive.
  z.object({ kind: z.literal('watched'), sinceMs: z.number() }),
  z.object({ kind: z.literal('possible'), found: doubleAward }),
  // Somebody has checked it.
  z.object({ kind: z.literal('seen'), found: doubleAward }),
]);
export type AwardCheck = z.output<typeof awardCheck>;

const confirmedFills = z.array(z.enum(fillableIdentifiers));

function decoder<T>(schema: z.ZodType<T>): (json: string | null) => T | null {
  const decode = decodeOnce((json): T | null => {
    try {
      const parsed = schema.safeParse(JSON.parse(json));
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  }, 128);
  return (json) => (json === null ? null : decode(json));
}

/** Each decoder returns null for null and for anything unreadable. */
export const decodeChanges = decoder(fieldChanges);
export const decodeBaseline = decoder(baseline);
export const decodeAnswer = decoder(answer);
export const decodeResult = decoder(result);
export const decodeReason = decoder(reason);
export const decodeConfirmedFills = decoder(confirmedFills);
export const decodeBeforeSending = decoder(beforeSending);
export const decodeAwardCheck = decoder(awardCheck);
