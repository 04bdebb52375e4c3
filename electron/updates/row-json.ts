/**
 * The JSON in an outbox row, decoded with a check: older versions wrote some of it, and a row that cannot be read must
 * end in front of a person, never vanish (F29).
 */
import { z } from 'zod';
import { decodeOnce } from '../db/decode-once.ts';
import { meaningOf } from '../loyalty-api/codes.ts';
import { type FieldChanges, type FieldValues, fillableIdentifiers, isFieldKey } from '../model/customer.ts';
import type { SideEffect } from '../model/loyalty.ts';
import type { Answer, Warning } from '../model/outcome.ts';
import { notSentReasons, unknownReasons } from '../model/outcome.ts';
import { type AttentionReason, type DoubleAward, type UpdateResult, uncertainReasons } from '../model/update-view.ts';

/** Version of the JSON that this program writes. */
export const rowFormat = 1;

const fieldKey = z.string().refine(isFieldKey);
const changes: z.ZodType<FieldChanges> = z
  .record(z.string(), z.string())
  .refine((map) => Object.keys(map).every(isFieldKey));
const baseline: z.ZodType<FieldValues> = z
  .record(z.string(), z.string().nullable())
  .refine((map) => Object.keys(map).every(isFieldKey));

const nullableNumber = z.number().nullable();
const nullableText = z.string().nullable();

const answer: z.ZodType<Answer> = z.object({
  httpStatus: z.number(),
  requestId: nullableText,
  code: nullableNumber,
  message: nullableText,
  total: nullableNumber,
  successCount: nullableNumber,
  itemCode: nullableNumber,
  itemMessage: nullableText,
});

const warning: z.ZodType<Warning> = z
  .object({
    // Absent in rows of before it was kept.
    meaning: z.enum(['notSaved', 'onlyNotRead']).optional(),
    code: z.number(),
    field: fieldKey.nullable(),
    message: nullableText,
  })
  .transform(({ meaning, ...told }) => ({ ...told, meaning: meaning ?? meaningOf(told.code).warning ?? 'notSaved' }));

const tier = z.object({ name: nullableText, serial: nullableNumber });

const effect: z.ZodType<SideEffect> = z.discriminatedUnion('kind', [
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
    // Absent in rows of before it was kept.
    couponType: nullableText.default(null),
    description: nullableText,
    validTill: nullableText,
  }),
  z.object({ kind: z.literal('tier'), from: tier, to: tier }),
  z.object({ kind: z.literal('currency'), name: nullableText, identifier: nullableText, awarded: nullableNumber }),
  z.object({ kind: z.literal('other'), type: z.string(), details: z.record(z.string(), z.unknown()) }),
]);

const result: z.ZodType<UpdateResult> = z.object({
  effects: z.array(effect),
  warnings: z.array(warning),
  answer: answer.nullable(),
  confirmedBy: z.enum(['answer', 'read', 'already']),
});

const reason: z.ZodType<AttentionReason> = z.discriminatedUnion('kind', [
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
    because: z.enum([
      'read-back-differs',
      'read-back-not-allowed',
      'resent-once',
      'no-baseline',
      'not-told',
      'points-moved',
      'restored',
      'not-answered',
      'may-be-elsewhere',
    ]),
  }),
  z.object({ kind: z.literal('does-not-pass'), why: z.enum([...notSentReasons, ...unknownReasons]) }),
  z.object({ kind: z.literal('no-such-customer') }),
  z.object({ kind: z.literal('unreadable') }),
]);

/** What the server was known to hold before the first attempt; nulls where it was not known. */
export type BeforeSending = {
  readonly points: number | null;
  readonly purchases: number | null;
  readonly updatedOn: string | null;
  /** The custom field that the attempt writes its update's id to (sync.markField); null: none. */
  readonly markKey: string | null;
  /** The id that was in that field. */
  readonly mark: string | null;
  /** When the server told all of it. */
  readonly asOfMs: number | null;
};

const beforeSending: z.ZodType<BeforeSending> = z.object({
  points: nullableNumber,
  purchases: nullableNumber,
  // Absent in rows of before it was kept: then nothing proves that they did not arrive.
  updatedOn: nullableText.default(null),
  // Absent in rows of before it was kept: then the field proves nothing.
  markKey: nullableText.default(null),
  mark: nullableText,
  asOfMs: nullableNumber,
});

const doubleAward: z.ZodType<DoubleAward> = z.object({
  pointsBefore: z.number(),
  pointsAfter: z.number(),
  explained: z.number(),
  purchasesMoved: z.boolean(),
  beforeAsOfMs: z.number(),
  foundAtMs: z.number(),
  attemptIds: z.array(z.string()),
  requestIds: z.array(z.string()),
});

export type AwardCheck =
  /** Points of the customer are looked at for a while: an earlier attempt may still arrive. */
  | { readonly kind: 'watched'; readonly sinceMs: number }
  | { readonly kind: 'possible'; readonly found: DoubleAward }
  /** A person has looked at it. */
  | { readonly kind: 'seen'; readonly found: DoubleAward };

const awardCheck: z.ZodType<AwardCheck> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('watched'), sinceMs: z.number() }),
  z.object({ kind: z.literal('possible'), found: doubleAward }),
  z.object({ kind: z.literal('seen'), found: doubleAward }),
]);

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

/** Each decoder gives null for null and for what it cannot read. */
export const decodeChanges = decoder(changes);
export const decodeBaseline = decoder(baseline);
export const decodeAnswer = decoder(answer);
export const decodeResult = decoder(result);
export const decodeReason = decoder(reason);
export const decodeConfirmedFills = decoder(confirmedFills);
export const decodeBeforeSending = decoder(beforeSending);
export const decodeAwardCheck = decoder(awardCheck);
