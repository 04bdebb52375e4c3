/**
 * A till's second copy of everything unsent, in a folder that hundreds of tills share (config `rescue.copyTo`, F63). Each
 * till's files have names of their own, with its code and something of its key, so that a new machine with the code of a
 * dead one does not replace the copy that is all there is.
 *
 * | file | means |
 * | --- | --- |
 * | `NAME` | what the till has not sent; it replaces and removes this one, and nobody else writes it |
 * | `NAME.importing` | another till is taking it over and may have its updates: the till of the copy does not send them |
 * | `NAME.imported` | another till has the updates and says so with a receipt: the till of the copy never sends them |
 *
 * So each update has one till that sends it, also where the first one rises again. The receipt is made with the key inside
 * the sealed file: a file that somebody only renamed takes nothing away from the till.
 */
import { createHmac } from 'node:crypto';
import path from 'node:path';
import type { ShareFiles } from '../../machine/share/share-files.ts';
import { rescueEnding } from './export-unsent.ts';

export const importingEnding = '.importing';
export const importedEnding = '.imported';

/** What all files of one till in the folder begin with. */
function tillPart(till: string, keyHex: string): string {
  return `${till.replace(/[^\w.-]/g, '_')}-${idOf(keyHex)}`;
}

function idOf(keyHex: string): string {
  return createHmac('sha256', Buffer.from(keyHex, 'hex')).update('Tillside second copy').digest('hex').slice(0, 12);
}

/** A till that brings its own copy in takes nothing over. */
export function isOwnStanding(standing: string, keyHex: string): boolean {
  return standing.endsWith(`-${idOf(keyHex)}${rescueEnding}`);
}

export function standingName(till: string, keyHex: string): string {
  return `${tillPart(till, keyHex)}${rescueEnding}`;
}

/** The newest backup: encrypted with the till's own key, as all of them. */
export function backupName(till: string, keyHex: string): string {
  return `${tillPart(till, keyHex)}.backup.db`;
}

/** Who takes another till's second copy over: where its files may lie, and how they are reached. */
export type TakeOver = {
  readonly files: ShareFiles;
  readonly folders: readonly string[];
  /** The till that takes it. */
  readonly by: string;
};

/**
 * From now on the till of the copy does not send what is in it. The file is moved before it is read: the till may have
 * replaced it meanwhile.
 * @param text what was read of it, for a folder that does not have it any more: its till must hear of this all the same
 * @returns what the file holds now, and where that till can see that it is being taken
 */
export async function beginTakeOver({ files, folders }: TakeOver, standing: string, text: string): Promise<Taking> {
  const told: Told[] = [];
  let newest = text;
  for (const folder of folders) {
    const file = path.join(folder, standing);
    const importing = `${file}${importingEnding}`;
    try {
      const isMoved = await files.move(file, importing);
      if (isMoved) newest = (await files.read(importing)) ?? newest;
      else await files.create(importing, text);
      told.push({ file, isMoved });
    } catch {
      // Not to be had: whoever imports hears that the first till cannot see it.
    }
  }
  return { text: newest, told };
}

/** `isMoved`: the copy lay there; else only the word that it is being taken was left there. */
type Told = { readonly file: string; readonly isMoved: boolean };
export type Taking = { readonly text: string; readonly told: readonly Told[] };

/** The updates are durable here. @returns whether their till can see it */
export async function endTakeOver({ files }: TakeOver, { told }: Taking, withReceipt: string): Promise<boolean> {
  let isTold = false;
  for (const { file } of told) {
    try {
      await files.write(`${file}${importedEnding}`, withReceipt);
      await files.remove(`${file}${importingEnding}`);
      isTold = true;
    } catch {
      // It stands there as being taken, and its till does not send.
    }
  }
  return isTold;
}

/** Nothing was imported: the copy stands where it stood. One that its till wrote meanwhile is newer. */
export async function undoTakeOver({ files }: TakeOver, { told }: Taking): Promise<void> {
  for (const { file, isMoved } of told) {
    try {
      const [isNewThere] = await files.look([file]);
      if (isNewThere || !isMoved) await files.remove(`${file}${importingEnding}`);
      else await files.move(`${file}${importingEnding}`, file);
    } catch {
      // It stays as being taken: importing it again ends that.
    }
  }
}
