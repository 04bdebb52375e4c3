/** A real encrypted cache in a temporary folder, without a server. */

import path from 'node:path';

import type { Db } from '../../electron/db/open.ts';
import type { CustomerRecord, FieldValues } from '../../electron/model/customer.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { openMigrated } from '../helpers/migrated-database.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

export const testKey = 'c'.repeat(64);

export type TestCache = {
  readonly db: Db;
  readonly file: string;
  readonly folder: string;
  /** @returns the customer's id on this till */
  readonly add: (fields: FieldValues, userId?: string | null) => number;
  readonly close: () => void;
};

export function openTestCache(): TestCache {
  const folder = temporaryFolder();
  const file = path.join(folder, 'tillside.db');
  const db = openMigrated({ file, keyHex: testKey });
  return {
    db,
    file,
    folder,
    add: (fields, userId = null) => keepRecord(db, recordOf(fields, userId), 1_000),
    close: () => {
      db.close();
    },
  };
}

export function recordOf(fields: FieldValues, userId: string | null): CustomerRecord {
  return { userId, fields, loyalty: null, updatedOn: null, source: null, otherSubscriptions: [], unknown: {} };
}
