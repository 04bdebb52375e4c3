/** How much room the disk of the data folder has. A full disk loses nothing, but nobody can save any more (F25). */
import { statfs } from 'node:fs/promises';

/** Below this, people are told: it leaves days of saving, a backup of a usual till, and time to call IT. */
export const lowSpaceBytes = 500_000_000;

export type DiskSpace = { readonly freeBytes: number; readonly isLow: boolean };

/** @returns null where the system does not say */
export async function diskSpace(folder: string): Promise<DiskSpace | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const freeBytes = bavail * bsize;
    return { freeBytes, isLow: freeBytes < lowSpaceBytes };
  } catch {
    return null;
  }
}
