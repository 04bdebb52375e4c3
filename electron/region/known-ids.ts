/** Which id a customer of an import has had on this till: an id never changes, whoever holds it open. */

import { isErased } from '../customers/erased.ts';
import { decodeRecord } from '../customers/record-json.ts';
import { attachRegionFile, firstRegionId, isUnusable, regionFilePath } from '../customers/region.ts';
import type { Db, OpenDatabase } from '../db/open.ts';
import { openToRead } from '../db/open-to-read.ts';
import { exactKey } from '../model/identifiers.ts';
import type { ToldRow } from './told-row.ts';

/** What names a customer where the server's own id does not. */
export const looseColumns = ['mobile', 'email_key', 'external_key'] as const;

export type Known = {
  readonly id: number;
  /** Bits of the columns that named this customer; 0: the server's own id did. */
  readonly by: number;
  /** Nothing else of what names a person is as the till knows it; null: it was not looked at, or there is nothing. */
  readonly isSomebodyElse: boolean | null;
};

export type KnownIds = {
  readonly of: (told: ToldRow) => Known | null;
  /** Was erased here, and must not come back by a file (F48). */
  readonly isErased: (told: ToldRow) => boolean;
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
    of: (told) => {
      for (const look of byUserId) {
        const known = look(told);
        if (known !== null) return known;
      }
      return namedLoosely(told, byColumn);
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

/** @throws where the region is there and only could not be read now: without it, known customers would get new ids */
function isUsable(db: Db, file: string, keyHex: string): boolean {
  try {
    attachRegionFile(db, file, keyHex);
    db.prepare('select 1 from region.about').get();
    // A page that is damaged must not end an import that would put the damage right.
    return db.prepare<[], unknown>('pragma region.quick_check(1)').pluck().get() === 'ok';
  } catch (error) {
    // An unusable region has no ids to keep.
    if (isUnusable(error)) return false;
    throw error;
  }
}

type Schema = 'main' | 'region';
type Identifying = { readonly [Column in (typeof looseColumns)[number]]: string | null };

/** Of every so many customers the other identifiers are compared too: enough to see that a file names other people. */
const comparedEvery = 16;

function userIdLookup(db: Db, schema: Schema): (told: ToldRow) => Known | null {
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

function differs(known: Identifying | undefined, told: Identifying): boolean | null {
  const both = looseColumns.filter((column) => told[column] !== null && (known?.[column] ?? null) !== null);
  return both.length === 0 ? null : both.every((column) => known?.[column] !== told[column]);
}

type LooseLookup = (value: string, onlyWithoutUserId: boolean) => number | null;

/** The only customer on this till of whom the server told this value; an edit of staff's names nobody. */
function looseLookup(db: Db, schemas: readonly Schema[], column: (typeof looseColumns)[number]): LooseLookup {
  const field = { mobile: 'mobile', email_key: 'email', external_key: 'externalId' } as const;
  const record = db.prepare<[number], { record: string }>(
    'select record from main.customer_records where customer_id = ?',
  );
  const told = (id: number) => decodeRecord(record.get(id)?.record ?? '')?.fields[field[column]] ?? null;
  const keyOf = (value: string | null) => (value === null || column === 'mobile' ? value : exactKey(value));
  const lookups = schemas.map((schema) => {
    const find = db.prepare<[string], { id: number; user_id: string | null }>(
      `select id, user_id from ${schema}.customers where ${column} = ? limit 3`,
    );
    return (value: string) => find.all(value).filter(({ id }) => schema === 'region' || keyOf(told(id)) === value);
  });
  return (value, onlyWithoutUserId) => {
    const holders = lookups.flatMap((look) => look(value));
    const [first] = holders;
    if (first === undefined || holders.some(({ id }) => id !== first.id)) return null;
    // Another user id is another person.
    return onlyWithoutUserId && holders.some(({ user_id }) => user_id !== null) ? null : first.id;
  };
}

/** Where two of the values name two people, they name nobody. */
function namedLoosely({ userId, row }: ToldRow, lookups: readonly LooseLookup[]): Known | null {
  let named: number | null = null;
  let by = 0;
  for (const [at, look] of lookups.entries()) {
    const value = row[looseColumns[at] ?? 'mobile'];
    const id = value === null ? null : look(value, userId !== null);
    if (id === null) continue;
    if (named !== null && named !== id) return null;
    named = id;
    by |= 1 << at;
  }
  return named === null ? null : { id: named, by, isSomebodyElse: null };
}
