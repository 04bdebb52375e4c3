/**
 * Backups beside the database, encrypted with the same key, verified after writing, and limited by number and size.
 * They protect against a damaged file or a bad migration; a lost disk is what the rescue export is for.
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

/** The newest is always kept, whatever its size. */
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
  /** `code`: from SQLite or the file system; `not-equal` if the copy was incomplete and was deleted. */
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

/** Removes older backups only after the new one was verified. */
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

/** Always keeps the newest backup and the newest from before a migration, whatever the limits. */
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
