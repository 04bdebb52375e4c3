/** Putting what the server told into the cache and the outbox, in one transaction. */

import { forgetCustomer, makeOwn } from '../customers/region.ts';
import {
  customerRow,
  findByIdentifier,
  findTold,
  insertUnknownCustomer,
  readRecord,
  writeRecord,
} from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import { isErased } from '../loyalty-api/outcomes.ts';
import {
  type CustomerRecord,
  type FieldKey,
  type FieldValues,
  fieldKeys,
  type Identifier,
  mergeRecord,
} from '../model/customer.ts';
import { type Answer, notSaved } from '../model/outcome.ts';
import type { AttentionReason, UpdateResult } from '../model/update-view.ts';
import { renewConflicts } from '../updates/conflicts.ts';
import { lookForDoubleAwards } from '../updates/double-awards.ts';
import { moveDrafts } from '../updates/drafts.ts';
import { refreshEffective } from '../updates/effective.ts';
import type { Outbox } from '../updates/outbox.ts';
import { erase } from '../updates/retention.ts';
import type { Update } from '../updates/rows.ts';

/**
 * Keeps a record that the server told of this customer.
 *
 * A customer who was only known by an identifier may turn out to be one whom the till knows already by the server's id:
 * then the two rows become one, and open updates go along.
 *
 * @returns the customer's id on this till from now on
 */
export function keepRecord(db: Db, customerId: number, told: CustomerRecord, nowMs: number): number {
  return inTransaction(db, () => {
    const keptId = joinDouble(db, customerId, told.userId);
    writeRecord(db, keptId, mergeRecord(readRecord(db, keptId), told), nowMs);
    renewConflicts(db, keptId);
    lookForDoubleAwards(db, keptId, nowMs);
    refreshEffective(db, keptId);
    return keptId;
  });
}

/**
 * Keeps somebody whom the server found by an identifier, as the customer of this till whom the server means, or as a new
 * one.
 */
export function keepFound(db: Db, identifier: Identifier, told: CustomerRecord, nowMs: number): number {
  return inTransaction(db, () => {
    const byServerId = told.userId === null ? null : findByIdentifier(db, { type: 'userId', value: told.userId });
    const byIdentifier = findTold(db, identifier);
    // Whom the server calls by another id is somebody else, too.
    const isNameless = byIdentifier !== null && customerRow(db, byIdentifier)?.user_id === null;
    const customerId = byServerId ?? (isNameless ? byIdentifier : null);
    return keepRecord(db, customerId ?? insertUnknownCustomer(db, identifier), told, nowMs);
  });
}

function joinDouble(db: Db, customerId: number, userId: string | null): number {
  if (userId === null) return customerId;
  const known = findByIdentifier(db, { type: 'userId', value: userId });
  if (known === null || known === customerId) return customerId;
  makeOwn(db, known);
  sql(db, 'update updates set customer_id = ? where customer_id = ?').run(known, customerId);
  sql(db, 'update save_tokens set customer_id = ? where customer_id = ?').run(known, customerId);
  moveDrafts(db, customerId, known);
  forgetCustomer(db, customerId);
  return known;
}

/** Whose update it is by now: two customers of this till may have become one since it was read. */
export function customerOf(db: Db, update: Update): number {
  const row = sql<{ customer_id: number }>(db, 'select customer_id from updates where id = ?').get(update.id);
  return row?.customer_id ?? update.customerId;
}

/**
 * An update that the server has: the record, the outbox row and the history in one transaction.
 *
 * @param told the customer as the answer (or the read back) tells it; null where it held none
 * @returns the customer's id on this till from now on
 */
export function settleApplied(
  db: Db,
  outbox: Outbox,
  update: Update,
  told: CustomerRecord | null,
  result: UpdateResult,
  nowMs: number,
): number {
  return inTransaction(db, () => {
    const currentId = customerOf(db, update);
    const customerId = told === null ? currentId : joinDouble(db, currentId, told.userId);
    const known = readRecord(db, customerId);
    if (update.kind === 'fields' && (told !== null || known !== null)) {
      const record = mergeRecord(known, told ?? { ...emptyRecord, userId: known?.userId ?? null });
      const fields = withSaved(record.fields, told?.fields ?? {}, update, result);
      // What nobody told is as old as it was (F31).
      const asOfMs = told === null ? (customerRow(db, customerId)?.as_of_ms ?? null) : nowMs;
      writeRecord(db, customerId, { ...record, fields }, asOfMs);
      renewConflicts(db, customerId);
    }
    outbox.applied(update, result);
    if (told !== null) lookForDoubleAwards(db, customerId, nowMs);
    return customerId;
  });
}

/** The server does not have the customer. Whoever was erased there leaves this till as well, as far as that goes now. */
export function settleNotFound(db: Db, outbox: Outbox, update: Update, answer: Answer): void {
  inTransaction(db, () => {
    const { itemCode: code, itemMessage: message } = answer;
    const reason: AttentionReason = isErased(answer)
      ? { kind: 'refused', rejection: { code, field: null, message } }
      : { kind: 'no-such-customer' };
    outbox.needsPerson(update, reason, answer);
    if (isErased(answer)) erase(db, customerOf(db, update));
  });
}

/** The server took the update, so a field that its answer does not repeat is what was sent, unless it warned of it. */
function withSaved(known: FieldValues, told: FieldValues, update: Update, result: UpdateResult): FieldValues {
  const missed = notSaved(result.warnings);
  const warned = new Set<FieldKey>(missed.flatMap(({ field }) => (field === null ? [] : [field])));
  const unexplained = missed.some(({ field }) => field === null);
  if (unexplained) return known;
  const silent = fieldKeys(update.changes).filter((key) => told[key] === undefined && !warned.has(key));
  return { ...known, ...Object.fromEntries(silent.map((key) => [key, update.changes[key] ?? null])) };
}

const emptyRecord: CustomerRecord = {
  userId: null,
  fields: {},
  loyalty: null,
  updatedOn: null,
  source: null,
  otherSubscriptions: [],
  unknown: {},
};
