/**
 * The customers of the whole region, from an import, in a database file of their own that is attached to the till's.
 *
 * The import (`region/`) writes and indexes the file, and nothing changes it once it is attached; switching to a new
 * file commits one row. When a customer is opened, edited or refreshed here, they are first copied into the till's own
 * tables under the same id, and from then on that row counts. So saves write only to small indexes, and an import never
 * competes with saves.
 *
 * Imports assign ids from `firstRegionId` on; the till itself assigns those below.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { chooseCipher } from '../db/cipher.ts';
import type { Db } from '../db/open.ts';
import { count, inTransaction, sql } from '../db/statements.ts';
import { databaseTrouble } from '../db/trouble.ts';
import { type FileTrouble, forEachFile } from '../machine/file-trouble.ts';
import { identifiersIn, isErased } from './erased.ts';
import { olderRegionFormat, regionFormat, regionIndexes, regionTables } from './region-format.ts';

export const firstRegionId = 2 ** 30;

const fileShape = /^region-[0-9a-zA-Z-]+\.db$/;

/** The columns by which customers are found and listed, on the till and in the region's file. */
export const searchColumns = [
  'mobile',
  'email',
  'external_id',
  'first_name',
  'last_name',
  'tier',
  'name_forward',
  'name_backward',
  'mobile_backward',
  'email_key',
  'external_key',
] as const;

const copiedColumns = ['id', 'user_id', ...searchColumns].join(', ');

/** For SQL over `region.customers r`: no own row replaces this one, and it is not hidden. */
export const shownOfRegion = `not exists (select 1 from main.customers o where o.id = r.id)
  and not exists (select 1 from main.region_hidden h where h.id = r.id)`;

/** Attaches an empty region in place of any other, so that all statements work without an import. */
export function attachEmptyRegion(db: Db): void {
  if (isAttached(db)) db.exec('detach region');
  db.exec("attach ':memory:' as region key ''");
  db.exec(regionTables('region'));
  for (const index of regionIndexes('region')) db.exec(index);
  db.exec(`insert into region.about values (${regionFormat}, 0, 0)`);
}

/** Attaches the file without checking its contents. @throws SqliteError */
export function attachRegionFile(db: Db, file: string, keyHex: string): void {
  chooseCipher(db, file);
  db.prepare('attach ? as region key ?').run(file, `raw:${keyHex}`);
}

export function regionFilePath(dataDir: string, name: string): string {
  return path.join(dataDir, name);
}

export type RegionState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'there';
      readonly name: string;
      readonly rows: number;
      readonly asOfMs: number;
      /** Written by an earlier version with other search keys: the next full file replaces it. */
      readonly isOlder: boolean;
    }
  /** The file is missing or unreadable, so the import has to be repeated. The till's own customers are not affected. */
  | { readonly kind: 'unusable'; readonly name: string };

function currentName(db: Db): string | null {
  return sql<{ name: string }>(db, 'select name from region_file').get()?.name ?? null;
}

/** Attaches this till's region, after its own database has been opened. */
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
  type About = { readonly format: number; readonly rows: number; readonly as_of_ms: number };
  const about = sql<About>(db, 'select format, rows, as_of_ms from region.about').get();
  if (about === undefined || about.as_of_ms === 0) return { kind: 'unusable', name };
  const { format, rows, as_of_ms: asOfMs } = about;
  return { kind: 'there', name, rows, asOfMs, isOlder: format === olderRegionFormat };
}

/** @returns false if the file cannot be used; then an empty region is attached */
function replaceAttached(db: Db, file: string, keyHex: string): boolean {
  db.exec('detach region');
  try {
    if (isFilled(file)) {
      attachRegionFile(db, file, keyHex);
      const format = db.prepare<[], { format: number }>('select format from region.about').get()?.format;
      if ((format === regionFormat || format === olderRegionFormat) && isWholeIfSmall(db, file)) {
        db.pragma('region.cache_size = -45056');
        // Nobody writes to this file, so its read lock is held instead of being taken by every search and save.
        db.pragma('region.locking_mode = exclusive');
        return true;
      }
    }
  } catch (error) {
    if (databaseTrouble(error) !== 'busy' && !isUnusable(error)) throw error;
  }
  attachEmptyRegion(db);
  return false;
}

