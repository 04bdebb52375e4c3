/** Why a till's data cannot be opened, in words for the person at the till and for IT. */
import { databaseTrouble } from '../db/trouble.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { TillCannotOpen } from '../machine/till-cannot-open.ts';

export function databaseMissing(evidence: readonly string[]): TillCannotOpen {
  return new TillCannotOpen(
    'database-missing',
    `The data of this till is missing: its file is gone or empty, but the folder has ${evidence.join(', ')}. Nothing was ` +
      'put in its place. Ask IT to bring the file back, or to restore a backup.',
  );
}

export function keyUnreadable(): TillCannotOpen {
  return new TillCannotOpen(
    'key-unreadable',
    "The key of this till's data cannot be read here (another user of the machine, or a restored disk). The data is " +
      'whole and was left as it is. Start as the user who set Tillside up, or ask IT for the recovery key.',
  );
}

export function damaged(): TillCannotOpen {
  return new TillCannotOpen(
    'database-unreadable',
    'The data of this till cannot be read: the file is damaged, or is not one of Tillside’s. It was left as it is. Ask ' +
      'IT to restore the newest backup; what can still be read of the unsent updates is carried over.',
  );
}

function diskFull(): TillCannotOpen {
  return new TillCannotOpen('full', 'The disk is full. Nothing was lost. Make room, then start Tillside again.');
}

function notAFolder(): TillCannotOpen {
  return new TillCannotOpen(
    'folder',
    'The place of the data folder is a file. Name a folder, or ask IT to move it away.',
  );
}

export function folderRefuses(): TillCannotOpen {
  return new TillCannotOpen(
    'folder',
    'Tillside cannot write to its data folder. Nothing was lost. Ask IT to give this user the right to write there.',
  );
}

/** Trouble of SQLite's or the file system's in words; anything else is as it was. */
export function cannotOpen(error: unknown): unknown {
  switch (databaseTrouble(error)) {
    case null:
      return folderTrouble(error);
    case 'disk-full':
      return diskFull();
    case 'damaged':
      return damaged();
    default:
      return new TillCannotOpen(
        'folder',
        'Tillside cannot use its data folder now. Nothing was lost. Ask IT to look at the rights of the folder.',
      );
  }
}

function folderTrouble(error: unknown): unknown {
  const trouble = fileTrouble(error);
  if (trouble === null) return error;
  if (trouble.kind === 'full') return diskFull();
  return trouble.kind === 'not-a-folder' ? notAFolder() : folderRefuses();
}
