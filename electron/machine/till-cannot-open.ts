/** Why a till could not be opened, in words for the person at it and for IT. */
export type CannotOpenCode =
  | 'already-running'
  /** The file is damaged, or not a database of Tillside's. */
  | 'database-unreadable'
  | 'database-newer'
  /** There was data in this folder and its database is gone. */
  | 'database-missing'
  /** This version cannot take over the updates that wait: it left them as they are. */
  | 'migration-refused'
  | 'key-unreadable'
  | 'folder'
  | 'full';

/**
 * What a person may decide to do next; nothing of it happens by itself.
 *
 * - `try-again`: after what the message asks for (room, rights, the other Tillside closed)
 * - `recovery-key`: `tillside recovery-key use` with the key that IT keeps
 * - `restore`: `tillside restore` puts the newest backup in place, with whatever can still be read
 * - `start-afresh`: `tillside restore --empty` makes an empty database and carries over the unsent updates that can be
 *   read; the old file stays, set aside
 * - `install-newer`: install the version that wrote the data
 */
export type NextStep = 'try-again' | 'recovery-key' | 'restore' | 'start-afresh' | 'install-newer';

const nextSteps: { readonly [Code in CannotOpenCode]: readonly NextStep[] } = {
  'already-running': ['try-again'],
  'database-unreadable': ['restore', 'start-afresh'],
  'database-newer': ['install-newer'],
  'database-missing': ['restore', 'start-afresh'],
  'migration-refused': ['install-newer'],
  'key-unreadable': ['recovery-key'],
  folder: ['try-again'],
  full: ['try-again'],
};

export class TillCannotOpen extends Error {
  readonly code: CannotOpenCode;
  readonly nextSteps: readonly NextStep[];
  constructor(code: CannotOpenCode, message: string) {
    super(message);
    this.code = code;
    this.nextSteps = nextSteps[code];
  }
}
