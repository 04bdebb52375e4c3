/** Stores the server's answer to an update in one transaction: the customer, the outbox row and the history. */

import { customerRow, emptyRecord } from '../customers/store.ts';
import type { Received } from '../customers/told.ts';
import { inTransaction } from '../db/statements.ts';
import { isErased } from '../loyalty-api/outcomes.ts';
import { type CustomerRecord, type FieldKey, type FieldValues, fieldKeys } from '../model/customer.ts';
import {
  type Answer,
  answerDiffers,
  notSaved,
  type ReadOutcome,
  type UpdateOutcome,
  type Warning,
} from '../model/outcome.ts';
import { similarValue, wantedValue } from '../model/same-value.ts';
import type { AttentionReason, UpdateResult } from '../model/update-view.ts';
import { erase } from '../updates/erasing.ts';
import type { Update } from '../updates/rows.ts';
import { customerOf, type SyncContext, type Written } from './context.ts';

/** Everything that an outcome changes, in one transaction. */
export function commitOutcome(context: SyncContext, update: Update, outcome: UpdateOutcome): Written {
  const { db, outbox } = context;
  switch (outcome.kind) {
    case 'applied': {
      const { record, effects, warnings, answer, merged } = outcome;
      const result = { effects, warnings, answer, confirmedBy: 'answer' } as const;
      return commitApplied(context, update, { record, by: 'answer', merged }, result);
    }
    case 'rejected':
      return commitNeedsPerson(context, update, { kind: 'refused', rejection: outcome.rejection }, outcome.answer);
    default:
      return inTransaction(db, () => {
        if (outcome.kind === 'held') outbox.held(update, outcome.why, outcome.answer);
        if (outcome.kind === 'not-sent') outbox.notSent(update, outcome.why, outcome.answer);
        if (outcome.kind === 'unknown') outbox.uncertain(update, outcome.why, outcome.answer);
        const customerId = customerOf(context, update);
        return { before: customerId, customerId };
      });
  }
}

/** How we know that the server has an update. */
export type AppliedBy =
  | { readonly by: 'answer' | 'read'; readonly record: CustomerRecord; readonly merged: boolean }
  /** The record here shows it already. */
  | { readonly by: 'known' };

/**
 * The server has the update.
 *
 * A field that the answer leaves out has the value that was sent, unless the server warned about it. A field with a
 * different value was not accepted, whatever the answer's code says, and staff get a warning (F47).
 */
export function commitApplied(context: SyncContext, update: Update, applied: AppliedBy, result: UpdateResult): Written {
  return inTransaction(context.db, () => {
    const before = customerOf(context, update);
    const received = receivedBy(context, before, applied);
    const { fields } = received.record;
    let written: Written = { before, customerId: before };
    if (update.kind === 'fields') {
      const sent = silentlySaved(update, fields, result.warnings);
      written = keep(context, before, { ...received, record: { ...received.record, fields: { ...fields, ...sent } } });
    }
    const contradicted = applied.by === 'answer' ? contradictions(update, fields, result.warnings) : [];
    context.outbox.applied(update, { ...result, warnings: [...result.warnings, ...contradicted] });
    return written;
  });
}

function receivedBy({ db, clock }: SyncContext, customerId: number, applied: AppliedBy): Received {
  if (applied.by !== 'known') return { ...applied, asOfMs: clock.wallMs() };
  // Without a new record, the age stays the same (F31).
  return { record: emptyRecord, by: 'answer', asOfMs: customerRow(db, customerId)?.as_of_ms ?? null };
}

/** Stores a record that was read for an update. Call in a transaction. */
export function keepRead(
  context: SyncContext,
  update: Update,
  { value: record, merged }: Extract<ReadOutcome<CustomerRecord>, { kind: 'found' }>,
): Written {
  return keep(context, customerOf(context, update), { record, by: 'read', asOfMs: context.clock.wallMs(), merged });
}

function keep({ records }: SyncContext, before: number, received: Received): Written {
  const kept = records.keep(received, { customerId: before });
  return { before, customerId: kept.kind === 'kept' ? kept.customerId : before };
}

function silentlySaved({ changes }: Update, answered: FieldValues, warnings: readonly Warning[]): FieldValues {
  const missed = notSaved(warnings);
  if (missed.some(({ field }) => field === null)) return {};
  const warned = warnedFields(missed);
  const silent = fieldKeys(changes).filter((key) => answered[key] === undefined && !warned.has(key));
  return Object.fromEntries(silent.map((key) => [key, wantedValue(changes[key] ?? '')]));
}

function contradictions({ changes }: Update, answered: FieldValues, warnings: readonly Warning[]): Warning[] {
  const warned = warnedFields(warnings);
  return fieldKeys(changes).flatMap((field): Warning[] => {
    const theirs = answered[field];
    const isTaken = theirs === undefined || similarValue(field, theirs, wantedValue(changes[field] ?? ''));
    return isTaken || warned.has(field) ? [] : [{ meaning: 'notSaved', code: answerDiffers, field, message: theirs }];
  });
}

function warnedFields(warnings: readonly Warning[]): ReadonlySet<FieldKey> {
  return new Set(warnings.flatMap(({ field }) => (field === null ? [] : [field])));
}

/**
 * The server does not have the customer. If they were erased there, they are erased here too, as far as possible now.
 */
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