/** Attaching a missing or empty file would make a new one. */
function isFilled(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Files up to this size are checked immediately, because that is fast enough. */
const checkAtOnceBytes = 8_000_000;

function isWholeIfSmall(db: Db, file: string): boolean {
  if (statSync(file).size > checkAtOnceBytes) return true;
  return db.prepare<[], unknown>('pragma region.quick_check(1)').pluck().get() === 'ok';
}

/** Whether the problem is permanent: the file is missing, damaged, or not a region. */
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
 * Switches to another region file by committing one row. Until the commit, the old file counts whatever happens; after
 * it, the new one does, and the own copies are brought up to date.
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
      // Customers whom the server sent to this till while the file was being made.
      sql(
        db,
        `insert or ignore into region_hidden select r.id from main.customers o join region.customers r
           on r.user_id = o.user_id where o.user_id is not null and r.id <> o.id`,
      ).run();
    });
  } catch (error) {
    if (before === null) attachEmptyRegion(db);
    else replaceAttached(db, regionFilePath(dataDir, before), keyHex);
    throw error;
  }
  return true;
}

/** All region files in a folder, including earlier ones. */
export function regionFilesIn(dataDir: string): readonly string[] {
  return existsSync(dataDir) ? readdirSync(dataDir).filter((name) => fileShape.test(name)) : [];
}

/** Removes earlier region files except `kept`. @returns what could not be removed */
export function removeOldRegions(db: Db, dataDir: string, kept: string | null): readonly FileTrouble[] {
  const current = currentName(db);
  const isOld = (name: string) => fileShape.test(name) && name !== current && name !== kept;
  return forEachFile(dataDir, isOld, (file) => rmSync(file, { force: true }));
}

/**
 * Detaches a region if the error shows that it is damaged, because searches and saves of the till's own customers must
 * go on.
 * @returns whether to repeat the call that met the damage
 */
export function leaveDamagedRegion(db: Db, error: unknown): boolean {
  const trouble = databaseTrouble(error);
  const isDamage = trouble === 'damaged' || trouble === 'other';
  if (!isDamage || db.inTransaction || regionState(db).kind !== 'there') return false;
  attachEmptyRegion(db);
  return true;
}

/**
 * Attaches the region, if it can be used, for a reader beside the running till.
 * @param isWhole check every page
 */
export function attachRegionToRead(db: Db, dataDir: string, keyHex: string, isWhole: boolean): RegionState {
  const name = currentName(db);
  if (name === null) return { kind: 'none' };
  const file = regionFilePath(dataDir, name);
  if (!isFilled(file)) return { kind: 'unusable', name };
  try {
    attachRegionFile(db, file, keyHex);
    const said = isWhole ? db.prepare<[], unknown>('pragma region.quick_check').pluck().all() : ['ok'];
    return said.length === 1 && said[0] === 'ok' ? stateOf(db, name) : { kind: 'unusable', name };
  } catch (error) {
    if (!isUnusable(error)) throw error;
    return { kind: 'unusable', name };
  }
}

/** Number of customers on this till, its own and the region's, as long as the region can be used. */
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
 * Copies a customer of the region into the till's own tables, unless they are there already. Call it in the transaction
 * of every write to a customer.
 */
export function copyFromRegion(db: Db, customerId: number): void {
  if (sql(db, 'select 1 from main.customers where id = ?').get(customerId) !== undefined) return;
  const copied = sql(
    db,
    `insert into main.customers (${copiedColumns})
     select ${copiedColumns} from region.customers r where id = ? and ${shownOfRegion}`,
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

/** When the region file that lists this customer was made, in wall time; null: no file lists them. */
export function listedAsOfMs(db: Db, customerId: number): number | null {
  const row = sql<{ as_of_ms: number }>(
    db,
    'select as_of_ms from region.about where exists (select 1 from region.customers where id = ?)',
  ).get(customerId);
  return row?.as_of_ms ?? null;
}

/** Removes a customer from this till, including the region. Open updates must be gone or moved first. */
export function forgetCustomer(db: Db, customerId: number): void {
  if (dropOwnCopy(db, customerId)) hideOfRegion(db, customerId);
}

/**
 * Removes the till's own row of a customer, so that the region's row shows again.
 * @returns whether the region has one
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

/** Customers who were erased while they still had updates here must not come back through the region file (F48). */
function isErasedInRegion(db: Db, customerId: number): boolean {
  const text = 'select user_id, mobile, email, external_id from region.customers where id = ?';
  const row = sql<Parameters<typeof identifiersIn>[0]>(db, text).get(customerId);
  return row !== undefined && isErased(db, identifiersIn(row));
}

/** A new customer id. Ids are never reused, even after a customer is gone. */
export function nextOwnId(db: Db): number {
  const row = sql<{ last: number }>(db, 'update own_customer_ids set last = last + 1 returning last').get();
  if (row === undefined) throw new Error('The counter of customer ids is missing.');
  return row.last;
}
