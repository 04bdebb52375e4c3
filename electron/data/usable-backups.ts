/** Finds backups that can be restored, without empty, cut-off or foreign ones. */
import { type Backup, listBackups } from '../db/backup/backups.ts';
import { checkOutbox, checkWhole } from '../db/integrity.ts';
import { versionOf } from '../db/migrate.ts';
import { openToRead } from '../db/open-to-read.ts';

/** `outbox`: only what cannot be fetched again, in milliseconds per file. `whole`: every page. */
export type BackupDepth = 'outbox' | 'whole';

export function isUsableBackup(
  file: string,
  keyHex: string,
  depth: BackupDepth,
  nativeBinding: string | undefined,
): boolean {
  try {
    const db = openToRead({ file, keyHex, nativeBinding });
    try {
      if (versionOf(db) === 0) return false;
      return (depth === 'whole' ? checkWhole(db, 'quick') : checkOutbox(db)).length === 0;
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
}

/** Newest first. */
export function usableBackups(dataDir: string, keyHex: string, nativeBinding: string | undefined): Backup[] {
  return listBackups(dataDir).filter(({ file }) => isUsableBackup(file, keyHex, 'outbox', nativeBinding));
}
