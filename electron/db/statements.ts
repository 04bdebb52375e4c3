import type Database from 'better-sqlite3';
import type { Db } from './open.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows are typed by the caller, who wrote the columns into the statement
type AnyStatement = Database.Statement<unknown[], any>;

const prepared = new WeakMap<Db, Map<string, AnyStatement>>();

/**
 * A prepared statement, prepared once for each database: preparing costs more than most of our statements.
 * `Row` is what the statement's own columns make; our tables are `strict`, so that it holds.
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

/**
 * A `limit` that is bound. SQLite plans by the number that stands there alone, and so prepares the statement anew at each
 * run, which costs more than to run it; a sum it takes as it is.
 */
export function limitBy(parameter: '?' | '@limit'): string {
  return `limit ${parameter} + 0`;
}

/** The first column of the first row, for counts and the like. */
export function count(db: Db, text: string, ...parameters: unknown[]): number {
  return sql<{ n: number }>(db, text).get(...parameters)?.n ?? 0;
}

/**
 * Takes the write lock of the till's own file and no other: `begin immediate` takes the region's as well, which nobody
 * writes to, in a dozen calls of the system. Our files have no vacuum of this kind, so that nothing else comes of it.
 */
export const takesWriteLock = 'pragma main.incremental_vacuum';

/**
 * Runs `work` as one transaction that takes the write lock at once; nested calls join the outer one. Commits when it
 * returns and rolls back when it throws.
 */
export function inTransaction<T>(db: Db, work: () => T): T {
  if (db.inTransaction) return work();
  // The library's own `transaction` makes a few closures and statements each time: a tenth of a save.
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

/** Inside a transaction: takes back what `work` wrote when it throws, and nothing else. */
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
