import type { Db } from '../../electron/db/open.ts';
import type { CustomerRecord } from '../../electron/model/customer.ts';
import { toldDoor } from '../../electron/updates/told-door.ts';

/** Stores a customer from the server, as the answer to a lookup of nobody in particular. @returns the customer's id */
export function keepTold(db: Db, record: CustomerRecord, asOfMs: number): number {
  const kept = toldDoor(db, { wallMs: () => asOfMs }).keep({ record, by: 'read', asOfMs });
  if (kept.kind === 'erased') throw new Error('the customer was erased here');
  return kept.customerId;
}
