/**
 * Applies a delta: a thread reads and checks all of it, then it is applied a few milliseconds at a time. After an
 * interruption it is simply applied again from the start, because each row holds a customer's full data.
 */
import { Worker } from 'node:worker_threads';
import { customersOnTill } from '../../customers/region.ts';
import type { RecordKeeper } from '../../customers/told.ts';
import type { Db, OpenDatabase } from '../../db/open.ts';
import { inTransaction } from '../../db/statements.ts';
import type { Clock } from '../../machine/clock.ts';
import type { Reading } from '../open-customers.ts';
import type { WhyUnreadable } from '../unreadable-file.ts';
import type { DeltaRow, DeltaTask, FromDeltaWorker } from './delta-worker.ts';
import { takeDeltaRow } from './take-delta-row.ts';

const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './delta-worker.ts' : './delta-worker.js',
  import.meta.url,
);

const sliceMs = 4;

export type DeltaTaking = {
  readonly db: Db;
  readonly records: RecordKeeper;
  readonly onFile: OpenDatabase;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly reading: Reading;
  readonly customerChanged: (customerId: number) => void;
  readonly stopped: () => boolean;
};

export type DeltaTaken =
  | { readonly kind: 'taken'; readonly changed: number; readonly hidden: readonly number[] }
  /** Too many lines are unusable, or too many customers would be removed. Nothing has changed. */
  | { readonly kind: 'doubtful' }
  | { readonly kind: 'unreadable'; readonly why: WhyUnreadable }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'stopped' };

/** @param hidden ids that earlier deltas have hidden */
export async function takeDelta(at: DeltaTaking, file: string, hidden: readonly number[]): Promise<DeltaTaken> {
  const { onFile, dataDir, reading } = at;
  const task: DeltaTask = { file, reading, till: onFile, dataDir };
  const worker = new Worker(workerFile, { workerData: task });
  const next = messagesOf(worker);
  const nowHidden = new Set(hidden);
  let changed = 0;
  try {
    for (;;) {
      const message = await next();
      switch (message?.kind) {
        case 'sound': {
          const lines = message.rows + message.refused;
          const isDoubtful = message.refused > lines * 0.02 || message.gone > customersOnTill(at.db) / 5;
          if (isDoubtful) return { kind: 'doubtful' };
          worker.postMessage('next');
          break;
        }
        case 'rows':
          worker.postMessage('next');
          changed += await applyRows(at, message.rows, nowHidden);
          if (at.stopped()) return { kind: 'stopped' };
          break;
        case 'end':
          return { kind: 'taken', changed, hidden: [...nowHidden] };
        case 'unreadable':
        case 'failed':
          return message;
        default:
          return { kind: 'stopped' };
      }
    }
  } finally {
    await worker.terminate();
  }
}

async function applyRows(
  { db, records, clock, customerChanged, stopped }: DeltaTaking,
  rows: readonly DeltaRow[],
  hidden: Set<number>,
): Promise<number> {
  const changed: number[] = [];
  for (let at = 0; at < rows.length && !stopped(); ) {
    const untilMs = clock.monotonicMs() + sliceMs;
    inTransaction(db, () => {
      do {
        const row = rows[at];
        const id = row === undefined ? null : takeDeltaRow(db, records, row, clock.wallMs(), hidden);
        if (id !== null) changed.push(id);
        at += 1;
      } while (at < rows.length && clock.monotonicMs() < untilMs);
    });
    await new Promise<void>((resolve) => clock.after(0, resolve));
  }
  for (const id of changed) customerChanged(id);
  return changed.length;
}

/** @returns a function that waits for the next message; null: the thread has ended */
function messagesOf(worker: Worker): () => Promise<FromDeltaWorker | null> {
  const arrived: (FromDeltaWorker | null)[] = [];
  let waiting: ((message: FromDeltaWorker | null) => void) | null = null;
  const take = (message: FromDeltaWorker | null) => {
    const resolve = waiting;
    waiting = null;
    if (resolve === null) arrived.push(message);
    else resolve(message);
  };
  worker.on('message', take);
  worker.once('error', () => take(null));
  worker.once('exit', () => take(null));
  return () => {
    const ready = arrived.shift();
    return ready === undefined
      ? new Promise((resolve) => {
          waiting = resolve;
        })
      : Promise.resolve(ready);
  };
}
