/**
 * Remembers erased customers, so that no file or older backup brings them back (F48). It stores only hashes of their
 * identifiers: enough to recognise them, but nothing to read.
 */
import { createHash } from 'node:crypto';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import { type CustomerRecord, fillableIdentifiers, type IdentifierType } from '../model/customer.ts';
import { exactKey } from '../model/identifiers.ts';

/** What identifies a customer. */
type Named = Pick<CustomerRecord, 'userId' | 'fields'>;

/** All identifiers in a customer's row, including pending ones. */
export function identifiersIn(
  row: {
    readonly [Column in 'user_id' | 'mobile' | 'email' | 'external_id']: string | null;
  },
): Named {
  return { userId: row.user_id, fields: { mobile: row.mobile, email: row.email, externalId: row.external_id } };
}

function erasedKeysOf({ userId, fields }: Named): readonly string[] {
  const named: [IdentifierType, string | null][] = [
    ['userId', userId],
    ...fillableIdentifiers.map((type): [IdentifierType, string | null] => [type, fields[type] ?? null]),
  ];
  return named.flatMap(([type, value]) =>
    value === null || value === ''
      ? []
      : [
          createHash('sha256')
            .update(`${type}:${exactKey(value)}`)
            .digest('base64url'),
        ],
  );
}

export function markErased(db: Db, record: Named, nowMs: number): void {
  for (const key of erasedKeysOf(record)) {
    sql(db, 'insert or replace into erased_customers (key, at_ms) values (?, ?)').run(key, nowMs);
  }
}

/** The server itself sent them again, so they are a customer again. */
export function unmarkErased(db: Db, record: Named): void {
  if (!isErased(db, record)) return;
  for (const key of erasedKeysOf(record)) sql(db, 'delete from erased_customers where key = ?').run(key);
}

/** Most tills have erased nobody; then nothing is hashed. */
export function isErased(db: Db, record: Named): boolean {
  if (sql(db, 'select 1 from erased_customers limit 1').get() === undefined) return false;
  return erasedKeysOf(record).some(
    (key) => sql(db, 'select 1 from erased_customers where key = ?').get(key) !== undefined,
  );
}

/** Before a restore, carries over the customers who were erased since the backup. */
export function carryErasedOver(from: Db, to: Db): void {
  const known = from.prepare("select 1 from sqlite_schema where name = 'erased_customers'").get() !== undefined;
  if (!known) return;
  const rows = from.prepare<[], { key: string; at_ms: number }>('select key, at_ms from erased_customers').all();
  inTransaction(to, () => {
    for (const { key, at_ms } of rows) {
      sql(to, 'insert or ignore into erased_customers (key, at_ms) values (?, ?)').run(key, at_ms);
    }
  });
}
