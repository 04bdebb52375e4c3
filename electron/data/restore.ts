/**
 * Replaces an unusable database with a backup or an empty one, at a person's request. The old file is set aside, never
 * deleted.
 *
 * Nothing is sent twice: an update that is unsent in the backup may have been sent since. It takes its state from the
 * old file if that can still be read, and otherwise is read back before anything is sent. Unsent updates that only the
 * old file has are carried over.
 */

import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { carryErasedOver } from '../customers/erased.ts';
import { checkWhole } from '../db/integrity.ts';
import type { Db } from '../db/open.ts';
import { openToRead } from '../db/open-to-read.ts';
import { inTransaction } from '../db/statements.ts';
import type { Clock, Random } from '../machine/clock.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { type FolderFiles, finishReplacement, flushFile, flushFolder, folderFiles } from '../machine/folder-files.ts';
import { mayTakeIn, organisationOf } from '../org/data-owner.ts';
import { carryCopyPlacesOver } from '../updates/copy-places.ts';
import { createRecordKeeper } from '../updates/create-record-keeper.ts';
import { Outbox } from '../updates/outbox.ts';
import { openList, selectUpdates } from '../updates/rows.ts';
import { carryInFilesOver, ifReadable, readOne, salvageMoving, takeIn } from '../updates/transfer.ts';
import { migrateTill, openTillDatabase } from './till-database.ts';
import { isUsableBackup } from './usable-backups.ts';

export type Restore = {
  readonly dataDir: string;
  readonly keyHex: string;
  /** The backup file; null: an empty database. */
  readonly backup: string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly nativeBinding?: string | undefined;
};

export type RestoreResult =
  | {
      readonly kind: 'restored';
      /** The new place of the old database; null: there was none. */
      readonly setAside: string | null;
      /** Unsent updates that the backup did not have. */
      readonly carriedOver: number;
      /** Unsent in the backup, and unknown to the old file, so they are read back. */
      readonly uncertain: number;
      /** Rows of the old file that could not be read; null: not known how many. */
      readonly lost: number | null;
      /** Why the new database is not in place yet; the next start finishes it. Null: it is in place. */
      readonly unfinished: string | null;
    }
  | { readonly kind: 'refused'; readonly why: 'backup-unreadable' | 'backup-newer' };

/** Call with the folder locked. @throws the file system's or SQLite's error; the old file is then unchanged */
export function restore({ dataDir, keyHex, backup, clock, random, nativeBinding }: Restore): RestoreResult {
  const files = folderFiles(dataDir);
  const unfinished = `${files.incoming}.unfinished`;
  for (const ending of ['', '-wal', '-shm']) rmSync(`${unfinished}${ending}`, { force: true });
  // Finish an interrupted restore first, because what it carried over is the newest data.
  finishReplacement(files, clock.wallMs(), (file) => isUsableBackup(file, keyHex, 'outbox', nativeBinding));
  if (backup !== null) copyFileSync(backup, unfinished);
  try {
    const incoming = openIncoming(unfinished, keyHex, nativeBinding);
    if (incoming === null) return { kind: 'refused', why: 'backup-unreadable' };
    let carried: { readonly carriedOver: number; readonly uncertain: number; readonly lost: number | null };
    try {
      const migrated = migrateTill(incoming);
      if (migrated.kind === 'newer') return { kind: 'refused', why: 'backup-newer' };
      if (migrated.kind !== 'ready') return { kind: 'refused', why: 'backup-unreadable' };
      const old = openOld(files.database, keyHex, nativeBinding);
      try {
        carried = inTransaction(incoming, () => carryOver(incoming, old, new Outbox(incoming, clock, random), clock));
      } finally {
        old?.close();
      }
    } finally {
      // Closing the last connection moves the -wal into the file.
      incoming.close();
    }
    flushFile(unfinished);
    renameSync(unfinished, files.incoming);
    return { kind: 'restored', ...tryToFinish(files, clock.wallMs()), ...carried };
  } finally {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${unfinished}${ending}`, { force: true });
  }
}

/** Once this is called the restore counts as done: if the disk refuses now, the next start finishes it. */
function tryToFinish(
  files: FolderFiles,
  wallMs: number,
): { readonly setAside: string | null; readonly unfinished: string | null } {
  try {
    flushFolder(path.dirname(files.incoming));
    return { setAside: finishReplacement(files, wallMs), unfinished: null };
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    return { setAside: null, unfinished: trouble.code };
  }
}

/** @returns null if this key does not open it, or it is damaged */
function openIncoming(file: string, keyHex: string, nativeBinding: string | undefined): Db | null {
  let db: Db;
  try {
    db = openTillDatabase({ file, keyHex, nativeBinding });
  } catch {
    return null;
  }
  if (checkWhole(db, 'quick').length === 0) return db;
  db.close();
  return null;
}

function openOld(file: string, keyHex: string, nativeBinding: string | undefined): Db | null {
  if (!existsSync(file)) return null;
  try {
    return openToRead({ file, keyHex, nativeBinding });
  } catch {
    return null;
  }
}

function carryOver(incoming: Db, old: Db | null, outbox: Outbox, clock: Clock) {
  let uncertain = 0;
  for (const update of selectUpdates(incoming, `where u.state in ${openList}`)) {
    const newer = old === null ? null : ifReadable(() => readOne(old, update.id));
    if (newer !== null) outbox.overtaken(update, newer);
    else if (update.state !== 'attention') {
      outbox.restored(update);
      uncertain += 1;
    }
  }
  if (old === null) return { carriedOver: 0, uncertain, lost: 0 };
  // An empty database has no owner, but the updates carried over do (F45).
  ifReadable(() => mayTakeIn(incoming, organisationOf(old), clock.wallMs()));
  const { updates, lost } = salvageMoving(old);
  const records = createRecordKeeper(incoming, clock);
  const taken = takeIn(incoming, outbox, records, {
    updates,
    from: 'the database before the restore',
    surelyUnsent: true,
  });
  ifReadable(() => carryErasedOver(old, incoming));
  ifReadable(() => carryCopyPlacesOver(old, incoming, clock.wallMs()));
  ifReadable(() => carryInFilesOver(old, incoming, outbox, records));
  outbox.recoverInterrupted();
  return { carriedOver: taken.added, uncertain, lost };
}
