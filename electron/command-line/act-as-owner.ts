/**
 * Root takes on the identity of the folder's owner, so that the till's user can open every file a command leaves there.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { mayWrite } from '../data/read-beside.ts';
import { CommandRefused } from './command.ts';

const root = 0;

/** @throws CommandRefused if the folder belongs to another user and we are not root */
export function actAsOwner(folder: string): void {
  const me = process.geteuid?.();
  // Windows has no user ids; new files there inherit the folder's permissions.
  if (me === undefined) return;
  const { uid, gid } = statSync(closestExisting(folder));
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

/** The folder itself, or its closest existing parent. */
function closestExisting(folder: string): string {
  return existsSync(folder) || path.dirname(folder) === folder ? folder : closestExisting(path.dirname(folder));
}
