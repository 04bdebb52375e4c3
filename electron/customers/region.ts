/**
 * The customers of the whole region, as an import brought them: a database file of its own, attached beside the till's.
 *
 * The file is written and indexed elsewhere (customers/import/) and never changed once it is attached; taking another one
 * is one committed row. Whoever is touched here (opened, edited, told by the server) is first copied into the till's own
 * tables, under the same id, and from then on the own row is what counts. So a save writes to small indexes only, and
 * an import never writes where saves are written.
 *
 * Ids from `firstRegionId` on are given by imports, those below by the till itself.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { chooseCipher } from '../db/cipher.ts';
import type { Db } from '../db/open.ts';
import { count, inTransaction, sql } from '../db/statements.ts';
import { databaseTrouble } from '../db/trouble.ts';
import { type FileTrouble, tidyEach } from '../machine/file-trouble.ts';
import { isErased } from './erased.ts';

export const firstRegionId = 2 ** 30;

/** The format of a region's file that this version reads, the rules of its search keys included. */
export const regionFormat = 2;

const fileShape = /^region-[0-9a-zA-Z-]+\.db$/;

/** Tables of a region's file, and the indexes that are made once they are filled. */
export const regionTables = (schema: string) => `
  create table ${schema}.about (
    format integer not null,
    rows integer not null,
    -- When the server told what is in it.
    as_of_ms integer not null
  ) strict;
  create table ${schema}.customers (
    id integer primary key,
    user_id text,
    mobile text,
    email text,
    external_id text,
    first_name text not null,
    last_name text not null,
    tier text,
    name_forward text not null,
    name_backward text not null,
    mobile_backward text,
    email_key text,
    external_key text,
    -- Where in the imported file it stands.
    line integer not null
  ) strict;
  create table ${schema}.customer_words (word text not null, customer_id integer not null) strict;
  create table ${schema}.customer_records (customer_id integer primary key, record text not null) strict;
`;

export const regionIndexes = (schema: string): readonly string[] => [
  `create index if not exists ${schema}.customers_user_id on customers (user_id) where user_id is not null`,
  `create index if not exists ${schema}.customers_name_forward on customers (name_forward)`,
  `create index if not exists ${schema}.customers_name_backward on customers (name_backward)`,
  `create index if not exists ${schema}.customers_mobile on customers (mobile) where mobile is not null`,
  `create index if not exists ${schema}.customers_mobile_backward on customers (mobile_backward) where mobile_backward is not null`,
  `create index if not exists ${schema}.customers_email on customers (email_key) where email_key is not null`,
  `create index if not exists ${schema}.customers_external on customers (external_key) where external_key is not null`,
  `create index if not exists ${schema}.customer_words_word on customer_words (word, customer_id)`,
  `create index if not exists ${schema}.customer_words_customer on customer_words (customer_id)`,
];

/** For SQL over `region.customers r`: nobody of the till's own, and not hidden, stands over this row. */
export const shownOfRegion = `not exists (select 1 from main.customers o where o.id = r.id)
  and not exists (select 1 from main.region_hidden h where h.id = r.id)`;

/** An empty region, so that every statement holds also before the first import. */
export function attachEmptyRegion(db: Db): void {
  db.exec("attach ':memory:' as region key ''");
  db.exec(regionTables('region'));
  for (const index of regionIndexes('region')) db.exec(index);
  db.exec(`insert into region.about values (${regionFormat}, 0, 0)`);
}

/** The file's connection, whatever is in it. @throws SqliteError */
export function attachRegionFile(db: Db, file: string, keyHex: string): void {
  chooseCipher(db, file);
  db.prepare('attach ? as region key ?').run(file, `raw:${keyHex}`);
}

export function regionFilePath(dataDir: string, name: string): string {
  return path.join(dataDir, name);
}

export type RegionState =
  | { readonly kind: 'none' }
  | { readonly kind: 'there'; readonly name: string; readonly rows: number; readonly asOfMs: number }
  /** The file is gone or cannot be read: the till's own customers are whole; the import has to be done again. */
  | { readonly kind: 'unusable'; readonly name: string };

function currentName(db: Db): string | null {
  return sql<{ name: string }>(db, 'select name from region_file').get()?.name ?? null;
}

/** Attaches the region that this till has, after the till's own database was opened. */
export function attachRegion(db: Db, dataDir: string, keyHex: string): RegionState {
  const name = currentName(db);
  if (name === null) return { kind: 'none' };
  return replaceAttached(db, regionFilePath(dataDir, name), keyHex) ? stateOf(db, name) : { kind: 'unusable', name };
}

export function regionState(db: Db): RegionState {
  const name = currentName(db);
  return name === null ? { kind: 'none' } : stateOf(db, name);
}

