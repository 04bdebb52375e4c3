/** The state of an import, for the screen and the command line. */
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
      /** Until everything is read; null: not known yet. */
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
  /** Everything is read and nothing has changed yet: a person has to confirm the import. */
  | ({ readonly kind: 'question' } & Findings)
  /** The requested check is done; nothing has changed. */
  | ({ readonly kind: 'checked' } & Findings)
  /** The new customers are in use, and the till's own copies of customers are being refreshed. */
  | { readonly kind: 'refreshing'; readonly file: string; readonly customers: number; readonly refused: number }
  | {
      readonly kind: 'done';
      readonly file: string;
      readonly customers: number;
      readonly refused: number;
      readonly seconds: number;
      /** The list of refused lines; null: there were none. */
      readonly report: string | null;
    }
  /** Nothing has changed on this till. Starting the same file again continues from here. */
  | { readonly kind: 'cancelled'; readonly file: string; readonly records: number }
  | {
      readonly kind: 'failed';
      readonly file: string;
      readonly why: ImportFailure;
      /** The line of the problem; null: the whole file. */
      readonly line: number | null;
    };

export type Findings = {
  readonly file: string;
  /** null: the file has no columns */
  readonly columns: readonly ColumnReport[] | null;
  /** Number of usable customers, out of `records`. */
  readonly customers: number;
  readonly records: number;
  readonly refused: number;
  readonly report: string | null;
  /** Number of customers in the current region; null: there is none. */
  readonly before: number | null;
  readonly doubts: readonly Doubt[];
};

/**
 * Why a person has to confirm a file:
 * - `shrinks`: it would remove more than a fifth of the region's customers
 * - `many-refused`: more than two in a hundred lines cannot be used
 * - `columns`: some are unknown, and there are no names, or no mobiles
 * - `other-people`: known user ids have different mobiles, emails and cards
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

/** How to read the file, and what to do with it. */
export type ImportOptions = {
  readonly encoding: Encoding;
  /** null: as the file's dates prove */
  readonly dateOrder: DateOrder | null;
  /** Read and check only. */
  readonly check: boolean;
  /** Import it whatever the findings. */
  readonly sure: boolean;
};

export const plainImport: ImportOptions = { encoding: 'utf-8', dateOrder: null, check: false, sure: false };

/** The current region of this till. */
export type RegionFacts = {
  readonly customers: number;
  /** The time of its data; null: there is no region. */
  readonly asOfMs: number | null;
  /** The time of the previous region, which can be put back; null: there is none. */
  readonly beforeAsOfMs: number | null;
};
