/** Reads a till's data folder, either beside the running till or from a copy of a dead till's files. */

import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openTillDatabase } from '../../../electron/data/till-database.ts';
import { versionOf } from '../../../electron/db/migrate.ts';
import type { Db } from '../../../electron/db/open.ts';
import { openToRead } from '../../../electron/db/open-to-read.ts';
import { folderFiles } from '../../../electron/machine/folder-files.ts';
import { secretFile } from '../../../electron/machine/secret-file.ts';
import { selectUpdates, type Update } from '../../../electron/updates/rows.ts';

/** Reads it as the kill left it, before anything starts on the folder again. */
export type LeftBehind = {
  /** Save tokens, each with the update it made. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Updates that are marked as being sent. */
  readonly sendingIds: readonly string[];
};

function keyOf(dataDir: string): string | null {
  const key = secretFile(dataDir, null).read('database-key');
  return key.kind === 'value' ? key.value : null;
}

const nothing: LeftBehind = { tokens: new Map(), sendingIds: [] };

/**
 * Reads a copy: opening the files themselves would write their `-wal` back, and the next start would not notice that
 * the last run was cut off.
 */
export function readLeftBehind(dataDir: string): LeftBehind {
  const { database } = folderFiles(dataDir);
  const keyHex = keyOf(dataDir);
  if (keyHex === null || !existsSync(database)) return nothing;
  const folder = path.join(path.dirname(dataDir), `${path.basename(dataDir)}-copy`);
  mkdirSync(folder);
  try {
    const copy = path.join(folder, 'copy.db');
    for (const ending of ['', '-wal']) {
      if (existsSync(`${database}${ending}`)) copyFileSync(`${database}${ending}`, `${copy}${ending}`);
    }
    const db = openTillDatabase({ file: copy, keyHex });
    try {
      if (versionOf(db) === 0) return nothing;
      return { tokens: tokensIn(db), sendingIds: sendingIn(db) };
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Works for a folder of any version. */
function sendingIn(db: Db): readonly string[] {
  return db.prepare<[], string>("select id from updates where state = 'sending' order by seq").pluck().all();
}

/** Which save made which update: a new update has its token as id, the others are listed. */
function tokensIn(db: Db): ReadonlyMap<string, string> {
  const rows = db
    .prepare<[], { token: string; update_id: string }>(
      'select id as token, id as update_id from updates union all select token, update_id from save_tokens',
    )
    .all();
  return new Map(rows.map(({ token, update_id }) => [token, update_id]));
}

export type Books = { readonly updates: readonly Update[]; readonly tokens: ReadonlyMap<string, string> };

/** Runs `look` on the folder's database, beside the running till's own connection. */
export function readFolder<T>(dataDir: string, look: (db: Db) => T): T {
  const keyHex = keyOf(dataDir);
  if (keyHex === null) throw new Error('the till has no key');
  const db = openToRead({ file: folderFiles(dataDir).database, keyHex });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Everything on the till's books. */
export function readBooks(dataDir: string): Books {
  return readFolder(dataDir, (db) => ({ updates: selectUpdates(db, 'order by u.seq'), tokens: tokensIn(db) }));
}
