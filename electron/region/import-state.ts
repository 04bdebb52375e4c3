/** How an import stands, as the screen and the command line show it. */
import type { ColumnReport } from './csv-columns.ts';
import type { DateOrder } from './file-values.ts';
import type { Encoding } from './read-piece.ts';
import type { WhyUnreadable } from './unreadable-file.ts';

export type ImportState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'reading';
      readonly file: string;
      readonly columns: readonly ColumnReport[] | null;
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
  /** All is read, and nothing has changed yet: somebody has to say whether these customers are taken. */
  | ({ readonly kind: 'question' } & Findings)
  /** All is read, as was asked for, and nothing has changed. */
  | ({ readonly kind: 'checked' } & Findings)
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
  | {
      readonly kind: 'failed';
      readonly file: string;
      readonly why: ImportFailure;
      /** Where in the file it shows; null: the file as a whole. */
      readonly line: number | null;
    };

export type Findings = {
  readonly file: string;
  /** null: the file has no columns */
  readonly columns: readonly ColumnReport[] | null;
  /** Customers that could be taken, of so many records. */
  readonly customers: number;
  readonly records: number;
  readonly refused: number;
  readonly report: string | null;
  /** Customers of the region that is on this till now; null: there is none. */
  readonly before: number | null;
  readonly doubts: readonly Doubt[];
};

/**
 * Why a file is not simply taken:
 * - `shrinks`: more than a fifth of the region's customers would be gone
 * - `many-refused`: more than two in a hundred lines cannot be taken
 * - `columns`: some were not understood, and none holds names, or none mobiles
 * - `other-people`: user ids that this till knows stand beside other mobiles, emails and cards
 */
export type Doubt = 'shrinks' | 'many-refused' | 'columns' | 'other-people';

export type ImportFailure =
  | WhyUnreadable
  | 'no-such-file'
  | 'not-allowed'
  | 'disk-full'
  | 'nothing-in-it'
  | 'not-taken'
  | 'nothing-before'
  | 'stopped'
  | 'other';

/** What whoever starts an import says of the file, and of what is to be done with it. */
export type ImportOptions = {
  readonly encoding: Encoding;
  /** null: as the file shows */
  readonly dateOrder: DateOrder | null;
  /** Read and check only. */
  readonly check: boolean;
  /** Take it whatever is found. */
  readonly sure: boolean;
};

export const plainImport: ImportOptions = { encoding: 'utf-8', dateOrder: null, check: false, sure: false };

/** The region that is on this till. */
export type RegionFacts = {
  readonly customers: number;
  /** When its customers were told by the server; null: there is none. */
  readonly asOfMs: number | null;
  /** The one that was on this till before, and can come back; null: there is none. */
  readonly beforeAsOfMs: number | null;
};
