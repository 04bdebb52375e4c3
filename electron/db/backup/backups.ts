/**
 * Backups of the database in its own folder: encrypted with the same key, checked after they were written, kept by
 * number and size. They are against a damaged file and a bad migration; against a lost disk there is the rescue export.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { folderFiles, timeInName } from '../../machine/folder-files.ts';
import type { Background } from '../background.ts';

export type BackupWhy = 'daily' | 'before-migration' | 'by-hand';

export type Backup = {
  readonly file: string;
  readonly name: string;
  readonly why: BackupWhy;
  readonly atMs: number;
  readonly bytes: number;
};

export type Keep = { readonly count: number; readonly bytes: number };

/** The newest is kept whatever its size. */
const keepByDefault: Keep = { count: 7, bytes: 4_000_000_000 };

const namePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-(daily|before-migration|by-hand)\.db$/;
const whys: readonly BackupWhy[] = ['daily', 'before-migration', 'by-hand'];

/** Newest first. */
export function listBackups(dataDir: string): Backup[] {
  const folder = folderFiles(dataDir).backups;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .sort()
    .reverse()
    .flatMap((name): Backup[] => {
      const match = namePattern.exec(name);
      const why = whys.find((one) => one === match?.[8]);
      if (match === null || why === undefined) return [];
      const [, year, month, day, hour, minute, second, ms] = match.map(Number);
      if (year === undefined || month === undefined) return [];
      const atMs = Date.UTC(year, month - 1, day, hour, minute, second, ms);
      const file = path.join(folder, name);
      return [{ file, name, why, atMs, bytes: statSync(file).size }];
    });
}

export type BackupResult =
  | { readonly kind: 'made'; readonly file: string; readonly bytes: number }
  /** `code`: SQLite's or the file system's; `not-equal` where the copy lacked something and was thrown away. */
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'stopped' };

export type MakeBackup = {
  readonly dataDir: string;
  readonly keyHex: string;
  readonly why: BackupWhy;
  readonly wallMs: number;
  readonly background: Background;
  readonly keep?: Keep;
  readonly nativeBinding?: string | undefined;
};

/** Older ones are removed only when the new one was checked. */
export async function makeBackup(options: MakeBackup): Promise<BackupResult> {
  const { dataDir, keyHex, why, wallMs, background, keep = keepByDefault, nativeBinding } = options;
  const files = folderFiles(dataDir);
  const target = path.join(files.backups, `${timeInName(wallMs)}-${why}.db`);
  try {
    mkdirSync(files.backups, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { kind: 'failed', code: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' };
  }
  const copied = await background.run({ kind: 'copy', file: files.database, keyHex, target, nativeBinding });
  if (copied.kind === 'copied') {
    prune(dataDir, keep);
    return { kind: 'made', file: target, bytes: copied.bytes };
  }
  return copied.kind === 'failed' ? copied : { kind: 'stopped' };
}

/** The newest backup, and the newest made before a migration, stay whatever the limits say. */
function prune(dataDir: string, keep: Keep): void {
  const backups = listBackups(dataDir);
  const lastBeforeMigration = backups.find(({ why }) => why === 'before-migration');
  let kept = 0;
  let bytes = 0;
  for (const [index, backup] of backups.entries()) {
    const fits = kept < keep.count && bytes + backup.bytes <= keep.bytes;
    if (index === 0 || backup === lastBeforeMigration || fits) {
      kept += 1;
      bytes += backup.bytes;
    } else rmSync(backup.file, { force: true });
  }
}
