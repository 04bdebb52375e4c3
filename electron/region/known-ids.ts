/** Which id a customer of an import has had on this till: an id never changes, whoever holds it open. */

import { attachRegionFile, firstRegionId, isUnusable, regionFilePath } from '../customers/region.ts';
import type { Db, OpenDatabase } from '../db/open.ts';
import { openToRead } from '../db/open-to-read.ts';
import type { ToldRow } from './told-row.ts';

export type KnownIds = {
  readonly of: (told: ToldRow) => number | null;
  /**
   * Does `work` on one view of the till. Each look on its own would take and give back the file's lock, which costs ten
   * times the look; a view that is held for long would keep the write-ahead log from being emptied.
   */
  readonly onOneView: (work: () => void) => void;
  /** The first id that no customer of the till or its region has or had. */
  readonly firstFree: number;
  readonly close: () => void;
};

/** Looks into the till's database and its region as they are now, on a connection that only reads. */
export function openKnownIds(till: OpenDatabase, dataDir: string): KnownIds {
  const db = openToRead(till);
  const name = db.prepare<[], { name: string }>('select name from region_file').get()?.name;
  const hasRegion = name !== undefined && isUsable(db, regionFilePath(dataDir, name), till.keyHex);
  const schemas = hasRegion ? ['main', 'region'] : ['main'];
  const lookups = schemas.flatMap((schema) => lookupsIn(db, schema));
  const highest = schemas.map(
    (schema) => db.prepare<[], { n: number | null }>(`select max(id) as n from ${schema}.customers`).get()?.n ?? 0,
  );
  return {
    of: (told) => {
      for (const lookup of lookups) {
        const id = lookup(told);
        if (id !== null) return id;
      }
      return null;
    },
    onOneView: (work) => db.transaction(work)(),
    firstFree: Math.max(firstRegionId, ...highest.map((id) => id + 1)),
    close: () => db.close(),
  };
}

/** @throws where the region is there and only could not be read now: without it, known customers would get new ids */
function isUsable(db: Db, file: string, keyHex: string): boolean {
  try {
    attachRegionFile(db, file, keyHex);
    db.prepare('select 1 from region.about').get();
    return true;
  } catch (error) {
    // An unusable region has no ids to keep.
    if (isUnusable(error)) return false;
    throw error;
  }
}

type Lookup = (told: ToldRow) => number | null;

/** By the server's id; whoever the till or the file has no such id of, by what else names one person. */
function lookupsIn(db: Db, schema: string): Lookup[] {
  const isEmpty = db.prepare(`select 1 from ${schema}.customers limit 1`).get() === undefined;
  if (isEmpty) return [];
  const find = (column: string, more: string) => {
    const statement = db.prepare<[string], { id: number }>(
      `select id from ${schema}.customers where ${column} = ? ${more} order by id limit 1`,
    );
    return (value: string | null) => (value === null ? null : (statement.get(value)?.id ?? null));
  };
  const byUserId = find('user_id', '');
  const identifiers = ['mobile', 'email_key', 'external_key'] as const;
  const loose = identifiers.map((column) => ({ column, look: find(column, 'and user_id is null') }));
  const any = identifiers.map((column) => ({ column, look: find(column, '') }));
  const hasLoose = db.prepare(`select 1 from ${schema}.customers where user_id is null limit 1`).get() !== undefined;
  return [
    ({ userId, row }) => {
      const known = byUserId(userId);
      if (known !== null) return known;
      if (userId !== null && !hasLoose) return null;
      for (const { column, look } of userId === null ? any : loose) {
        const id = look(row[column]);
        if (id !== null) return id;
      }
      return null;
    },
  ];
}
