/** What an import and its thread tell each other. */
import type { OpenDatabase } from '../db/open.ts';
import type { Written } from './region-writer.ts';
import type { WhyUnreadable } from './unreadable-file.ts';

export type ImportTask = {
  /** The file that IT gave. */
  readonly source: string;
  readonly till: OpenDatabase;
  readonly dataDir: string;
  /** Where the region's file is made. */
  readonly staging: string;
  readonly report: string;
  readonly nowMs: number;
};

export type ToImportWorker = { readonly kind: 'cancel' };
export type FromImportWorker =
  | ({
      readonly kind: 'reading';
      readonly resumedAt: number;
      readonly bytes: number;
      readonly totalBytes: number;
    } & Written)
  | ({ readonly kind: 'indexing'; readonly done: number; readonly of: number } & Written)
  | ({ readonly kind: 'ready' } & Written)
  | ({ readonly kind: 'cancelled' } & Written)
  | { readonly kind: 'unreadable'; readonly why: WhyUnreadable }
  | { readonly kind: 'failed'; readonly code: string };
