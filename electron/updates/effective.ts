/** The effective view of a customer: the server's record with this till's open edits applied in sending order. */

import { customerRow, overlay, readRecord, writeSearchRow } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import type { CustomerRecord, FieldValues, FillableIdentifier, Identifier } from '../model/customer.ts';
import { openUpdatesOf, type Update } from './rows.ts';

/**
 * Whether to apply its changes. Left out are requests to change an identifier (the server decides), conflicts that were
 * put off (head office's value counts until the customer has answered) and unreadable rows of another version.
 */
function isInEffect({ kind, putOffAtMs, reason }: Update): boolean {
  return kind === 'fields' && putOffAtMs === null && reason?.kind !== 'unreadable';
}

function withEdits(server: CustomerRecord | null, edits: readonly Update[]): FieldValues {
  return overlay(
    server?.fields ?? {},
    edits.map(({ changes }) => changes),
  );
}

export type Effective = {
  readonly server: CustomerRecord | null;
  readonly fields: FieldValues;
  /** The open updates that were applied, in sending order. */
  readonly edits: readonly Update[];
};

/** @param withoutUpdateId an update to leave out */
export function effectiveView(db: Db, customerId: number, withoutUpdateId: string | null = null): Effective {
  const server = readRecord(db, customerId);
  const edits = openUpdatesOf(db, customerId).filter((update) => isInEffect(update) && update.id !== withoutUpdateId);
  return { server, edits, fields: withEdits(server, edits) };
}

/** Call in every transaction that changes a customer's record or open updates. */
export function refreshEffective(db: Db, customerId: number): void {
  const server = readRecord(db, customerId);
  const open = openUpdatesOf(db, customerId);
  const fields = withEdits(server, open.filter(isInEffect));
  writeSearchRow(db, customerId, fields, server?.loyalty?.tier ?? null, open.length);
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
