import type { Db } from '../../electron/db/open.ts';
import type { CustomerRecord } from '../../electron/model/customer.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';

/** Stores a customer from the server, as the answer to a lookup of nobody in particular. @returns the customer's id */
export function keepRecord(db: Db, record: CustomerRecord, asOfMs: number): number {
  const kept = createRecordKeeper(db, { wallMs: () => asOfMs }).keep({ record, by: 'read', asOfMs });
  if (kept.kind === 'erased') throw new Error('the customer was erased here');
  return kept.customerId;
}
