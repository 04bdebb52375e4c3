import type { ReaderFraming } from './scan-framing.ts';

/** What the screen needs to know at its start about the program and its config. */
export type AppInfo = {
  readonly version: string;
  /** `practice` has its own data folder, server and banner. */
  readonly mode: 'live' | 'practice';
  readonly host: 'desktop' | 'preview';
  readonly till: string;
  readonly organisation: string | null;
  readonly locale: string;
  readonly timeZone: string;
  readonly countryCode: string;
  /** The till has no password yet, so the screen asks for it. */
  readonly secretNeeded: boolean;
  readonly staffRequired: boolean;
  /** What the store's card reader adds before and after a code. */
  readonly scanner: ReaderFraming;
};

export type SecretResult =
  | { readonly kind: 'stored' }
  | { readonly kind: 'not-stored'; readonly why: 'no-secret-storage' | 'other' };
