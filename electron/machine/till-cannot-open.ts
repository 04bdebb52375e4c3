/** Why a till could not be opened, for staff and IT. */
export type CannotOpenCode =
  | 'already-running'
  /** The file is damaged, or not a Tillside database. */
  | 'database-unreadable'
  | 'database-newer'
  /** There was a database in this folder, and it is gone. */
  | 'database-missing'
  /** This version cannot migrate the unsent updates, so it changed nothing. */
  | 'migration-refused'
  | 'key-unreadable'
  | 'folder'
  | 'full';

/**
 * What a person can do next. Nothing of this happens automatically.
 *
 * - `try-again`: after fixing what the message asks for (disk space, permissions, closing the other Tillside)
 * - `recovery-key`: `tillside recovery-key use` with the key that IT stored
 * - `restore`: `tillside restore` restores the newest backup, with whatever can still be read
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
