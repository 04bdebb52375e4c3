/** Chooses the cipher of a database file. With either cipher, each page has its own nonce and checksum. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/**
 * AEGIS-256 uses the processor's AES and is much faster than ChaCha20, which took a third of a save (about ten pages).
 * Existing ChaCha20 files stay as they are.
 */
type Cipher = 'aegis' | 'chacha20';

/** One of the few unencrypted bytes of SQLite's header: how much of each page is reserved for the cipher. */
const reservedAt = 20;
const reservedByChaCha20 = 32;

/**
 * Reads the header of each file only once in a process: on POSIX systems, closing any handle of a file releases all the
 * locks that the process holds on it, also those of a connection that is open in another thread.
 * @throws SqliteError `SQLITE_CANTOPEN` if the file exists but cannot be read: its cipher must not be guessed
 */
function cipherOf(file: string): Cipher {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return 'aegis';
    // Later threads inherit the answer. The creation time tells a file from one that replaced it. A file system without
    // that time may reuse a deleted file's number, but in practice not for the same name.
    const made = found.birthtimeNs === 0n ? path.resolve(file) : found.birthtimeNs;
    const name = `cipher of ${found.dev}:${found.ino}:${made}`;
    const known = getEnvironmentData(name);
    if (known === 'aegis' || known === 'chacha20') return known;
    const cipher = readCipher(file);
    setEnvironmentData(name, cipher);
    return cipher;
  } catch {
    throw new Database.SqliteError('unable to read the header of the database file', 'SQLITE_CANTOPEN');
  }
}

function readCipher(file: string): Cipher {
  const header = Buffer.alloc(1);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, header, 0, 1, reservedAt);
  } finally {
    closeSync(handle);
  }
  return header[0] === reservedByChaCha20 ? 'chacha20' : 'aegis';
}

/** Sets the cipher for the next file that this connection opens with a key, or attaches. */
export function chooseCipher(db: Database.Database, file: string): void {
  db.pragma(`cipher = '${cipherOf(file)}'`);
}
