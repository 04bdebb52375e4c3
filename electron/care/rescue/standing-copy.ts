/**
 * A till's second copy of everything unsent, in a folder that hundreds of tills share (config `rescue.copyTo`, F63).
 * The names of a till's files contain its code and a hash of its key, so that a new machine with a dead till's code
 * does not overwrite the only copy.
 *
 * | file | meaning |
 * | --- | --- |
 * | `NAME` | what the till has not sent; only this till writes, replaces and removes it |
 * | `NAME.importing` | another till is taking it over and may have its updates, so the copy's till does not send them |
 * | `NAME.imported` | another till has the updates and proves it with a receipt, so the copy's till never sends them |
 *
 * So exactly one till sends each update, even if the first one comes back. The receipt is made with the key inside the
 * encrypted file, so merely renaming a file takes nothing away from the till.
 */
import { createHmac } from 'node:crypto';
import path from 'node:path';
import type { ShareFiles } from '../../machine/share/share-files.ts';
import { importedEnding, rescueEnding } from './export-unsent.ts';

export const importingEnding = '.importing';

/** The start of the names of all files of a till in the folder. */
function tillPart(till: string, keyHex: string): string {
  return `${till.replace(/[^\w.-]/g, '_')}-${idOf(keyHex)}`;
}

function idOf(keyHex: string): string {
  return createHmac('sha256', Buffer.from(keyHex, 'hex')).update('Tillside second copy').digest('hex').slice(0, 12);
}

/** A till that imports its own copy does not take over anything. */
export function isOwnStanding(standing: string, keyHex: string): boolean {
  return standing.endsWith(`-${idOf(keyHex)}${rescueEnding}`);
}

export function standingName(till: string, keyHex: string): string {
  return `${tillPart(till, keyHex)}${rescueEnding}`;
}

/** The newest backup, encrypted with the till's own key like all backups. */
export function backupName(till: string, keyHex: string): string {
  return `${tillPart(till, keyHex)}.backup.db`;
}

/** The recovery key, sealed for IT. */
export function escrowName(till: string, keyHex: string): string {
  return `${tillPart(till, keyHex)}.recovery-key`;
}

/** A take-over of another till's second copy: where its files may be, and how to access them. */
export type TakeOver = {
  readonly files: ShareFiles;
  readonly folders: readonly string[];
  /** The till that takes it over. */
  readonly by: string;
};

/**
 * Starts a take-over: from now on the copy's till does not send what is in it. The file is moved before it is read,
 * because the till may just have replaced it.
 * @param text the copy as read before, for a folder that no longer has it: its till must find out about the take-over
 * too
 * @returns the file's current content, and where its till can see the take-over
 */
export async function beginTakeOver({ files, folders }: TakeOver, standing: string, text: string): Promise<Taking> {
  const notices: Notice[] = [];
  let newest = text;
  for (const folder of folders) {
    const file = path.join(folder, standing);
    const importing = `${file}${importingEnding}`;
    try {
      const isMoved = await files.move(file, importing);
      if (isMoved) newest = (await files.read(importing)) ?? newest;
      else await files.create(importing, text);
      notices.push({ file, isMoved });
    } catch {
      // Not accessible: the import reports that the first till cannot see it.
    }
  }
  return { text: newest, notices };
}

/** `isMoved`: the copy was there; otherwise only the notice of the take-over was written. */
type Notice = { readonly file: string; readonly isMoved: boolean };
export type Taking = { readonly text: string; readonly notices: readonly Notice[] };

/** Ends a take-over after the updates are durable here. @returns whether their till can see it */
export async function endTakeOver({ files }: TakeOver, { notices }: Taking, withReceipt: string): Promise<boolean> {
  let isWritten = false;
  for (const { file } of notices) {
    try {
      await files.write(`${file}${importedEnding}`, withReceipt);
      await files.remove(`${file}${importingEnding}`);
      isWritten = true;
    } catch {
      // It still looks like being taken over, so its till does not send.
    }
  }
  return isWritten;
}

/** Undoes a take-over after nothing was imported. A copy that its till wrote in the meantime is newer and stays. */
export async function undoTakeOver({ files }: TakeOver, { notices }: Taking): Promise<void> {
  for (const { file, isMoved } of notices) {
    try {
      const [isNewThere] = await files.exist([file]);
      if (isNewThere || !isMoved) await files.remove(`${file}${importingEnding}`);
      else await files.move(`${file}${importingEnding}`, file);
    } catch {
      // It still looks like being taken over; importing it again ends that.
    }
  }
}
