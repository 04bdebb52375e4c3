/** Restores a database on request. Everything unsent is first copied into an encrypted file. */
import { existsSync } from 'node:fs';
import { leavingNoTrace } from '../../data/read-beside.ts';
import { type RestoreResult, restore } from '../../data/restore.ts';
import type { Db } from '../../db/open.ts';
import { openToRead } from '../../db/open-to-read.ts';
import type { Clock, Random } from '../../machine/clock.ts';
import { folderFiles } from '../../machine/folder-files.ts';
import { salvageMoving } from '../../updates/transfer.ts';
import { copyUnsent, type UnsentCopy } from './export-unsent.ts';
import type { SealFor } from './sealed-file.ts';

export type OldDatabase = {
  readonly unsent: number;
  readonly oldestSavedAtMs: number | null;
};

type OnFolder = {
  readonly dataDir: string;
  readonly keyHex: string;
  readonly nativeBinding?: string | undefined;
};

/** Call without the lock. @returns null if the outbox is missing or unreadable, so that what was unsent is not known */
export function lookAtOld(folder: OnFolder): OldDatabase | null {
  const leave = leavingNoTrace(folderFiles(folder.dataDir), folder.nativeBinding);
  try {
    return lookInside(folder);
  } finally {
    leave();
  }
}

function lookInside(folder: OnFolder): OldDatabase | null {
  const db = openOld(folder);
  if (db === null) return null;
  try {
    const { updates, lost } = salvageMoving(db);
    if (updates.length === 0 && lost !== 0) return null;
    const savedAtMs = updates.map(({ row }) => Number(row.saved_at_ms));
    return { unsent: savedAtMs.length, oldestSavedAtMs: savedAtMs.length === 0 ? null : Math.min(...savedAtMs) };
  } finally {
    db.close();
  }
}

export type RestoreSafely = OnFolder & {
  /** The backup file; null: an empty database. */
  readonly backup: string | null;
  readonly fromTill: string;
  readonly publicKey: SealFor['publicKey'];
  readonly clock: Clock;
  readonly random: Random;
};

/** Call with the folder locked. @throws the file system's or SQLite's error; the old file is then unchanged */
export async function restoreSafely(options: RestoreSafely): Promise<{
  readonly result: RestoreResult;
  /** Null: there was nothing unsent that could be read. */
  readonly copy: UnsentCopy | null;
}> {
  const { keyHex, publicKey } = options;
  const old = openOld(options);
  let copy: UnsentCopy | null = null;
  if (old !== null) {
    try {
      copy = await copyUnsent(old, { ...options, sealFor: { passphrase: null, publicKey, tillKeyHex: keyHex } });
    } finally {
      old.close();
    }
  }
  return { result: restore(options), copy };
}

function openOld({ dataDir, keyHex, nativeBinding }: OnFolder): Db | null {
  const file = folderFiles(dataDir).database;
  if (!existsSync(file)) return null;
  try {
    return openToRead({ file, keyHex, nativeBinding });
  } catch {
    return null;
  }
}
