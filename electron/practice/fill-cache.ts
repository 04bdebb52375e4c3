/** Fills practice mode's empty cache with the sample customers, using the code that reads real answers. */
import type { RecordKeeper } from '../customers/told.ts';
import type { Db } from '../db/open.ts';
import { count, inTransaction } from '../db/statements.ts';
import { readCustomer } from '../loyalty-api/wire/customer.ts';
import { isObject } from '../loyalty-api/wire/scalars.ts';

export function fillCache(db: Db, records: RecordKeeper, wireCustomers: () => readonly unknown[], nowMs: number): void {
  if (count(db, 'select count(*) as n from customers') > 0) return;
  inTransaction(db, () => {
    for (const item of wireCustomers()) {
      if (isObject(item)) records.keep({ record: readCustomer(item), by: 'read', asOfMs: nowMs });
    }
  });
}
