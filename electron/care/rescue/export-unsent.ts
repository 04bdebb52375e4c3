/**
 * Moves everything unsent from a till into one encrypted file.
 *
 * Exactly once: an update belongs either to this till or to the file, never to both or neither. First the file is
 * written and flushed under a temporary name, then one transaction marks the updates as moved, then the file gets its
 * final name. If the till is killed before the commit, the next start deletes the temporary file and keeps the updates;
 * if after, it renames the file (`finishExports`).
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { versionOf } from '../../db/migrate.ts';
import type { Db } from '../../db/open.ts';
import { inTransaction } from '../../db/statements.ts';
import type { Clock, Random } from '../../machine/clock.ts';
import { writeDurably } from '../../machine/durable-file.ts';
import { type FileTrouble, forEachFile } from '../../machine/file-trouble.ts';
import { flushFolder, folderFiles, timeInName } from '../../machine/folder-files.ts';
import { organisationOf } from '../../org/data-owner.ts';
import { byTill } from '../../updates/history.ts';
import type { Outbox } from '../../updates/outbox.ts';
import { findUpdate } from '../../updates/rows.ts';
import { ifReadable, readMoving, salvageMoving, type Touched } from '../../updates/transfer.ts';
import type { MovingUpdate } from '../../updates/transfer-rows.ts';
import type { RescueContent } from './rescue-file.ts';
import { type RescueHead, readRescueFile, type SealFor, seal } from './sealed-file.ts';

export const rescueEnding = '.tillside-rescue';
/** Added to its name once another till has imported it. */
export const importedEnding = '.imported';
const unfinishedEnding = '.unfinished';

export type Export = {
  readonly dataDir: string;
  readonly fromTill: string;
  readonly sealFor: SealFor;
  readonly clock: Clock;
  readonly random: Random;
};

export type ExportResult =
  | {
      readonly kind: 'exported';
      readonly file: string;
      readonly updates: number;
      readonly oldestSavedAtMs: number | null;
      /** Being sent at this moment, so they stay. Another export a little later includes them. */
      readonly left: number;
      readonly touched: readonly Touched[];
    }
  | { readonly kind: 'nothing-unsent' }
  /** Everything unsent was being sent at this moment. */
  | { readonly kind: 'all-in-flight'; readonly left: number };

/**
 * @param isBusy whether an update of this customer is being sent; then all of the customer's updates stay
 * @throws the file system's or SQLite's error; then nothing was moved
 */
export async function exportUnsent(
  db: Db,
  outbox: Outbox,
  options: Export,
  isBusy: (customerId: number) => boolean = () => false,
): Promise<ExportResult> {
  const all = readMoving(db);
  if (all.length === 0) return { kind: 'nothing-unsent' };
  const free = all.filter(({ row }) => !isBusy(Number(row.customer_id)) && row.state !== 'sending');
  if (free.length === 0) return { kind: 'all-in-flight', left: all.length };
  const exportId = options.random.id();
  const what = headOf(free, exportId, options, true);
  const text = await sealed(options, what, contentOf(db, free));
  const unfinished = writeUnfinished(options.dataDir, what, text);
  const moved = inTransaction(db, () => {
    // While the file was being encrypted, staff or the engine may have changed an update. Then nothing is moved.
    const isSame = free.every(({ row }) => {
      const now = findUpdate(db, String(row.id));
      return now !== null && now.state === row.state && now.revision === row.revision && !isBusy(now.customerId);
    });
    if (!isSame) return false;
    for (const { row } of free) {
      const update = findUpdate(db, String(row.id));
      if (update !== null) outbox.movedOut(update, exportId, 'file');
    }
    return true;
  });
  if (!moved) {
    rmSync(unfinished, { force: true });
    return exportUnsent(db, outbox, options, isBusy);
  }
  const { updates, oldestSavedAtMs } = what;
  return {
    kind: 'exported',
    file: finish(unfinished, what),
    updates,
    oldestSavedAtMs,
    left: all.length - updates,
    touched: free.map(({ row }) => ({ updateId: String(row.id), customerId: Number(row.customer_id) })),
  };
}

export type UnsentCopy = {
  readonly file: string;
  readonly updates: number;
  readonly oldestSavedAtMs: number | null;
  /** Rows that could not be read; null: some, but their number is not known. */
  readonly lost: number | null;
};

/**
 * An encrypted copy of everything unsent, for when the till cannot mark it as moved (a damaged database) or keeps it
 * (before a restore). A till that imports the copy checks each update with the server first.
 * @returns null if there is nothing unsent that can be read
 */
export async function copyUnsent(db: Db, options: Export): Promise<UnsentCopy | null> {
  const copy = await sealUnsent(db, options);
  if (copy === null) return null;
  const { head, text, lost } = copy;
  const file = finish(writeUnfinished(options.dataDir, head, text), head);
  return { file, updates: head.updates, oldestSavedAtMs: head.oldestSavedAtMs, lost };
}