function stateOf(db: Db, name: string): RegionState {
  const about = sql<{ rows: number; as_of_ms: number }>(db, 'select rows, as_of_ms from region.about').get();
  if (about === undefined || about.as_of_ms === 0) return { kind: 'unusable', name };
  return { kind: 'there', name, rows: about.rows, asOfMs: about.as_of_ms };
}

/** @returns false where the file cannot be used; an empty region is attached then */
function replaceAttached(db: Db, file: string, keyHex: string): boolean {
  db.exec('detach region');
  // To attach a file that is not there makes an empty one.
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    attachEmptyRegion(db);
    return false;
  }
  try {
    attachRegionFile(db, file, keyHex);
    const format = db.prepare<[], { format: number }>('select format from region.about').get()?.format;
    if (format === regionFormat && isWholeIfSmall(db, file)) {
      db.pragma('region.cache_size = -45056');
      // Nobody writes to it: its lock for reading is kept, not taken and given back by every search and save.
      db.pragma('region.locking_mode = exclusive');
      return true;
    }
    db.exec('detach region');
  } catch (error) {
    if (databaseTrouble(error) !== 'busy' && !isUnusable(error)) throw error;
    if (isAttached(db)) db.exec('detach region');
  }
  attachEmptyRegion(db);
  return false;
}

/** A file up to this size is looked through before anything else: it takes less than a blink. */
const checkAtOnceBytes = 8_000_000;

function isWholeIfSmall(db: Db, file: string): boolean {
  if (statSync(file).size > checkAtOnceBytes) return true;
  return db.prepare<[], unknown>('pragma region.quick_check(1)').pluck().get() === 'ok';
}

/** Not only for now: the file is gone, damaged, or no region at all. */
export function isUnusable(error: unknown): boolean {
  const trouble = databaseTrouble(error);
  if (trouble !== null) return trouble !== 'busy';
  return error instanceof Error && /^no such table/.test(error.message);
}

function isAttached(db: Db): boolean {
  const listed = db.prepare<[], { name: string }>('pragma database_list').all();
  return listed.some(({ name }) => name === 'region');
}

/**
 * Takes another region's file: one committed row. Until it is committed the old one counts, whatever happens; after it
 * the new one does, and `layRegion` brings the own copies up to date.
 */
export function takeRegion(db: Db, dataDir: string, keyHex: string, name: string): boolean {
  const before = currentName(db);
  if (!replaceAttached(db, regionFilePath(dataDir, name), keyHex)) {
    if (before !== null) replaceAttached(db, regionFilePath(dataDir, before), keyHex);
    return false;
  }
  try {
    inTransaction(db, () => {
      sql(
        db,
        `insert into region_file (one, name, laid_through, count_correction) values (1, ?, 0, ?)
         on conflict (one) do update
           set name = excluded.name, laid_through = 0, count_correction = excluded.count_correction`,
      ).run(
        name,
        count(
          db,
          `select coalesce(sum(iif(is_own and is_listed, -1, not is_own and not is_listed)), 0) as n from
             (select id < ${firstRegionId} as is_own, exists (select 1 from region.customers r where r.id = o.id) as is_listed
              from main.customers o)`,
        ),
      );
      sql(db, 'delete from region_hidden where id not in (select id from region.customers)').run();
      // Told to this till by the server while the file was made.
      sql(
        db,
        `insert or ignore into region_hidden select r.id from main.customers o join region.customers r
           on r.user_id = o.user_id where o.user_id is not null and r.id <> o.id`,
      ).run();
    });
  } catch (error) {
    if (before === null) {
      db.exec('detach region');
      attachEmptyRegion(db);
    } else replaceAttached(db, regionFilePath(dataDir, before), keyHex);
    throw error;
  }
  return true;
}

/** The regions' files in a folder, also those of earlier regions. */
export function regionFilesIn(dataDir: string): readonly string[] {
  return existsSync(dataDir) ? readdirSync(dataDir).filter((name) => fileShape.test(name)) : [];
}

/** Files of earlier regions but one that is kept. @returns what could not be removed */
export function removeOldRegions(db: Db, dataDir: string, kept: string | null): readonly FileTrouble[] {
  const current = currentName(db);
  const isOld = (name: string) => fileShape.test(name) && name !== current && name !== kept;
  return tidyEach(dataDir, isOld, (file) => rmSync(file, { force: true }));
}

/**
 * Goes on without a region that shows damage only now, in a page that was not read before: searches and saves need the
 * till's own customers more than they need it.
 * @returns whether the call that met the damage may be made again
 */
export function leaveDamagedRegion(db: Db, error: unknown): boolean {
  const trouble = databaseTrouble(error);
  const isDamage = trouble === 'damaged' || trouble === 'other';
  if (!isDamage || db.inTransaction || regionState(db).kind !== 'there') return false;
  db.exec('detach region');
  attachEmptyRegion(db);
  return true;
}

