/** Messages for a till whose data cannot be opened, for staff and IT. */
import { databaseTrouble } from '../db/trouble.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { TillCannotOpen } from '../machine/till-cannot-open.ts';

export function databaseMissing(evidence: readonly string[]): TillCannotOpen {
  return new TillCannotOpen(
    'database-missing',
    `The data of this till is missing: its file is gone or empty, but the folder has ${evidence.join(', ')}. Tillside did ` +
      'not create a new one. Ask IT to bring the file back, or to restore a backup.',
  );
}

export function keyUnreadable(): TillCannotOpen {
  return new TillCannotOpen(
    'key-unreadable',
    "The key to this till's data cannot be read here (a different user, or a restored disk). The data was not changed. " +
      'Start as the user who set up Tillside, or ask IT for the recovery key.',
  );
}

export function damaged(): TillCannotOpen {
  return new TillCannotOpen(
    'database-unreadable',
    'The data of this till cannot be read: the file is damaged, or is not a Tillside database. It was not changed. Ask IT ' +
      'to restore the newest backup; unsent changes that can still be read are carried over.',
  );
}

function diskFull(): TillCannotOpen {
  return new TillCannotOpen(
    'full',
    'The disk is full. Nothing was lost. Free up disk space, then start Tillside again.',
  );
}

function notAFolder(): TillCannotOpen {
  return new TillCannotOpen(
    'folder',
    'The data folder is a file, not a folder. Choose a folder, or ask IT to move the file.',
  );
}

export function folderRefuses(): TillCannotOpen {
  return new TillCannotOpen(
    'folder',
    'Tillside cannot write to its data folder. Nothing was lost. Ask IT to give this user write permission.',
  );
}

/** Turns errors of SQLite and the file system into messages; other errors stay unchanged. */
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
        'Tillside cannot use its data folder right now. Nothing was lost. Ask IT to check its permissions.',
      );
  }
}

function folderTrouble(error: unknown): unknown {
  const trouble = fileTrouble(error);
  if (trouble === null) return error;
  if (trouble.kind === 'full') return diskFull();
  return trouble.kind === 'not-a-folder' ? notAFolder() : folderRefuses();
}
