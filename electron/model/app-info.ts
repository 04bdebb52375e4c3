import type { ReaderFraming } from './scan-framing.ts';

/** What the screen needs to know about the program and the machine before anything else. */
export type AppInfo = {
  readonly version: string;
  /** `practice` has its own folder, server and banner. */
  readonly mode: 'live' | 'practice';
  readonly host: 'desktop' | 'preview';
  readonly till: string;
  readonly organisation: string | null;
  readonly locale: string;
  readonly timeZone: string;
  readonly countryCode: string;
  /** The till has no password yet: ask for it. */
  readonly secretNeeded: boolean;
  readonly staffRequired: boolean;
  /** What the store's card reader puts before and after a code; empty: only what every reader does. */
  readonly scanner: ReaderFraming;
};

export type SecretResult =
  | { readonly kind: 'stored' }
  | { readonly kind: 'not-stored'; readonly why: 'no-secret-storage' | 'other' };