/**
 * The region as somebody sees it who reads the till's database beside it: attached, where it can be used.
 * @param isWhole every page of it is looked at
 */
export function attachRegionToRead(db: Db, dataDir: string, keyHex: string, isWhole: boolean): RegionState {
  const name = currentName(db);
  if (name === null) return { kind: 'none' };
  const file = regionFilePath(dataDir, name);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return { kind: 'unusable', name };
  try {
    attachRegionFile(db, file, keyHex);
    const said = isWhole ? db.prepare<[], unknown>('pragma region.quick_check').pluck().all() : ['ok'];
    return said.length === 1 && said[0] === 'ok' ? stateOf(db, name) : { kind: 'unusable', name };
  } catch (error) {
    if (!isUnusable(error)) throw error;
    return { kind: 'unusable', name };
  }
}

/** Everybody on this till: the own and the region's. What was counted of a region that is lost does not count. */
export function customersOnTill(db: Db): number {
  return count(
    db,
    `select (select n from customer_count) + (
       select iif(as_of_ms = 0, 0, rows + coalesce((select count_correction from region_file), 0)
         - (select count(*) from region_hidden)) from region.about
     ) as n`,
  );
}

/**
 * Copies a customer of the region into the till's own tables, where it is not there yet. Call in the transaction of every
 * write to a customer.
 */
export function makeOwn(db: Db, customerId: number): void {
  if (sql(db, 'select 1 from main.customers where id = ?').get(customerId) !== undefined) return;
  const copied = sql(
    db,
    `insert into main.customers (id, user_id, mobile, email, external_id, first_name, last_name, tier, name_forward,
       name_backward, mobile_backward, email_key, external_key, as_of_ms)
     select id, user_id, mobile, email, external_id, first_name, last_name, tier, name_forward, name_backward,
       mobile_backward, email_key, external_key, null
     from region.customers r where id = ? and ${shownOfRegion}`,
  ).run(customerId);
  if (copied.changes === 0) return;
  sql(
    db,
    'insert or ignore into main.customer_words select word, customer_id from region.customer_words where customer_id = ?',
  ).run(customerId);
  sql(
    db,
    `insert into main.customer_records select customer_id, record from region.customer_records where customer_id = ?`,
  ).run(customerId);
}

/** When the file was made that lists this customer, wall time in milliseconds; null where no file does. */
export function listedAsOfMs(db: Db, customerId: number): number | null {
  const row = sql<{ as_of_ms: number }>(
    db,
    'select as_of_ms from region.about where exists (select 1 from region.customers where id = ?)',
  ).get(customerId);
  return row?.as_of_ms ?? null;
}

/** Takes a customer off this till, with what the region holds of it. Open updates must be gone or moved before. */
export function forgetCustomer(db: Db, customerId: number): void {
  if (dropOwnCopy(db, customerId)) hideOfRegion(db, customerId);
}

/**
 * Takes the till's own row of a customer away; what the region holds of it shows again.
 * @returns whether the region holds it
 */
export function dropOwnCopy(db: Db, customerId: number): boolean {
  const isListed = sql(db, 'select 1 from region.customers where id = ?').get(customerId) !== undefined;
  const isOwn = customerId < firstRegionId;
  sql(db, 'delete from main.customers where id = ?').run(customerId);
  if (isListed === isOwn) {
    sql(db, 'update region_file set count_correction = count_correction + ?').run(isOwn ? 1 : -1);
  }
  if (isListed && isErasedInRegion(db, customerId)) hideOfRegion(db, customerId);
  return isListed;
}

function hideOfRegion(db: Db, customerId: number): void {
  sql(db, 'insert or ignore into region_hidden values (?)').run(customerId);
}

/** Whoever was erased while the till still had updates of theirs must not come back by the region's file (F48). */
function isErasedInRegion(db: Db, customerId: number): boolean {
  type Named = { user_id: string | null; mobile: string | null; email: string | null; external_id: string | null };
  const named = sql<Named>(db, 'select user_id, mobile, email, external_id from region.customers where id = ?').get(
    customerId,
  );
  if (named === undefined) return false;
  const { user_id, mobile, email, external_id } = named;
  return isErased(db, { userId: user_id, fields: { mobile, email, externalId: external_id } });
}

/** An id for a customer who is new to this till by itself. None is ever given twice, whoever is gone by now. */
export function nextOwnId(db: Db): number {
  const row = sql<{ last: number }>(db, 'update own_customer_ids set last = last + 1 returning last').get();
  if (row === undefined) throw new Error('The count of the ids that were given is missing.');
  return row.last;
}
