import { chmodSync, fchmodSync, statSync } from 'node:fs';
import path from 'node:path';

const readableByAll = 0o644;

/**
 * Lets other users read a file. Tillside's umask keeps all it writes from them, also where a mode is given at opening.
 * Some shares have no modes; there the share decides.
 */
export function openToOthers(file: string | number): void {
  setMode(file, readableByAll);
}

/** Lets those users read a file who may read its folder. */
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
