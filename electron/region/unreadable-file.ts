/** The whole file is not what an import takes. */
export type WhyUnreadable =
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
  /** Where it shows; null: the file as a whole. */
  readonly line: number | null;

  constructor(code: WhyUnreadable, line: number | null = null) {
    super(code);
    this.code = code;
    this.line = line;
  }
}
