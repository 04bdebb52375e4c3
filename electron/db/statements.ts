import type Database from 'better-sqlite3';
import type { Db } from './open.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows are typed by the caller, who wrote the columns into the statement
type AnyStatement = Database.Statement<unknown[], any>;

const prepared = new WeakMap<Db, Map<string, AnyStatement>>();

/**
 * A prepared statement, cached per database because preparing costs more than running most of them. `Row` must match
 * the statement's columns; our tables are `strict`, so the types hold.
 */
export function sql<Row = never>(db: Db, text: string): Database.Statement<unknown[], Row> {
  let statements = prepared.get(db);
  if (statements === undefined) {
    statements = new Map();
    prepared.set(db, statements);
  }
  let statement = statements.get(text);
  if (statement === undefined) {
    statement = db.prepare<unknown[]>(text);
    statements.set(text, statement);
  }
  return statement;
}

type Row = { readonly [column: string]: unknown };

/** Inserts a row. */
export function insertInto(db: Db, table: string, row: Row): void {
  const columns = Object.keys(row);
  const text = `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`;
  sql(db, text).run(...Object.values(row));
}

/** Changes these columns of the row with this id. */
export function changeRow(db: Db, table: string, id: unknown, row: Row): void {
  const columns = Object.keys(row).map((column) => `${column} = ?`);
  sql(db, `update ${table} set ${columns.join(', ')} where id = ?`).run(...Object.values(row), id);
}

/**
 * A `limit` with a bound parameter. For a bare parameter SQLite prepares the statement again at each run, to plan for
 * its value; it does not do that for a sum.
 */
export function limitBy(parameter: '?' | '@limit'): string {
  return `limit ${parameter} + 0`;
}

/** The first column of the first row, as a number. */
export function count(db: Db, text: string, ...parameters: unknown[]): number {
  return sql<{ n: number }>(db, text).get(...parameters)?.n ?? 0;
}

/**
 * Takes the write lock of the till's own file only. `begin immediate` would also lock the region's file, which is never
 * written, at the cost of a dozen system calls. Our files do not use incremental vacuum, so this has no other effect.
 */
export const takesWriteLock = 'pragma main.incremental_vacuum';

/**
 * Runs `work` in a transaction that takes the write lock immediately. Nested calls join the outer one. Commits when
 * `work` returns and rolls back when it throws.
 */
export function inTransaction<T>(db: Db, work: () => T): T {
  if (db.inTransaction) return work();
  // The library's own `transaction` creates closures and statements each time, which costs a tenth of a save.
  sql(db, 'begin').run();
  try {
    sql(db, takesWriteLock).run();
    const result = work();
    sql(db, 'commit').run();
    return result;
  } catch (error) {
    if (db.inTransaction) sql(db, 'rollback').run();
    throw error;
  }
}

/** Inside a transaction: if `work` throws, rolls back only what it wrote. */
export function inSavepoint<T>(db: Db, work: () => T): T {
  sql(db, 'savepoint one').run();
  try {
    const result = work();
    sql(db, 'release one').run();
    return result;
  } catch (error) {
    if (db.inTransaction) {
      sql(db, 'rollback to one').run();
      sql(db, 'release one').run();
    }
    throw error;
  }
}
