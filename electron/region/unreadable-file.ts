/** The whole file is not what an import takes. */
export type WhyUnreadable = 'utf-16' | 'no-heading' | 'no-identifier-column' | 'not-customers';

export class UnreadableFile extends Error {
  readonly code: WhyUnreadable;

  constructor(code: WhyUnreadable) {
    super(code);
    this.code = code;
  }
}
