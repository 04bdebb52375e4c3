/** Root acts as the owner of a till's folder, so that no file is left there that the till's user cannot open. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { mayWrite } from '../data/read-beside.ts';
import { CommandRefused } from './command.ts';

const root = 0;

/** @throws CommandRefused where the folder belongs to somebody whom this user cannot stand in for */
export function actAsOwner(folder: string): void {
  const me = process.geteuid?.();
  // Windows has no such users; there the folder's own rights are inherited by new files.
  if (me === undefined) return;
  const { uid, gid } = statSync(nearest(folder));
  if (me === root && uid !== root) {
    process.setgroups?.([gid]);
    process.setgid?.(gid);
    process.setuid?.(uid);
  } else if (uid !== me && existsSync(folder) && mayWrite(folder)) {
    throw new CommandRefused(
      `The data in ${folder} belongs to another user (uid ${uid}). Run as that user: sudo -u '#${uid}' tillside …`,
    );
  }
}

/** The folder that there is, or that it would be made in. */
function nearest(folder: string): string {
  return existsSync(folder) || path.dirname(folder) === folder ? folder : nearest(path.dirname(folder));
}