export type SealedCopy = { readonly head: RescueHead; readonly text: string; readonly lost: number | null };

/**
 * The copy as text, for data on a read-only disk.
 * @returns null if there is nothing unsent that can be read
 */
export async function sealUnsent(db: Db, options: Omit<Export, 'dataDir'>): Promise<SealedCopy | null> {
  const { updates, lost } = salvageMoving(db);
  if (updates.length === 0) return null;
  const head = headOf(updates, options.random.id(), options, false);
  return { head, text: await sealed(options, head, contentOf(db, updates)), lost };
}

export type SealStanding = Pick<Export, 'fromTill' | 'sealFor'> & {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly exportId: string;
  readonly standing: string;
  /** Updates saved after this one are left out. */
  readonly upToSeq: number;
};

/**
 * The second copy as text. Throws if a row cannot be read, so that the previous copy, which may have it, stays.
 * @returns null if there is nothing unsent
 */
export async function sealStanding(db: Db, options: SealStanding): Promise<SealedCopy | null> {
  const updates = readMoving(db, options.upToSeq);
  if (updates.length === 0) return null;
  const head = { ...headOf(updates, options.exportId, options, false), standing: options.standing };
  return { head, text: await sealed(options, head, contentOf(db, updates)), lost: 0 };
}

export type FinishedExports = { readonly finished: number; readonly refused: readonly FileTrouble[] };

/**
 * At the start, finishes an export that was interrupted. If the disk does not allow it, the next start tries again
 * (F50).
 */
export function finishExports(outbox: Outbox, dataDir: string): FinishedExports {
  const folder = rescueFolder(dataDir);
  let finished = 0;
  const isMeant = (name: string) => name.endsWith(unfinishedEnding);
  const refused = forEachFile(folder, isMeant, (file, name) => {
    if (!outbox.hasMovedOut(name.slice(0, -unfinishedEnding.length))) {
      rmSync(file, { force: true });
      return;
    }
    const head = readRescueFile(readFileSync(file, 'utf8'))?.head ?? null;
    // A damaged file may hold the only copy of its updates, so it stays for a person to look at.
    if (head === null) return;
    finish(file, head);
    finished += 1;
  });
  return { finished, refused };
}

/**
 * Finds rescue files in this till's own folder that another till has marked as imported, so that nobody has to confirm
 * it. @returns the number of updates
 */
export function findImported(outbox: Outbox, dataDir: string): number {
  const names = ifReadable(() => readdirSync(rescueFolder(dataDir))) ?? [];
  return outbox.exportsInFiles().reduce((updates, exportId) => {
    const ending = `-${exportId.slice(0, 8)}${rescueEnding}${importedEnding}`;
    const isImported = names.some((name) => name.endsWith(ending));
    return updates + (isImported ? outbox.confirmedElsewhere(byTill, exportId).length : 0);
  }, 0);
}

export function rescueFolder(dataDir: string): string {
  return folderFiles(dataDir).rescue;
}

function headOf(
  updates: readonly MovingUpdate[],
  exportId: string,
  { fromTill, clock }: { readonly fromTill: string; readonly clock: Pick<Clock, 'wallMs'> },
  moved: boolean,
): RescueHead {
  const savedAtMs = updates.map(({ row }) => Number(row.saved_at_ms));
  return {
    exportId,
    fromTill,
    madeAtMs: clock.wallMs(),
    updates: updates.length,
    oldestSavedAtMs: savedAtMs.reduce<number | null>((oldest, one) => Math.min(oldest ?? one, one), null),
    moved,
  };
}

function contentOf(db: Db, updates: RescueContent['updates']): RescueContent {
  return { schemaVersion: versionOf(db), organisation: ownerIfReadable(db), updates };
}

/** In a damaged database, the updates may be readable and the owner not. */
function ownerIfReadable(db: Db): string | null {
  try {
    return organisationOf(db);
  } catch {
    return null;
  }
}

function sealed({ sealFor }: Pick<Export, 'sealFor'>, what: RescueHead, content: RescueContent): Promise<string> {
  return seal(what, JSON.stringify(content), sealFor);
}

function writeUnfinished(dataDir: string, what: RescueHead, text: string): string {
  const folder = rescueFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${what.exportId}${unfinishedEnding}`);
  writeDurably(file, text);
  return file;
}

function finish(unfinished: string, { madeAtMs, exportId }: RescueHead): string {
  const folder = path.dirname(unfinished);
  const file = path.join(folder, `${timeInName(madeAtMs)}-${exportId.slice(0, 8)}${rescueEnding}`);
  renameSync(unfinished, file);
  flushFolder(folder);
  return file;
}
