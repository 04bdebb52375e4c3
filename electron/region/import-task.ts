/** Messages between an import and its thread. */
import type { OpenDatabase } from '../db/open.ts';
import type { ColumnReport } from './csv-columns.ts';
import type { Reading } from './open-customers.ts';
import type { Compared, WriteCounts } from './region-writer.ts';
import type { WhyUnreadable } from './unreadable-file.ts';

export type ImportTask = {
  /** The file to import. */
  readonly source: string;
  readonly reading: Reading;
  readonly till: OpenDatabase;
  readonly dataDir: string;
  /** Where the region file is written. */
  readonly staging: string;
  readonly report: string;
  /** The latest time of the data. */
  readonly asOfMs: number;
};

export type ToImportWorker = { readonly kind: 'cancel' };
export type FromImportWorker =
  /** Null: the file has no columns. */
  | { readonly kind: 'columns'; readonly columns: readonly ColumnReport[] | null }
  | ({ readonly kind: 'reading'; readonly bytes: number; readonly totalBytes: number } & WriteCounts)
  | ({ readonly kind: 'indexing'; readonly done: number; readonly of: number } & WriteCounts)
  | ({ readonly kind: 'ready' } & WriteCounts & Compared)
  | ({ readonly kind: 'cancelled' } & WriteCounts)
  | { readonly kind: 'unreadable'; readonly why: WhyUnreadable; readonly line: number | null }
  | { readonly kind: 'failed'; readonly code: string };
