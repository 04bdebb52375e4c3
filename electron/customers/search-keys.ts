/** Rebuilds the search keys of the till's own customers if this version has other rules for them. */
import type { Db } from '../db/open.ts';
import { changeRow, inTransaction, sql } from '../db/statements.ts';
import { type CustomerRow, searchRow, writeWords } from './store.ts';

/** Increase this, and `regionFormat`, whenever `search-text.ts` or `exactKey` produce other keys. */
const rulesVersion = 2;

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
      const { name_forward, name_backward, email_key, external_key } = row;
      changeRow(db, 'main.customers', id, { name_forward, name_backward, email_key, external_key });
      writeWords(db, id, words);
    }
    sql(db, 'update search_key_rules set version = ?').run(rulesVersion);
  });
}
