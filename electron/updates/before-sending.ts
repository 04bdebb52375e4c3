/** What the server was known to hold before an update was sent. It proves later whether the update arrived (F42). */
import { customerRow, readRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import type { CustomerRecord, CustomKey } from '../model/customer.ts';
import type { BeforeSending } from './row-json.ts';

/** @param markKey the custom field that the attempt writes its update's id to; null: none */
export function beforeSending(
  record: CustomerRecord | null,
  asOfMs: number | null,
  markKey: CustomKey | null,
): BeforeSending {
  return {
    points: record?.loyalty?.points ?? null,
    purchases: record?.loyalty?.lifetimePurchases ?? null,
    updatedOn: record?.updatedOn ?? null,
    markKey,
    mark: markKey === null ? null : (record?.fields[markKey] ?? null),
    asOfMs,
  };
}

/** Of what is known of a customer here now. */
export function beforeSendingOf(db: Db, customerId: number, markKey: CustomKey | null): BeforeSending {
  return beforeSending(readRecord(db, customerId), customerRow(db, customerId)?.as_of_ms ?? null, markKey);
}
