/** Why a till could not be opened, in words for the person at it and for IT. */
export type CannotOpenCode =
  | 'already-running'
  | 'database-unreadable'
  | 'database-newer'
  | 'key-unreadable'
  | 'folder'
  | 'full';

export class TillCannotOpen extends Error {
  readonly code: CannotOpenCode;
  constructor(code: CannotOpenCode, message: string) {
    super(message);
    this.code = code;
  }
}
