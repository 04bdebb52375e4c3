/** Numbered migrations; `user_version` moves in the same transaction as the change. Never edited once landed. */
import { firstSchema } from './migrations/001-first-schema.ts';
import type { Db } from './open.ts';
import { inTransaction } from './statements.ts';

/** Migration N brings a database from version N - 1 to N. */
const migrations: readonly ((db: Db) => void)[] = [firstSchema];

export const currentVersion = migrations.length;

export type MigrateResult =
  | { readonly kind: 'ready'; readonly from: number }
  /** A newer Tillside wrote this file: it is left as it is. */
  | { readonly kind: 'newer'; readonly version: number };

export function migrate(db: Db): MigrateResult {
  const from = Number(db.pragma('user_version', { simple: true }));
  if (from > currentVersion) return { kind: 'newer', version: from };
  for (const [index, step] of migrations.entries()) {
    if (index < from) continue;
    inTransaction(db, () => {
      step(db);
      db.pragma(`user_version = ${index + 1}`);
    });
  }
  return { kind: 'ready', from };
}
