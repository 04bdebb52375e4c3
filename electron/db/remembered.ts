/** Small values that survive a restart, each with the time it was received. */
import type { z } from 'zod';
import type { Db } from './open.ts';
import { sql } from './statements.ts';

export type RememberedName =
  | 'org-policy'
  | 'custom-fields'
  | 'extended-fields'
  | 'staff-list'
  | 'store-login'
  | 'data-owner'
  | 'drafts'
  | 'region-before'
  | 'signed-out'
  | 'region-feed'
  | 'second-copy';

export function remember(db: Db, name: RememberedName, value: unknown, asOfMs: number): void {
  sql(
    db,
    `insert into remembered (name, value, as_of_ms) values (?, ?, ?)
     on conflict (name) do update set value = excluded.value, as_of_ms = excluded.as_of_ms`,
  ).run(name, JSON.stringify(value), asOfMs);
}

export type Remembered<T> = { readonly value: T; readonly asOfMs: number };

/** @returns null if there is none, or it can no longer be read */
export function recall(db: Db, name: RememberedName): Remembered<unknown> | null {
  const row = sql<{ value: string; as_of_ms: number }>(db, 'select value, as_of_ms from remembered where name = ?').get(
    name,
  );
  if (row === undefined) return null;
  try {
    return { value: JSON.parse(row.value), asOfMs: row.as_of_ms };
  } catch {
    return null;
  }
}

/** A value that cannot be read, for example from another version, counts as not known. */
export function recallAs<T>(db: Db, name: RememberedName, schema: z.ZodType<T>): Remembered<T> | null {
  const remembered = recall(db, name);
  const value = remembered === null ? undefined : schema.safeParse(remembered.value).data;
  return remembered === null || value === undefined ? null : { value, asOfMs: remembered.asOfMs };
}
