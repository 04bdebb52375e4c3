import type { Db } from '../open.ts';

/**
 * The customers of the whole region are in a file of their own, which an import creates and nothing changes afterwards
 * (customers/region.ts). The till's own tables hold the customers who were opened or changed here.
 */
export function regionOfCustomers(db: Db): void {
  db.exec(`
    -- Which file it is. One row, or none before the first import.
    create table region_file (
      one integer primary key check (one = 1),
      name text not null,
      -- Own customers up to this id have the region's newer records already; null: all of them.
      laid_through integer,
      -- What to add to the rows of the file and of customer_count: own copies that the file lacks, less those it has twice.
      count_correction integer not null default 0
    ) strict;

    -- Customers of the file who are not shown: erased, or on this till under another id.
    create table region_hidden (id integer primary key) strict;

    -- customer_count holds the customers that only the till's own tables have; copies from the region do not count.
    drop trigger customers_counted_in;
    drop trigger customers_counted_out;
    create trigger customers_counted_in after insert on customers when new.id < 1073741824
      begin update customer_count set n = n + 1; end;
    create trigger customers_counted_out after delete on customers when old.id < 1073741824
      begin update customer_count set n = n - 1; end;
  `);
}
