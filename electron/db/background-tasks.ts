import { renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { flushFile, flushFolder } from '../machine/folder-files.ts';
import { type CheckDepth, checkWhole } from './integrity.ts';
import { versionOf } from './migrate.ts';
import type { Db } from './open.ts';
import { openToRead } from './open-to-read.ts';

type OnFile = { readonly file: string; readonly keyHex: string; readonly nativeBinding?: string | undefined };

export type BackgroundTask =
  | (OnFile & { readonly kind: 'check'; readonly depth: CheckDepth })
  /** Copies a consistent snapshot of the database to a new file with the same key, and verifies the copy. */
  | (OnFile & { readonly kind: 'copy'; readonly target: string });

export type TaskResult =
  | { readonly kind: 'checked'; readonly problems: readonly string[] }
  | { readonly kind: 'copied'; readonly bytes: number }
  /** `code`: from SQLite or the file system (`SQLITE_FULL`, `ENOSPC`), or `not-equal` if the copy is incomplete. */
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'stopped' };

/** Expected problems (a full disk, a damaged file) are results; only bugs throw. */
export function runTask(task: BackgroundTask): TaskResult {
  try {
    switch (task.kind) {
      case 'check':
        return { kind: 'checked', problems: onReader(task, (db) => checkWhole(db, task.depth)) };
      case 'copy':
        return copyDatabase(task);
    }
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
    if (typeof code !== 'string') throw error;
    return { kind: 'failed', code };
  }
}

function onReader<T>(task: Omit<BackgroundTask, 'kind'>, work: (db: Db) => T): T {
  const db = openToRead(task);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/**
 * `vacuum into` copies a snapshot while others write, and encrypts the copy with the same key (SQLite's backup API
 * refuses encrypted databases here). It reads every page, so a damaged file never becomes a backup. SQLite does not
 * flush the copy, so we do.
 */
function copyDatabase(task: Extract<BackgroundTask, { kind: 'copy' }>): TaskResult {
  const unfinished = `${task.target}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    const { before, after } = onReader(task, (db) => {
      // A copy of an empty database would count as the newest backup.
      if (versionOf(db) === 0) throw new Database.SqliteError('the database holds nothing', 'SQLITE_EMPTY');
      const first = countRows(db);
      db.prepare('vacuum into ?').run(unfinished);
      return { before: first, after: countRows(db) };
    });
    flushFile(unfinished);
    const copy = onReader({ ...task, file: unfinished }, (db) =>
      checkWhole(db, 'quick').length === 0 ? countRows(db) : null,
    );
    if (copy === null || !isBetween(copy, before, after)) return { kind: 'failed', code: 'not-equal' };
    renameSync(unfinished, task.target);
    flushFolder(path.dirname(task.target));
    return { kind: 'copied', bytes: statSync(task.target).size };
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(`${unfinished}-journal`, { force: true });
  }
}

type Counts = ReadonlyMap<string, number>;

function countRows(db: Db): Counts {
  const tables = db
    .prepare<[], { name: string }>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all();
  return new Map(
    tables.map(({ name }) => [name, Number(db.prepare(`select count(*) from "${name}"`).pluck().get() ?? 0)]),
  );
}

/** Saves during the copy may change a count, but it must lie between the counts before and after. */
function isBetween(copy: Counts, before: Counts, after: Counts): boolean {
  return [...before].every(([table, first]) => {
    const last = after.get(table) ?? first;
    const copied = copy.get(table) ?? -1;
    return copied >= Math.min(first, last) && copied <= Math.max(first, last);
  });
}

/** Whether a task failed because the file is damaged. */
export function isDamage(code: string): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|EMPTY|IOERR_SHORT_READ)/.test(code);
}
