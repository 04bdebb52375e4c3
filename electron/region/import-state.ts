/** How an import stands, as the screen and the command line show it. */
import type { WhyUnreadable } from './unreadable-file.ts';

export type ImportState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'reading';
      readonly file: string;
      readonly records: number;
      readonly refused: number;
      /** 0 to 1 */
      readonly part: number;
      readonly recordsPerSecond: number;
      /** Until all is read; null while it cannot be told yet. */
      readonly secondsLeft: number | null;
    }
  | {
      readonly kind: 'indexing';
      readonly file: string;
      readonly records: number;
      readonly refused: number;
      readonly done: number;
      readonly of: number;
    }
  /** The new customers are there; this till's unsent updates are being laid over them. */
  | { readonly kind: 'laying'; readonly file: string; readonly customers: number; readonly refused: number }
  | {
      readonly kind: 'done';
      readonly file: string;
      readonly customers: number;
      readonly refused: number;
      readonly seconds: number;
      /** Where the refused lines are listed; null: none was. */
      readonly report: string | null;
    }
  /** Nothing has changed on this till; the same file goes on from here. */
  | { readonly kind: 'cancelled'; readonly file: string; readonly records: number }
  | { readonly kind: 'failed'; readonly file: string; readonly why: ImportFailure };

export type ImportFailure =
  | WhyUnreadable
  | 'no-such-file'
  | 'not-allowed'
  | 'disk-full'
  | 'nothing-in-it'
  | 'not-taken'
  | 'stopped'
  | 'other';
