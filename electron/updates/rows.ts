/** Reads and writes outbox rows. */

import { copyFromRegion } from '../customers/region.ts';
import type { KeptEdit } from '../db/migrate.ts';
import type { Db } from '../db/open.ts';
import { changeRow, count, insertInto, sql } from '../db/statements.ts';
import type { FieldChanges, FieldValues, FillableIdentifier, Identifier, IdentifierType } from '../model/customer.ts';
import type { Answer } from '../model/outcome.ts';
import {
  type AttentionReason,
  openStates,
  type UncertainReason,
  type UpdateKind,
  type UpdateResult,
  type UpdateState,
} from '../model/update-view.ts';
import {
  type AwardCheck,
  type BeforeSending,
  decodeAnswer,
  decodeAwardCheck,
  decodeBaseline,
  decodeBeforeSending,
  decodeChanges,
  decodeConfirmedFills,
  decodeReason,
  decodeResult,
  rowFormat,
} from './row-json.ts';

/** The open states, for SQL. */
export const openList = `(${openStates.map((state) => `'${state}'`).join(',')})`;

/** A possible double award that nobody has checked yet, for SQL. */
export const isDoubleAward = "award is not null and award ->> 'kind' = 'possible'";

export type Staff = { readonly code: string; readonly name: string };

export type Update = {
  /** In the order of saving. */
  readonly seq: number;
  readonly id: string;
  readonly customerId: number;
  /** Its place in the customer's sending order. A correction takes the place of what it corrects. */
  readonly place: number;
  readonly kind: UpdateKind;
  readonly state: UpdateState;
  readonly identifier: Identifier;
  readonly changes: FieldChanges;
  /** The server's values of the changed fields; absent if not known. */
  readonly baseline: FieldValues;
  readonly confirmedFills: readonly FillableIdentifier[];
  readonly staff: Staff | null;
  readonly till: string;
  readonly savedAtMs: number;
  readonly settledAtMs: number | null;
  readonly revision: number;
  readonly attempts: number;
  readonly attemptId: string | null;
  readonly uncertainAfter: UncertainReason | null;
  readonly resent: boolean;
  /** Null before the first attempt. */
  readonly before: BeforeSending | null;
  /** Null unless the update was sent more than once. */
  readonly award: AwardCheck | null;
  readonly reason: AttentionReason | null;
  /** In `attention`: when it was put off until the customer's next visit. */
  readonly putOffAtMs: number | null;
  readonly result: UpdateResult | null;
  readonly answer: Answer | null;
  readonly discardReason: string | null;
  /** The export whose rescue file has it, until another till is known to have it. */
  readonly inFile: string | null;
  readonly replaces: string | null;
  readonly replacedBy: string | null;
};

type Row = Pick<Update, 'seq' | 'id' | 'place' | 'kind' | 'state' | 'till' | 'revision' | 'attempts' | 'replaces'> & {
  format: number;
  customer_id: number;
  identifier_type: IdentifierType;
  identifier_value: string;
  changes: string;
  baseline: string;
  confirmed_fills: string;
  staff_code: string | null;
  staff_name: string | null;
  saved_at_ms: number;
  settled_at_ms: number | null;
  attempt_id: string | null;
  uncertain_after: UncertainReason | null;
  resent: number;
  reason: string | null;
  result: string | null;
  answer: string | null;
  discard_reason: string | null;
  replaced_by: string | null;
  /** Absent in a file of an older version, which can be read without migrating it. */
  put_off_at_ms?: number | null;
  before_sending?: string | null;
  award?: string | null;
  in_file?: string | null;
};

/** Null: this version cannot read it. */
function decodeEdit(edit: KeptEdit): Pick<Update, 'changes' | 'baseline'> | null {
  const changes = edit.format <= rowFormat ? decodeChanges(edit.changes) : null;
  const baseline = decodeBaseline(edit.baseline);
  return changes === null || baseline === null ? null : { changes, baseline };
}

/** Whether this version can read an update that an older one may have written (F29). */
export function isReadableEdit(edit: KeptEdit): boolean {
  return decodeEdit(edit) !== null;
}

/** Whether this version cannot read the row's edit; false if there is no such row. */
export function isUnreadable(db: Db, seq: number): boolean {
  const row = sql<KeptEdit>(db, 'select format, changes, baseline from updates where seq = ?').get(seq);
  return row !== undefined && !isReadableEdit(row);
}

/**
 * A row that this version cannot read is in attention, without changes, until somebody closes it (F29); its raw text
 * stays in the table. Unreadable parts of an answer or result are left out, because the update itself matters more.
 */
