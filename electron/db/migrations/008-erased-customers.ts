import type { Db } from '../open.ts';

/** Hashes of erased customers, so that no region's file or older backup brings them back (F48). */
export function erasedCustomers(db: Db): void {
  db.exec('create table erased_customers (key text primary key, at_ms integer not null) strict, without rowid;');
}
