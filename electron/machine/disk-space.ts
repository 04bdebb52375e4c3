/** Free space on the disk of the data folder. A full disk loses nothing, but nothing can be saved any more (F25). */
import { statfs } from 'node:fs/promises';

/** Below this, Tillside warns. It is enough for days of saving and a backup, which leaves time to call IT. */
export const lowSpaceBytes = 500_000_000;

export type DiskSpace = { readonly freeBytes: number; readonly isLow: boolean };

/** @returns null if the system does not say */
export async function diskSpace(folder: string): Promise<DiskSpace | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const freeBytes = bavail * bsize;
    return { freeBytes, isLow: freeBytes < lowSpaceBytes };
  } catch {
    return null;
  }
}
