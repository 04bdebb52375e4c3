/**
 * The data of one till after another. Opening a file and preparing statements would be half of the work, so connections
 * are reused: a till gets one for each start, until it dies.
 */
import path from 'node:path';
import type { Db } from '../../../electron/db/open.ts';
import { openMigrated } from '../../helpers/migrated-database.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

type Row = { readonly [column: string]: unknown };

export class LastingData {
  readonly #fill: (db: Db, asOfMs: number) => void;
  readonly #free: Db[] = [];
  readonly #cutOff = new Map<Db, Iterator<unknown>>();
  #file: string | null = null;
  #asAtStart: readonly (() => void)[] | null = null;

  /** @param fill writes what is there at the start */
  constructor(fill: (db: Db, asOfMs: number) => void) {
    this.#fill = fill;
  }

  /** For one start of the till. */
  connection(): Db {
    return this.#free.pop() ?? this.#open();
  }

  /** As when the process dies: what is not committed is gone, and nothing is written any more. */
  cutOff(db: Db): void {
    if (this.#cutOff.has(db)) return;
    if (db.inTransaction) db.exec('rollback');
    // While a query runs, the connection refuses to begin a transaction and to write.
    const running = db.prepare('select 1 union all select 2').iterate();
    running.next();
    this.#cutOff.set(db, running);
  }

  /** Resets the data for the next till. No till may be running. */
  rewind(asOfMs: number): void {
    for (const [db, running] of this.#cutOff) {
      running.return?.();
      this.#free.push(db);
    }
    this.#cutOff.clear();
    const db = this.connection();
    if (this.#asAtStart === null) {
      this.#fill(db, asOfMs);
      this.#asAtStart = rowsOf(db);
    } else {
      db.exec('begin');
      for (const restore of this.#asAtStart) restore();
      db.exec('commit');
    }
    this.#free.push(db);
  }

  #open(): Db {
    this.#file ??= path.join(temporaryFolder(), 'tillside.db');
    const db = openMigrated({ file: this.#file, keyHex: '5'.repeat(64) });
    // What dies here is the process, not the machine: nothing has to reach the disk.
    db.pragma('synchronous = off');
    return db;
  }
}

/** For each table, what puts its rows back as they are now. */
function rowsOf(db: Db): (() => void)[] {
  // A table that refers to another comes later in the schema, and so does one that triggers write to.
  const tables = db.prepare<[], string>("select name from main.sqlite_schema where type = 'table'").pluck().all();
  const clear = tables.toReversed().map((name) => db.prepare(`delete from main.${name}`));
  const fill = tables.flatMap((name) =>
    db
      .prepare<[], Row>(`select * from main.${name}`)
      .all()
      .map((row) => {
        const columns = Object.keys(row);
        const values = columns.map(() => '?').join(', ');
        const insert = db.prepare(`insert or replace into main.${name} (${columns.join(', ')}) values (${values})`);
        return () => insert.run(...Object.values(row));
      }),
  );
  return [...clear.map((statement) => () => statement.run()), ...fill];
}
