import { chmodSync, fchmodSync, statSync } from 'node:fs';
import path from 'node:path';

const readableByAll = 0o644;

/**
 * Lets other users read a file. A mode given at opening is not enough, because Tillside's umask restricts it. On a
 * share without modes, the share decides.
 */
export function openToOthers(file: string | number): void {
  setMode(file, readableByAll);
}

/** Lets everybody who may read the folder read the file. */
export function openAsItsFolder(file: string): void {
  setMode(file, (statSync(path.dirname(file)).mode & readableByAll) | 0o600);
}

function setMode(file: string | number, mode: number): void {
  try {
    if (typeof file === 'number') fchmodSync(file, mode);
    else chmodSync(file, mode);
  } catch {
    // Leave it to the share.
  }
}
