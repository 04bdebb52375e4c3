/** Opens the till's database: encrypted, durable at every commit, and refused if that is not certain. */
import Database from 'better-sqlite3';
import { chooseCipher } from './cipher.ts';

export type Db = Database.Database;

/** The first SQLite without the WAL-reset bug that could lose a commit (F26). */
const minimumSqlite = [3, 51, 3] as const;

/** How long to wait for another program's lock. Tests that hold one for good shorten it. */
export const lockWaitMs = { whileOpening: 5000, afterwards: 2000 };

export type OpenDatabase = {
  readonly file: string;
  /** 32 random bytes as 64 hex digits: a raw key, so that opening costs no key derivation. */
  readonly keyHex: string;
  readonly nativeBinding?: string | undefined;
  /** The file must exist already; do not create it. */
  readonly mustExist?: boolean;
};

/**
 * Opens or creates the database file.
 *
 * `synchronous=FULL` is set after WAL, because better-sqlite3 defaults to NORMAL there and a power cut could lose a
 * committed save (F24). Both are read back, because a pragma fails silently.
 *
 * @throws SqliteError `SQLITE_NOTADB` if the key is wrong or the file is not a database
 */
export function openDatabase(onFile: OpenDatabase): Db {
  const db = openEncrypted(onFile);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('cache_size = -65536');
    db.pragma('temp_store = MEMORY');
    db.pragma('trusted_schema = OFF');
    db.pragma(`busy_timeout = ${lockWaitMs.afterwards}`);
    assertDurable(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens the file with its key, without any settings. @throws SqliteError as `openDatabase` */
export function openEncrypted(onFile: OpenDatabase): Db {
  if (!/^[0-9a-f]{64}$/.test(onFile.keyHex)) throw new Error('A database key is 64 hex digits.');
  return openWith(onFile, { fileMustExist: onFile.mustExist ?? false });
}

/** @throws SqliteError as `openDatabase` */
export function openWith({ file, keyHex, nativeBinding }: OpenDatabase, how: Database.Options): Db {
  const db = new Database(file, { ...how, timeout: lockWaitMs.whileOpening, nativeBinding });
  try {
    chooseCipher(db, file);
    db.pragma(`key = "raw:${keyHex}"`);
    // The first read verifies the key.
    db.prepare('select count(*) from sqlite_schema').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws Error if a commit would not survive a power cut, or SQLite is too old (F24, F26) */
function assertDurable(db: Db): void {
  const full = 2;
  const synchronous = db.pragma('synchronous', { simple: true });
  const journal = db.pragma('journal_mode', { simple: true });
  if (synchronous !== full) throw new Error(`The database is at synchronous=${String(synchronous)}, not FULL.`);
  if (journal !== 'wal') throw new Error(`The database journal is ${String(journal)}, not WAL.`);
  const version = String(db.prepare('select sqlite_version()').pluck().get());
  if (isOlder(version.split('.').map(Number), minimumSqlite)) throw new Error(`SQLite ${version} is too old.`);
}

function isOlder(version: readonly number[], minimum: readonly number[]): boolean {
  for (const [index, wanted] of minimum.entries()) {
    const found = version[index] ?? 0;
    if (found !== wanted) return found < wanted;
  }
  return false;
}
