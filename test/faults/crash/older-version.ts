/** A till's books as the first version would have kept them. */

import { renameSync, rmSync } from 'node:fs';
import { migrateTill, openTillDatabase } from '../../../electron/data/till-database.ts';
import { migrations } from '../../../electron/db/migrate.ts';
import type { Db } from '../../../electron/db/open.ts';
import { folderFiles } from '../../../electron/machine/folder-files.ts';
import { secretFile } from '../../../electron/machine/secret-file.ts';

/** What only the first version kept. */
const counted = 'customer_count';

/** For a till that was closed and has imported nothing. */
export function makeOlder(dataDir: string): void {
  const key = secretFile(dataDir, null).read('database-key');
  if (key.kind !== 'value') throw new Error('the till has no key');
  const { database } = folderFiles(dataDir);
  const older = `${database}.older`;
  const now = openTillDatabase({ file: database, keyHex: key.value });
  const then = openTillDatabase({ file: older, keyHex: key.value });
  try {
    migrateTill(then, migrations.slice(0, 1));
    for (const table of tablesOf(then)) if (table !== counted) copy(table, now, then);
  } finally {
    now.close();
    then.close();
  }
  for (const ending of ['-wal', '-shm']) rmSync(`${database}${ending}`, { force: true });
  renameSync(older, database);
}

function tablesOf(db: Db): readonly string[] {
  return db
    .prepare<[], string>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .pluck()
    .all();
}

function columnsOf(db: Db, table: string): readonly string[] {
  return db.prepare<[string], string>('select name from pragma_table_info(?)').pluck().all(table);
}

function copy(table: string, from: Db, to: Db): void {
  // Its history is numbered per update; the first version numbered all rows in one sequence.
  const columns = columnsOf(to, table).filter((column) => !(table === 'update_history' && column === 'id'));
  const rows = from
    .prepare<[], unknown[]>(`select ${columns.join(', ')} from ${table}`)
    .raw()
    .all();
  const insert = to.prepare(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
  for (const row of rows) insert.run(...row);
}
