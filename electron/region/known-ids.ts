/** Finds the id that an imported customer already has on this till. Ids never change. */

import { isErased } from '../customers/erased.ts';
import { decodeRecord } from '../customers/record-json.ts';
import { attachRegionFile, firstRegionId, isUnusable, regionFilePath } from '../customers/region.ts';
import type { Db, OpenDatabase } from '../db/open.ts';
import { openToRead } from '../db/open-to-read.ts';
import { exactKey } from '../model/identifiers.ts';
import type { ImportedRow } from './imported-row.ts';

/** Columns that identify a customer without the server's id. */
export const looseColumns = ['mobile', 'email_key', 'external_key'] as const;

export type Known = {
  readonly id: number;
  /** Bits of the columns that identified this customer; 0: the server's id. */
  readonly by: number;
  /** All other identifiers differ from those that the till knows; null: not compared, or nothing to compare. */
  readonly isSomebodyElse: boolean | null;
};

export type KnownIds = {
  readonly of: (imported: ImportedRow) => Known | null;
  /** Erased here, so a file must not bring them back (F48). */
  readonly isErased: (imported: ImportedRow) => boolean;
  /**
   * Runs `work` in one read transaction, because taking the lock costs ten times as much as a look-up. Keep it short: a
   * long one prevents the write-ahead log from being emptied.
   */
  readonly onOneView: (work: () => void) => void;
  /** The first id that was never used on this till or in its region. */
  readonly firstFree: number;
  readonly close: () => void;
};

/** Opens the till's database and its region read-only. */
export function openKnownIds(till: OpenDatabase, dataDir: string): KnownIds {
  const db = openToRead(till);
  const name = db.prepare<[], { name: string }>('select name from region_file').get()?.name;
  const hasRegion = name !== undefined && isUsable(db, regionFilePath(dataDir, name), till.keyHex);
  const schemas: Schema[] = hasRegion ? ['main', 'region'] : ['main'];
  const filled = schemas.filter(
    (schema) => db.prepare(`select 1 from ${schema}.customers limit 1`).get() !== undefined,
  );
  const highest = schemas.map(
    (schema) => db.prepare<[], { n: number | null }>(`select max(id) as n from ${schema}.customers`).get()?.n ?? 0,
  );
  const hasErased = db.prepare('select 1 from erased_customers limit 1').get() !== undefined;
  const byUserId = filled.map((schema) => userIdLookup(db, schema));
  const byColumn = looseColumns.map((column) => looseLookup(db, filled, column));
  return {
    of: (imported) => {
      for (const find of byUserId) {
        const known = find(imported);
        if (known !== null) return known;
      }
      return namedLoosely(imported, byColumn);
    },
    isErased: ({ record }) => {
      const decoded = hasErased ? decodeRecord(record) : null;
      return decoded !== null && isErased(db, decoded);
    },
    onOneView: (work) => db.transaction(work)(),
    firstFree: Math.max(firstRegionId, ...highest.map((id) => id + 1)),
    close: () => db.close(),
  };
}

/** @throws if the region exists but cannot be read right now: without it, known customers would get new ids */
function isUsable(db: Db, file: string, keyHex: string): boolean {
  try {
    attachRegionFile(db, file, keyHex);
    db.prepare('select 1 from region.about').get();
    // A damaged region must not stop the import that would replace it.
    return db.prepare<[], unknown>('pragma region.quick_check(1)').pluck().get() === 'ok';
  } catch (error) {
    // The ids of an unusable region are lost anyway.
    if (isUnusable(error)) return false;
    throw error;
  }
}

type Schema = 'main' | 'region';
type Identifying = { readonly [Column in (typeof looseColumns)[number]]: string | null };

/** The other identifiers are compared for one in this many customers, which is enough to detect a mixed-up file. */
const comparedEvery = 16;

function userIdLookup(db: Db, schema: Schema): (imported: ImportedRow) => Known | null {
  const find = db.prepare<[string], { id: number }>(`select id from ${schema}.customers where user_id = ? limit 1`);
  const details = db.prepare<[number], Identifying>(
    `select ${looseColumns.join(', ')} from ${schema}.customers where id = ?`,
  );
  let found = 0;
  return ({ userId, row }) => {
    if (userId === null) return null;
    const id = find.get(userId)?.id;
    if (id === undefined) return null;
    found += 1;
    return { id, by: 0, isSomebodyElse: found % comparedEvery === 0 ? differs(details.get(id), row) : null };
  };
}

function differs(known: Identifying | undefined, row: Identifying): boolean | null {
  const both = looseColumns.filter((column) => row[column] !== null && (known?.[column] ?? null) !== null);
  return both.length === 0 ? null : both.every((column) => known?.[column] !== row[column]);
}

type LooseLookup = (value: string, onlyWithoutUserId: boolean) => number | null;

/** The only customer with this value according to the server; a pending edit does not count. */
function looseLookup(db: Db, schemas: readonly Schema[], column: (typeof looseColumns)[number]): LooseLookup {
  const field = { mobile: 'mobile', email_key: 'email', external_key: 'externalId' } as const;
  const record = db.prepare<[number], { record: string }>(
    'select record from main.customer_records where customer_id = ?',
  );
  const serverValue = (id: number) => decodeRecord(record.get(id)?.record ?? '')?.fields[field[column]] ?? null;
  const keyOf = (value: string | null) => (value === null || column === 'mobile' ? value : exactKey(value));
  const lookups = schemas.map((schema) => {
    const find = db.prepare<[string], { id: number; user_id: string | null }>(
      `select id, user_id from ${schema}.customers where ${column} = ? limit 3`,
    );
    return (value: string) =>
      find.all(value).filter(({ id }) => schema === 'region' || keyOf(serverValue(id)) === value);
  });
  return (value, onlyWithoutUserId) => {
    const holders = lookups.flatMap((find) => find(value));
    const [first] = holders;
    if (first === undefined || holders.some(({ id }) => id !== first.id)) return null;
    // A different user id means a different person.
    return onlyWithoutUserId && holders.some(({ user_id }) => user_id !== null) ? null : first.id;
  };
}

/** If the values match different people, the customer is nobody we know. */
function namedLoosely({ userId, row }: ImportedRow, lookups: readonly LooseLookup[]): Known | null {
  let named: number | null = null;
  let by = 0;
  for (const [at, find] of lookups.entries()) {
    const value = row[looseColumns[at] ?? 'mobile'];
    const id = value === null ? null : find(value, userId !== null);
    if (id === null) continue;
    if (named !== null && named !== id) return null;
    named = id;
    by |= 1 << at;
  }
  return named === null ? null : { id: named, by, isSomebodyElse: null };
}
