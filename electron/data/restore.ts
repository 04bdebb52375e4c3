/**
 * Putting a backup, or an empty database, in the place of one that cannot be used. An explicit step of a person's; the
 * old file is set aside, never deleted.
 *
 * Exactly once: a backup is older than the truth. Whatever it holds as unsent may have been sent since, so each such
 * update takes its state from the old file where that can still be read, and else is read back before anything is sent.
 * Unsent updates that only the old file has are carried over.
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
import { Outbox } from '../updates/outbox.ts';
import { openList, selectUpdates } from '../updates/rows.ts';
import { toldDoor } from '../updates/told-door.ts';
import { attempt, type MovingUpdate, readOne, salvageMoving, takeIn } from '../updates/transfer.ts';
import { migrateTill, openTillDatabase } from './till-database.ts';

export type Restore = {
  readonly dataDir: string;
  readonly keyHex: string;
  /** The file of a backup; null: an empty database. */
  readonly backup: string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly nativeBinding?: string | undefined;
};

export type RestoreResult =
  | {
      readonly kind: 'restored';
      /** Where the old database lies now; null where there was none. */
      readonly setAside: string | null;
      /** Unsent updates that the backup did not have. */
      readonly carriedOver: number;
      /** Unsent in the backup, and the old file does not tell what became of them: they are read back. */
      readonly uncertain: number;
      /** Rows of the old file that could not be read; null: it does not tell how many. */
      readonly lost: number | null;
      /** Why the new database has not taken its place yet: the next start goes on with it. Null: it has. */
      readonly unfinished: string | null;
    }
  | { readonly kind: 'refused'; readonly why: 'backup-unreadable' | 'backup-newer' };

/** Call with the lock of the folder. @throws what the file system or SQLite says; the old file is then where it was */
export function restore({ dataDir, keyHex, backup, clock, random, nativeBinding }: Restore): RestoreResult {
  const files = folderFiles(dataDir);
  const unfinished = `${files.incoming}.unfinished`;
  for (const ending of ['', '-wal', '-shm']) rmSync(`${unfinished}${ending}`, { force: true });
  // One that was cut off before: what it carried over is the newest there is.
  finishReplacement(files, clock.wallMs());
  if (backup !== null) copyFileSync(backup, unfinished);
  try {
    const incoming = openIncoming(unfinished, keyHex, nativeBinding);
    if (incoming === null) return { kind: 'refused', why: 'backup-unreadable' };
    let told: { readonly carriedOver: number; readonly uncertain: number; readonly lost: number | null };
    try {
      const migrated = migrateTill(incoming);
      if (migrated.kind === 'newer') return { kind: 'refused', why: 'backup-newer' };
      if (migrated.kind !== 'ready') return { kind: 'refused', why: 'backup-unreadable' };
      const old = openOld(files.database, keyHex, nativeBinding);
      try {
        told = inTransaction(incoming, () => carryOver(incoming, old, new Outbox(incoming, clock, random), clock));
      } finally {
        old?.close();
      }
    } finally {
      // The last to close takes the -wal into the file.
      incoming.close();
    }
    flushFile(unfinished);
    renameSync(unfinished, files.incoming);
    return { kind: 'restored', ...tryToFinish(files, clock.wallMs()), ...told };
  } finally {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${unfinished}${ending}`, { force: true });
  }
}

/** From here on it is restored, now or at the next start, whatever the disk says. */
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

/** @returns null where it cannot be read with this key, or is damaged */
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
    const newer = old === null ? null : newerOf(old, update.id);
    if (newer !== null) outbox.overtaken(update, newer);
    else if (update.state !== 'attention') {
      outbox.restored(update);
      uncertain += 1;
    }
  }
  if (old === null) return { carriedOver: 0, uncertain, lost: 0 };
  // An empty one is nobody's, and what comes along is somebody's (F45).
  attempt(() => mayTakeIn(incoming, organisationOf(old), clock.wallMs()));
  const { updates, lost } = salvageMoving(old);
  const told = toldDoor(incoming, clock);
  const taken = takeIn(incoming, outbox, told, {
    updates,
    from: 'the database before the restore',
    surelyUnsent: true,
  });
  attempt(() => carryErasedOver(old, incoming));
  attempt(() => carryCopyPlacesOver(old, incoming, clock.wallMs()));
  outbox.recoverInterrupted();
  return { carriedOver: taken.added, uncertain, lost };
}

/** @returns null where the old file does not tell */
function newerOf(old: Db, updateId: string): MovingUpdate | null {
  return attempt(() => readOne(old, updateId));
}