function decode(row: Row): Update {
  const edit = decodeEdit(row);
  return {
    seq: row.seq,
    id: row.id,
    customerId: row.customer_id,
    place: row.place,
    kind: row.kind,
    state: row.state,
    identifier: { type: row.identifier_type, value: row.identifier_value },
    changes: edit?.changes ?? {},
    baseline: edit?.baseline ?? {},
    confirmedFills: decodeConfirmedFills(row.confirmed_fills) ?? [],
    staff: row.staff_code === null ? null : { code: row.staff_code, name: row.staff_name ?? row.staff_code },
    till: row.till,
    savedAtMs: row.saved_at_ms,
    settledAtMs: row.settled_at_ms,
    revision: row.revision,
    attempts: row.attempts,
    attemptId: row.attempt_id,
    uncertainAfter: row.uncertain_after,
    resent: row.resent === 1,
    before: decodeBeforeSending(row.before_sending ?? null),
    award: decodeAwardCheck(row.award ?? null),
    reason: edit === null ? { kind: 'unreadable' } : decodeReason(row.reason),
    putOffAtMs: row.put_off_at_ms ?? null,
    result: decodeResult(row.result),
    answer: decodeAnswer(row.answer),
    discardReason: row.discard_reason,
    inFile: row.in_file ?? null,
    replaces: row.replaces,
    replacedBy: row.replaced_by,
  };
}

export function findUpdate(db: Db, updateId: string): Update | null {
  const row = sql<Row>(db, 'select * from updates where id = ?').get(updateId);
  return row === undefined ? null : decode(row);
}

/** @param where SQL after `from updates u`, with its parameters */
export function selectUpdates(db: Db, where: string, ...parameters: unknown[]): Update[] {
  return sql<Row>(db, `select u.* from updates u ${where}`)
    .all(...parameters)
    .map(decode);
}

/** A customer's open updates, in sending order. */
export function openUpdatesOf(db: Db, customerId: number): Update[] {
  return selectUpdates(db, `where u.customer_id = ? and u.state in ${openList} order by u.place, u.seq`, customerId);
}

/** Whether the first is sent before the second, if both are open and of the same customer. */
export function isSentBefore(one: Update, other: Update): boolean {
  return one.place < other.place || (one.place === other.place && one.seq < other.seq);
}

export type NewUpdate = Pick<
  Update,
  | 'id'
  | 'customerId'
  | 'kind'
  | 'identifier'
  | 'changes'
  | 'baseline'
  | 'confirmedFills'
  | 'staff'
  | 'till'
  | 'savedAtMs'
  | 'replaces'
> & {
  /** Null: after everything saved before. */
  readonly place: number | null;
};

/** The place after everything saved before. */
export function lastPlace(db: Db): number {
  return count(db, 'select coalesce(max(seq), 0) + 1 as n from updates');
}

/** Writes a new queued row. */
export function insertUpdate(db: Db, update: NewUpdate): void {
  copyFromRegion(db, update.customerId);
  insertInto(db, 'updates', {
    id: update.id,
    format: rowFormat,
    customer_id: update.customerId,
    place: update.place ?? lastPlace(db),
    kind: update.kind,
    state: 'queued',
    identifier_type: update.identifier.type,
    identifier_value: update.identifier.value,
    changes: JSON.stringify(update.changes),
    baseline: JSON.stringify(update.baseline),
    confirmed_fills: JSON.stringify(update.confirmedFills),
    staff_code: update.staff?.code ?? null,
    staff_name: update.staff?.name ?? null,
    till: update.till,
    saved_at_ms: update.savedAtMs,
    replaces: update.replaces,
  });
}

/** Writes everything that can change in an update. An unreadable row keeps its raw text. */
export function writeUpdate(db: Db, update: Update): void {
  const isReadable = update.reason?.kind !== 'unreadable';
  changeRow(db, 'updates', update.id, {
    state: update.state,
    ...(isReadable ? { changes: JSON.stringify(update.changes), baseline: JSON.stringify(update.baseline) } : {}),
    confirmed_fills: JSON.stringify(update.confirmedFills),
    settled_at_ms: update.settledAtMs,
    revision: update.revision,
    attempts: update.attempts,
    attempt_id: update.attemptId,
    uncertain_after: update.uncertainAfter,
    resent: update.resent ? 1 : 0,
    reason: jsonOrNull(update.reason),
    result: jsonOrNull(update.result),
    answer: jsonOrNull(update.answer),
    discard_reason: update.discardReason,
    replaced_by: update.replacedBy,
    put_off_at_ms: update.putOffAtMs,
    before_sending: jsonOrNull(update.before),
    award: jsonOrNull(update.award),
    in_file: update.inFile,
  });
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
