import type { Db } from '../open.ts';

/**
 * By which rules the search keys of this file were made. Rules change more often than the schema: whoever opens the file
 * with other rules makes the keys anew (customers/search-keys.ts), as after this step.
 */
export function searchKeyRules(db: Db): void {
  db.exec(`
    create table search_key_rules (version integer not null) strict;
    insert into search_key_rules values (0);
  `);
}
