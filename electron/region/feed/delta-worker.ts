/** A thread that reads a whole delta and, if it is valid, passes it on in parts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { OpenDatabase } from '../../db/open.ts';
import { databaseTrouble } from '../../db/trouble.ts';
import { type ImportedRow, importedRow } from '../imported-row.ts';
import { openKnownIds } from '../known-ids.ts';
import { openCustomers, type Reading } from '../open-customers.ts';
import { readPiece } from '../read-piece.ts';
import { UnreadableFile, type WhyUnreadable } from '../unreadable-file.ts';

export type DeltaTask = {
  readonly file: string;
  readonly reading: Reading;
  readonly till: OpenDatabase;
  readonly dataDir: string;
};

/**
 * - `gone`: no longer in this region. Customers who were served or changed here stay, as after an import.
 * - `erased`: on request. Nothing of them stays except unsent updates.
 */
export type DeltaRow = {
  readonly what: 'changed' | 'gone' | 'erased';
  readonly knownId: number | null;
  readonly imported: ImportedRow;
};

export type FromDeltaWorker =
  | { readonly kind: 'sound'; readonly rows: number; readonly refused: number; readonly gone: number }
  | { readonly kind: 'rows'; readonly rows: readonly DeltaRow[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'unreadable'; readonly why: WhyUnreadable }
  | { readonly kind: 'failed'; readonly code: string };

const rowsAtOnce = 250;
const task: DeltaTask = workerData;
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const tell = (message: FromDeltaWorker) => port.postMessage(message);

async function read(): Promise<DeltaRow[]> {
  const file = await openCustomers(task.file, task.reading);
  const ids = openKnownIds(task.till, task.dataDir);
  const rows: DeltaRow[] = [];
  let refused = 0;
  try {
    for await (const { bytes } of file.pieces(file.startsAt)) {
      ids.onOneView(() => {
        for (const record of readPiece(bytes, file.shape).records) {
          const imported = 'why' in record ? record.why : importedRow(record.item);
          if (typeof imported === 'string' || 'why' in record) refused += 1;
          else {
            const { erased, gone } = record.item;
            const what = erased === true ? 'erased' : gone === true ? 'gone' : 'changed';
            rows.push({ what, knownId: ids.of(imported)?.id ?? null, imported });
          }
        }
      });
    }
  } finally {
    ids.close();
  }
  const leaving = rows.filter(({ what, knownId }) => what !== 'changed' && knownId !== null).length;
  tell({ kind: 'sound', rows: rows.length, refused, gone: leaving });
  return rows;
}

try {
  const rows = await read();
  let next = 0;
  // Each message requests the next part.
  port.on('message', () => {
    const part = rows.slice(next, next + rowsAtOnce);
    next += part.length;
    tell(part.length === 0 ? { kind: 'end' } : { kind: 'rows', rows: part });
  });
} catch (error) {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  if (error instanceof UnreadableFile) tell({ kind: 'unreadable', why: error.code });
  else if (databaseTrouble(error) !== null || typeof code === 'string') {
    tell({ kind: 'failed', code: typeof code === 'string' ? code : 'unknown' });
  } else throw error;
  port.close();
}
