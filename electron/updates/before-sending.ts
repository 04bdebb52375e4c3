/** The server's known values before an update is sent. They later prove whether the update arrived (F42). */
import { customerRow, readRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import type { CustomerRecord, CustomKey } from '../model/customer.ts';
import type { BeforeSending } from './row-json.ts';

/** @param markKey the custom field that the update's id is written to; null: none */
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

/** The values that this till knows now. */
export function beforeSendingOf(db: Db, customerId: number, markKey: CustomKey | null): BeforeSending {
  return beforeSending(readRecord(db, customerId), customerRow(db, customerId)?.as_of_ms ?? null, markKey);
}
