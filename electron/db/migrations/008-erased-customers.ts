import type { Db } from '../open.ts';

/** Hashes of erased customers, so that nothing old brings them back; `customers/erased.ts` says how. */
export function erasedCustomers(db: Db): void {
  db.exec('create table erased_customers (key text primary key, at_ms integer not null) strict, without rowid;');
}
