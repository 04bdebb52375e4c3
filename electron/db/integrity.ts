/** Whether a database is whole. Its pages carry a checksum each (the cipher's), which a read of every page checks. */
import Database from 'better-sqlite3';
import type { Db } from './open.ts';

/** The tables whose loss would lose a person's work; the rest can be had from the server again. */
const outboxTables = ['updates', 'save_tokens', 'update_history'] as const;

/** `quick`: every page and row. `full`: also that every index tells the same as its table, a few times slower. */
export type CheckDepth = 'quick' | 'full';

/** @returns what is wrong, in SQLite's words (names of tables and numbers of pages, no values); empty: it is whole */
export function checkWhole(db: Db, depth: CheckDepth): string[] {
  return run(db, depth === 'full' ? 'integrity_check' : 'quick_check');
}

/** Looks through the outbox only, which takes milliseconds however many customers there are. */
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
