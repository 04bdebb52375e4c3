/** Turns one piece of a file into rows to write, or refusals. */

import { type ImportedRow, importedRow } from './imported-row.ts';
import { type FileShape, readPiece } from './read-piece.ts';
import type { RefusedLine } from './refusal.ts';
import { UnreadableFile, type WhyUnreadable } from './unreadable-file.ts';

export type ReadRow = { readonly line: number; readonly imported: ImportedRow } | RefusedLine;

/** Line numbers are within the piece. */
export type ReadRows =
  | { readonly kind: 'read'; readonly rows: readonly ReadRow[]; readonly lines: number }
  | { readonly kind: 'unreadable'; readonly why: WhyUnreadable; readonly line: number | null };

export function readRows(bytes: Buffer, shape: FileShape): ReadRows {
  try {
    const { records, lines } = readPiece(bytes, shape);
    const rows = records.map((record): ReadRow => {
      if ('why' in record) return record;
      const imported = importedRow(record.item);
      return typeof imported === 'string' ? { line: record.line, why: imported } : { line: record.line, imported };
    });
    return { kind: 'read', rows, lines };
  } catch (error) {
    if (error instanceof UnreadableFile) return { kind: 'unreadable', why: error.code, line: error.line };
    throw error;
  }
}
