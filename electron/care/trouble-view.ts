/** Why a till is not open, as the screen shows it, and what came of what a person decided. */
import type { CannotOpenCode, NextStep } from '../machine/till-cannot-open.ts';

export type TroubleView = {
  readonly code: CannotOpenCode;
  readonly nextSteps: readonly NextStep[];
  /** What is unsent in the data that cannot be used; null: not known. */
  readonly unsent: { readonly count: number; readonly oldestSavedAtMs: number | null } | null;
  /** Newest first. */
  readonly backups: readonly { readonly name: string; readonly atMs: number; readonly bytes: number }[];
  /** The store's, for the words on the screen. */
  readonly locale: string;
  readonly countryCode: string;
  readonly timeZone: string;
  /** For IT: where the data lies. */
  readonly dataDir: string;
};

export type TroubleResult =
  /** The till is open now: the page starts anew. */
  | { readonly kind: 'open' }
  | { readonly kind: 'trouble'; readonly view: TroubleView }
  /** Nothing was changed. */
  | {
      readonly kind: 'refused';
      readonly why: 'mistyped' | 'other-key' | 'not-stored' | 'no-such-backup' | 'backup-unreadable' | 'backup-newer';
    };
