/** Numbered migrations. Each sets `user_version` in its own transaction. Never edit one that has landed. */
import { firstSchema } from './migrations/001-first-schema.ts';
import { regionOfCustomers } from './migrations/002-region.ts';
import { ownCustomerIds } from './migrations/003-own-ids.ts';
import { nextVisit } from './migrations/004-next-visit.ts';
import { beforeSending } from './migrations/005-before-sending.ts';
import { fewerPagesASave } from './migrations/006-fewer-pages-a-save.ts';
import { searchKeyRules } from './migrations/007-search-keys.ts';
import { erasedCustomers } from './migrations/008-erased-customers.ts';
import { inRescueFiles } from './migrations/009-in-rescue-files.ts';
import type { Db } from './open.ts';
import { inTransaction } from './statements.ts';

export type Migration = (db: Db) => void;

/** The columns of an unsent update that every version has. */
export type KeptEdit = { readonly format: number; readonly changes: string; readonly baseline: string };

/** Migration N upgrades a database from version N - 1 to N. */
export const migrations: readonly Migration[] = [
  firstSchema,
  regionOfCustomers,
  ownCustomerIds,
  nextVisit,
  beforeSending,
  fewerPagesASave,
  searchKeyRules,
  erasedCustomers,
  inRescueFiles,
];

export const currentVersion = migrations.length;

export type MigrateResult =
  | { readonly kind: 'ready'; readonly from: number }
  /** A newer version of Tillside wrote this file, so it is not changed. */
  | { readonly kind: 'newer'; readonly version: number }
  /** The step would have lost updates or made some unreadable, so it was rolled back (F29). */
  | { readonly kind: 'would-harm'; readonly version: number };

export function versionOf(db: Db): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** @param isReadable whether this version can read an unsent update; no step may make fewer of them readable (F29) */
export function migrate(
  db: Db,
  isReadable: (edit: KeptEdit) => boolean,
  steps: readonly Migration[] = migrations,
): MigrateResult {
  const from = versionOf(db);
  if (from > steps.length) return { kind: 'newer', version: from };
  for (const [index, step] of steps.entries()) {
    if (index < from) continue;
    try {
      inTransaction(db, () => {
        const before = index === 0 ? null : outboxFacts(db, isReadable);
        step(db);
        db.pragma(`user_version = ${index + 1}`);
        if (before !== null && isHarmed(before, outboxFacts(db, isReadable))) throw new WouldHarm();
      });
    } catch (error) {
      if (error instanceof WouldHarm) return { kind: 'would-harm', version: index + 1 };
      throw error;
    }
  }
  return { kind: 'ready', from };
}

class WouldHarm extends Error {}

type OutboxFacts = { readonly rows: number; readonly readable: number };

/** Uses only columns that every version has. */
function outboxFacts(db: Db, isReadable: (edit: KeptEdit) => boolean): OutboxFacts {
  let rows = 0;
  let readable = 0;
  for (const edit of db.prepare<[], KeptEdit>('select format, changes, baseline from updates').iterate()) {
    rows += 1;
    if (isReadable(edit)) readable += 1;
  }
  return { rows, readable };
}

function isHarmed(before: OutboxFacts, after: OutboxFacts): boolean {
  return after.rows !== before.rows || after.readable < before.readable;
}
