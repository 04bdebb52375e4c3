/** Imports the updates of a rescue file into this till, which sends them from then on. */
import { renameSync } from 'node:fs';
import type { ToldDoor } from '../../customers/told.ts';
import { currentVersion } from '../../db/migrate.ts';
import type { Db } from '../../db/open.ts';
import { inTransaction } from '../../db/statements.ts';
import { mayTakeIn } from '../../org/data-owner.ts';
import type { Outbox } from '../../updates/outbox.ts';
import { type TakenIn, takeIn } from '../../updates/transfer.ts';
import { readRescueContent } from './rescue-file.ts';
import { type OpenWith, type RescueHead, readRescueFile, unseal } from './sealed-file.ts';

export type ImportResult =
  | { readonly kind: 'imported'; readonly head: RescueHead; readonly takenIn: TakenIn }
  | { readonly kind: 'refused'; readonly why: 'not-a-rescue-file' | 'not-the-key' | 'newer' | 'other-organisation' };

/**
 * Everything changes in one transaction at the end. Uncertain updates stay uncertain, and updates from a copy all
 * become uncertain: the engine reads them back before it sends anything.
 */
export async function importUnsent(
  db: Db,
  outbox: Outbox,
  told: ToldDoor,
  text: string,
  openWith: OpenWith,
  nowMs: number,
): Promise<ImportResult> {
  const file = readRescueFile(text);
  if (file === null) return { kind: 'refused', why: 'not-a-rescue-file' };
  const opened = await unseal(file, openWith);
  if (opened === null) return { kind: 'refused', why: 'not-the-key' };
  const content = readRescueContent(opened);
  if (content === null) return { kind: 'refused', why: 'not-a-rescue-file' };
  if (content.schemaVersion > currentVersion) return { kind: 'refused', why: 'newer' };
  const { head } = file;
  const from = head.fromTill;
  return inTransaction(db, () => {
    if (!mayTakeIn(db, content.organisation, nowMs)) return { kind: 'refused', why: 'other-organisation' };
    const takenIn = takeIn(db, outbox, told, { updates: content.updates, from, surelyUnsent: head.moved });
    return { kind: 'imported', head, takenIn };
  });
}

/** Renames the file, so that everybody sees it was imported. @returns the new name; null if that failed */
export function markImported(file: string): string | null {
  try {
    renameSync(file, `${file}.imported`);
    return `${file}.imported`;
  } catch {
    return null;
  }
}
