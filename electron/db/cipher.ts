/** Which cipher a database file is written with. Each page carries its own nonce and checksum, whichever it is. */
import { closeSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * AEGIS-256 uses the processor's own AES, so that a page costs a fraction of what it costs with ChaCha20: of a save, which
 * writes some ten pages, that was a third. Files of before it stay as they are.
 */
type Cipher = 'aegis' | 'chacha20';

/** Of SQLite's header only a few bytes are not encrypted. This one says how much of each page the cipher keeps for itself. */
const reservedAt = 20;
const reservedByChaCha20 = 32;

/** @throws SqliteError `SQLITE_CANTOPEN` where the file is there and cannot be read: its cipher must not be guessed */
function cipherOf(file: string): Cipher {
  const header = Buffer.alloc(1);
  try {
    const handle = openSync(file, 'r');
    try {
      readSync(handle, header, 0, 1, reservedAt);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'aegis';
    throw new Database.SqliteError('unable to read the header of the database file', 'SQLITE_CANTOPEN');
  }
  return header[0] === reservedByChaCha20 ? 'chacha20' : 'aegis';
}

/** Tells the connection which cipher the file has that it is given a key for, or attaches, next. */
export function chooseCipher(db: Database.Database, file: string): void {
  db.pragma(`cipher = '${cipherOf(file)}'`);
}
