/** The effective view of a customer: the server's record with this till's open edits applied in sending order. */

import { customerRow, overlay, readRecord, writeSearchRow } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { sql } from '../db/statements.ts';
import type { CustomerRecord, FieldChanges, FieldValues, FillableIdentifier, Identifier } from '../model/customer.ts';
import type { UpdateKind, UpdateState } from '../model/update-view.ts';
import { decodeChanges } from './row-json.ts';
import { openList } from './rows.ts';

export type OpenEdit = {
  readonly updateId: string;
  readonly kind: UpdateKind;
  readonly state: UpdateState;
  readonly changes: FieldChanges;
};

type OpenRow = {
  readonly id: string;
  readonly kind: UpdateKind;
  readonly state: UpdateState;
  readonly changes: string;
  readonly put_off_at_ms: number | null;
};

/** All open updates of a customer, in sending order. */
function openRows(db: Db, customerId: number): OpenRow[] {
  return sql<OpenRow>(
    db,
    `select id, kind, state, changes, put_off_at_ms from updates
     where customer_id = ? and state in ${openList} order by place, seq`,
  ).all(customerId);
}

/**
 * The edits to apply. Left out: requests to change an identifier, which the server decides; conflicts that were put
 * off, where head office's value counts until the customer has answered; and unreadable rows of another version.
 */
function editsIn(rows: readonly OpenRow[]): OpenEdit[] {
  return rows.flatMap((row) => {
    const changes = row.put_off_at_ms === null ? decodeChanges(row.changes) : null;
    return changes === null ? [] : [{ updateId: row.id, kind: row.kind, state: row.state, changes }];
  });
}

function laidOver(server: CustomerRecord | null, edits: readonly OpenEdit[]): FieldValues {
  const laid = edits.filter((edit) => edit.kind === 'fields').map((edit) => edit.changes);
  return overlay(server?.fields ?? {}, laid);
}

export type Effective = {
  readonly server: CustomerRecord | null;
  readonly fields: FieldValues;
  readonly edits: readonly OpenEdit[];
};

/** @param withoutUpdateId an update to leave out */
export function effectiveView(db: Db, customerId: number, withoutUpdateId: string | null = null): Effective {
  const server = readRecord(db, customerId);
  const edits = editsIn(openRows(db, customerId)).filter((edit) => edit.updateId !== withoutUpdateId);
  return { server, edits, fields: laidOver(server, edits) };
}

/** Call in every transaction that changes a customer's record or open updates. */
export function refreshEffective(db: Db, customerId: number): void {
  const server = readRecord(db, customerId);
  const open = openRows(db, customerId);
  writeSearchRow(db, customerId, laidOver(server, editsIn(open)), server?.loyalty?.tier ?? null, open.length);
}

/** The identifier to send an update with: the server's id if known, else the primary identifier, else any other. */
export function identifierOf(db: Db, customerId: number, primary: FillableIdentifier): Identifier | null {
  const row = customerRow(db, customerId);
  if (row === null) return null;
  if (row.user_id !== null) return { type: 'userId', value: row.user_id };
  // A pending value cannot identify the customer to the server.
  const known = readRecord(db, customerId)?.fields ?? {};
  for (const type of [primary, 'mobile', 'email', 'externalId'] as const) {
    const value = known[type] ?? '';
    if (value !== '') return { type, value };
  }
  return null;
}
