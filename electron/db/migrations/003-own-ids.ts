import type { Db } from '../open.ts';

/**
 * The last id that this till assigned to a customer. The highest id in the table is not enough: after a merge or an
 * erasure it could be assigned again, and a draft for the customer who is gone would be saved to a stranger.
 */
export function ownCustomerIds(db: Db): void {
  db.exec(`
    create table own_customer_ids (one integer primary key check (one = 1), last integer not null) strict;
    insert into own_customer_ids select 1, coalesce(max(id), 0) from customers where id < 1073741824;
  `);
}
