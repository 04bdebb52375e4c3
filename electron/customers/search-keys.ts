/** Rebuilds the search keys of the till's own customers if this version has other rules for them. */
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import { type CustomerRow, searchRow } from './store.ts';

/** Increase this, and `regionFormat`, whenever `search-text.ts` or `exactKey` produce other keys. */
const rulesVersion = 1;

type Named = Pick<CustomerRow, 'id' | 'mobile' | 'email' | 'external_id' | 'first_name' | 'last_name' | 'tier'>;

export function refreshSearchKeys(db: Db): void {
  const made = sql<{ version: number }>(db, 'select version from search_key_rules').get()?.version;
  if (made === rulesVersion) return;
  inTransaction(db, () => {
    const rows = sql<Named>(
      db,
      'select id, mobile, email, external_id, first_name, last_name, tier from main.customers',
    ).all();
    for (const { id, mobile, email, external_id, first_name, last_name, tier } of rows) {
      const values = { mobile, email, externalId: external_id, firstName: first_name, lastName: last_name };
      const { row, words } = searchRow(values, tier);
      sql(
        db,
        'update main.customers set name_forward = ?, name_backward = ?, email_key = ?, external_key = ? where id = ?',
      ).run(row.name_forward, row.name_backward, row.email_key, row.external_key, id);
      sql(db, 'delete from main.customer_words where customer_id = ?').run(id);
      for (const word of words) {
        sql(db, 'insert or ignore into main.customer_words (word, customer_id) values (?, ?)').run(word, id);
      }
    }
    sql(db, 'update search_key_rules set version = ?').run(rulesVersion);
  });
}
