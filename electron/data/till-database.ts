/** Opens and migrates the till's database together with its region, and keeps unsent updates readable. */
import { attachEmptyRegion } from '../customers/region.ts';
import { refreshSearchKeys } from '../customers/search-keys.ts';
import { type MigrateResult, type Migration, migrate } from '../db/migrate.ts';
import { type Db, type OpenDatabase, openDatabase } from '../db/open.ts';
import { isReadableEdit } from '../updates/rows.ts';

/** @throws SqliteError as `openDatabase` */
export function openTillDatabase(onFile: OpenDatabase): Db {
  const db = openDatabase(onFile);
  attachEmptyRegion(db);
  return db;
}

/** @param steps other migrations than this version's, for tests */
export function migrateTill(db: Db, steps?: readonly Migration[]): MigrateResult {
  const migrated = migrate(db, isReadableEdit, steps);
  if (migrated.kind === 'ready' && steps === undefined) refreshSearchKeys(db);
  return migrated;
}
