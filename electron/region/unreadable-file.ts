/** The file as a whole cannot be imported. */
export type WhyUnreadable =
  | 'not-a-file'
  | 'empty'
  | 'utf-16'
  | 'not-utf-8'
  | 'not-text'
  | 'spreadsheet'
  | 'packed'
  | 'web-page'
  | 'json-list'
  | 'damaged'
  | 'no-identifier-column'
  | 'day-or-month';

export class UnreadableFile extends Error {
  readonly code: WhyUnreadable;
  /** The line of the problem; null: the whole file. */
  readonly line: number | null;
  /** Set if there are several files. */
  readonly file: string | null;

  constructor(code: WhyUnreadable, line: number | null = null, file: string | null = null) {
    super(code);
    this.code = code;
    this.line = line;
    this.file = file;
  }
}
