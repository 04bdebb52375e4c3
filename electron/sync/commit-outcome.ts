/** What the server said of an update, written down in one transaction: the customer, the outbox row, the history. */
import { customerRow } from '../customers/store.ts';
import { inTransaction } from '../db/statements.ts';
import { isErased } from '../loyalty-api/outcomes.ts';
import { type CustomerRecord, type FieldKey, type FieldValues, fieldKeys } from '../model/customer.ts';
import { type Answer, answerDiffers, notSaved, type Warning } from '../model/outcome.ts';
import { similarValue, wantedValue } from '../model/same-value.ts';
import type { AttentionReason, UpdateResult } from '../model/update-view.ts';
import { erase } from '../updates/erasing.ts';
import type { Update } from '../updates/rows.ts';
import { customerOf, type SyncContext } from './context.ts';

/** The customer's id on this till before and after: two may have turned out to be one. */
export type Written = { readonly before: number; readonly customerId: number };

/** What told of it: an answer with its record, a read with one, or what is known here already. */
export type AppliedBy = {
  readonly record: CustomerRecord | null;
  readonly by: 'answer' | 'read';
  readonly merged: boolean;
};

/**
 * The server has the update.
 *
 * A field that the answer does not repeat is what was sent, unless the server warned of it. One that it repeats with
 * another value was not taken, whatever the answer's code says: staff are warned of that field (F47).
 */
export function commitApplied(
  context: SyncContext,
  update: Update,
  { record, by, merged }: AppliedBy,
  result: UpdateResult,
): Written {
  const { db, outbox, told, clock } = context;
  return inTransaction(db, () => {
    const before = customerOf(context, update);
    const row = customerRow(db, before);
    let customerId = before;
    const isOfFields = update.kind === 'fields' && row !== null;
    if (isOfFields) {
      const base = record ?? { ...nothingTold, userId: row.user_id };
      const sent = silentlySaved(update, base.fields, result.warnings);
      const kept = told.keep(
        {
          record: { ...base, fields: { ...base.fields, ...sent } },
          by: record === null ? 'answer' : by,
          // What nobody told is as old as it was (F31).
          asOfMs: record === null ? row.as_of_ms : clock.wallMs(),
          merged,
        },
        { customerId: before },
      );
      customerId = kept.kind === 'kept' ? kept.customerId : before;
    }
    const contradicted = record === null || by === 'read' ? [] : contradictions(update, record.fields, result.warnings);
    outbox.applied(update, { ...result, warnings: [...result.warnings, ...contradicted] });
    return { before, customerId };
  });
}

function silentlySaved({ changes }: Update, told: FieldValues, warnings: readonly Warning[]): FieldValues {
  const missed = notSaved(warnings);
  if (missed.some(({ field }) => field === null)) return {};
  const warned = warnedFields(missed);
  const silent = fieldKeys(changes).filter((key) => told[key] === undefined && !warned.has(key));
  return Object.fromEntries(silent.map((key) => [key, wantedValue(changes[key] ?? '')]));
}

function contradictions({ changes }: Update, told: FieldValues, warnings: readonly Warning[]): Warning[] {
  const warned = warnedFields(warnings);
  return fieldKeys(changes).flatMap((field): Warning[] => {
    const theirs = told[field];
    const isTaken = theirs === undefined || similarValue(field, theirs, wantedValue(changes[field] ?? ''));
    return isTaken || warned.has(field) ? [] : [{ meaning: 'notSaved', code: answerDiffers, field, message: theirs }];
  });
}

function warnedFields(warnings: readonly Warning[]): ReadonlySet<FieldKey> {
  return new Set(warnings.flatMap(({ field }) => (field === null ? [] : [field])));
}

/** The server does not have the customer. Whoever was erased there leaves this till as well, as far as that goes now. */
export function commitNotFound(context: SyncContext, update: Update, answer: Answer): Written {
  const { itemCode: code, itemMessage: message } = answer;
  const reason: AttentionReason = isErased(answer)
    ? { kind: 'refused', rejection: { code, field: null, message } }
    : { kind: 'no-such-customer' };
  return commitNeedsPerson(context, update, reason, answer);
}

export function commitNeedsPerson(
  context: SyncContext,
  update: Update,
  reason: AttentionReason,
  answer: Answer | null,
): Written {
  const { db, outbox, clock } = context;
  return inTransaction(db, () => {
    const customerId = customerOf(context, update);
    outbox.needsPerson(update, reason, answer);
    if (answer !== null && isErased(answer)) erase(db, customerId, clock.wallMs());
    return { before: customerId, customerId };
  });
}

const nothingTold: CustomerRecord = {
  userId: null,
  fields: {},
  loyalty: null,
  updatedOn: null,
  source: null,
  otherSubscriptions: [],
  unknown: {},
};
