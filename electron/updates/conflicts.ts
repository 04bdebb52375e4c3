/** Keeps the server's value in open conflicts up to date. */
import { readRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import type { FieldConflict } from '../model/update-view.ts';
import { openUpdatesOf, writeUpdate } from './rows.ts';

/**
 * Call in the transaction that writes a customer's record. A conflict may stay open for months, and staff must decide
 * by the server's current value.
 */
export function renewConflicts(db: Db, customerId: number): void {
  for (const update of openUpdatesOf(db, customerId)) {
    const { reason } = update;
    if (reason?.kind !== 'conflict') continue;
    const known = readRecord(db, customerId)?.fields ?? {};
    const renewed = (field: FieldConflict): FieldConflict => {
      const theirs = known[field.key];
      return theirs === undefined || theirs === field.theirs ? field : { ...field, theirs };
    };
    const fields = reason.fields.map(renewed);
    if (fields.some((field, at) => field !== reason.fields[at]))
      writeUpdate(db, { ...update, reason: { kind: 'conflict', fields } });
  }
}
