/** Checks a database for damage. The cipher's checksum of a page is verified whenever the page is read. */
import Database from 'better-sqlite3';
import type { Db } from './open.ts';

/** The tables that hold staff's work; everything else can be fetched from the server again. */
const outboxTables = ['updates', 'save_tokens', 'update_history'] as const;

/** `quick`: every page and row. `full`: also that every index matches its table, which is several times slower. */
export type CheckDepth = 'quick' | 'full';

/** @returns SQLite's messages (table names and page numbers, no values); empty: no damage */
export function checkWhole(db: Db, depth: CheckDepth): string[] {
  return run(db, depth === 'full' ? 'integrity_check' : 'quick_check');
}

/** Checks only the outbox, which takes milliseconds however many customers there are. */
export function checkOutbox(db: Db): string[] {
  const tables = outboxTables.filter(
    (table) => db.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").get(table) !== undefined,
  );
  return tables.flatMap((table) => run(db, `integrity_check(${table})`));
}

function run(db: Db, pragma: string): string[] {
  try {
    const said = db.prepare<[], unknown>(`pragma ${pragma}`).pluck().all().map(String);
    return said.length === 1 && said[0] === 'ok' ? [] : said;
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(error.code)) return [error.code];
    throw error;
  }
}
