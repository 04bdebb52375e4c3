/** Imports the updates of a rescue file into this till, which sends them from then on. */
import { renameSync } from 'node:fs';
import type { RecordKeeper } from '../../customers/told.ts';
import { currentVersion } from '../../db/migrate.ts';
import type { Db } from '../../db/open.ts';
import { inTransaction } from '../../db/statements.ts';
import { mayTakeIn } from '../../org/data-owner.ts';
import type { Outbox } from '../../updates/outbox.ts';
import { type TakenIn, takeIn } from '../../updates/transfer.ts';
import { importedEnding } from './export-unsent.ts';
import { type RescueContent, readRescueContent } from './rescue-file.ts';
import { type OpenWith, type RescueFile, type RescueHead, readRescueFile, unseal, withReceipt } from './sealed-file.ts';
import { beginTakeOver, endTakeOver, isOwnStanding, type TakeOver, undoTakeOver } from './standing-copy.ts';

/** `no-passphrase`: only a key opens the file, so no passphrase that somebody tries can be right. */
export type RefusedFile = 'not-a-rescue-file' | 'not-the-key' | 'no-passphrase' | 'newer' | 'other-organisation';
type Refused = { readonly kind: 'refused'; readonly why: RefusedFile };

export type ImportResult =
  | {
      readonly kind: 'imported';
      readonly head: RescueHead;
      readonly takenIn: TakenIn;
      /** False: the file is a second copy, whose till still has the updates and cannot see that they are here. */
      readonly isToldThere: boolean;
    }
  | Refused;

export type ImportInto = {
  readonly db: Db;
  readonly outbox: Outbox;
  readonly records: RecordKeeper;
  /** The key of this till's own data. */
  readonly keyHex: string;
  readonly openWith: OpenWith;
  readonly nowMs: number;
  /** How another till's second copy is taken over; null: there is no folder to do it in. */
  readonly takeOver: (standing: string) => TakeOver | null;
};

/**
 * Everything changes in one transaction at the end. Uncertain updates stay uncertain, and updates from a copy all
 * become uncertain: the engine reads them back before it sends anything.
 */
export async function importUnsent(text: string, into: ImportInto): Promise<ImportResult> {
  const opened = await open(text, into);
  if (opened.kind === 'refused') return opened;
  const { standing } = opened.file.head;
  const isOthers = standing !== undefined && !isOwnStanding(standing, into.keyHex);
  const takeOver = isOthers ? into.takeOver(standing) : null;
  if (standing === undefined || takeOver === null) {
    const result = bringIn(opened, into);
    if (result.kind === 'refused') return result;
    return { ...result, isToldThere: !isOthers };
  }
  const taking = await beginTakeOver(takeOver, standing, text);
  let isIn = false;
  try {
    const now = await open(taking.text, into);
    if (now.kind === 'refused') return now;
    const result = bringIn(now, into);
    if (result.kind === 'refused') return result;
    isIn = true;
    const receipt = await withReceipt(now.file, into.openWith, takeOver.by);
    return { ...result, isToldThere: receipt !== null && (await endTakeOver(takeOver, taking, receipt)) };
  } finally {
    if (!isIn) await undoTakeOver(takeOver, taking);
  }
}

type Opened = { readonly kind: 'opened'; readonly file: RescueFile; readonly content: RescueContent };

async function open(text: string, { openWith, keyHex }: ImportInto): Promise<Opened | Refused> {
  const file = readRescueFile(text);
  if (file === null) return { kind: 'refused', why: 'not-a-rescue-file' };
  const opened = await unseal(file, openWith);
  if (opened === null) {
    const isKeyGiven = openWith.kind === 'private-key' || (openWith.kind === 'till-key' && openWith.keyHex !== keyHex);
    const hasPassphrase = file.recipients.some(({ kind }) => kind === 'passphrase');
    return { kind: 'refused', why: isKeyGiven || hasPassphrase ? 'not-the-key' : 'no-passphrase' };
  }
  const content = readRescueContent(opened);
  if (content === null) return { kind: 'refused', why: 'not-a-rescue-file' };
  return { kind: 'opened', file, content };
}

function bringIn(
  { file: { head }, content }: Opened,
  { db, outbox, records, nowMs }: ImportInto,
): Refused | { readonly kind: 'imported'; readonly head: RescueHead; readonly takenIn: TakenIn } {
  if (content.schemaVersion > currentVersion) return { kind: 'refused', why: 'newer' };
  const from = head.fromTill;
  return inTransaction(db, () => {
    if (!mayTakeIn(db, content.organisation, nowMs)) return { kind: 'refused', why: 'other-organisation' };
    const takenIn = takeIn(db, outbox, records, { updates: content.updates, from, surelyUnsent: head.moved });
    return { kind: 'imported', head, takenIn };
  });
}

/** Renames the file, so that everybody sees it was imported. @returns its name from now on; null if that failed */
export function markImported(file: string): string | null {
  if (file.endsWith(importedEnding)) return file;
  try {
    renameSync(file, `${file}${importedEnding}`);
    return `${file}${importedEnding}`;
  } catch {
    return null;
  }
}
