import type { Db } from '../open.ts';

/**
 * The version of the rules that made this file's search keys. The rules change more often than the schema: a Tillside
 * with other rules makes the keys again (customers/search-keys.ts), as it does after this step.
 */
export function searchKeyRules(db: Db): void {
  db.exec(`
    create table search_key_rules (version integer not null) strict;
    insert into search_key_rules values (0);
  `);
}
