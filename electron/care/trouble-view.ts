/** What the screen shows for a till that cannot open, and the results of the actions offered there. */
import type { CannotOpenCode, NextStep } from '../machine/till-cannot-open.ts';

export type TroubleView = {
  readonly code: CannotOpenCode;
  readonly nextSteps: readonly NextStep[];
  /** What is unsent in the unusable data; null: not known. */
  readonly unsent: { readonly count: number; readonly oldestSavedAtMs: number | null } | null;
  /** Newest first. */
  readonly backups: readonly { readonly name: string; readonly atMs: number; readonly bytes: number }[];
  /** The store's language and country, for the texts on screen. */
  readonly locale: string;
  readonly countryCode: string;
  readonly timeZone: string;
  /** The data folder, for IT. */
  readonly dataDir: string;
};

export type TroubleResult =
  /** The till is now open, so the page reloads. */
  | { readonly kind: 'open' }
  | { readonly kind: 'trouble'; readonly view: TroubleView }
  /** Nothing was changed. */
  | {
      readonly kind: 'refused';
      readonly why: 'mistyped' | 'other-key' | 'not-stored' | 'no-such-backup' | 'backup-unreadable' | 'backup-newer';
    };
