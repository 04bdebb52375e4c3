/** The thread of `checkpointer.ts`: looks at the `-wal` twice a second and moves what is worth moving. */
import { parentPort, workerData } from 'node:worker_threads';
import { type OpenDatabase, openDatabase } from '../open.ts';
import { databaseTrouble } from '../trouble.ts';
import type { FromCheckpointWorker, ToCheckpointWorker, WalState } from './checkpointer.ts';

const lookEveryMs = 500;
/** 4 MB: worth two flushes of the disk while others save. Less waits for a quiet moment. */
const worthMovingPages = 1000;
/**
 * 64 MB. SQLite begins the `-wal` anew only when all of it has been moved and nobody writes in that moment, which may
 * never come while thousands of updates are sent; from here on the writer is held for the rest of one move.
 */
const longestPages = 16_000;

const onFile: OpenDatabase = workerData;
const db = openDatabase(onFile);

type CheckpointRow = { readonly busy: number; readonly log: number; readonly checkpointed: number };

function checkpoint(mode: 'noop' | 'passive' | 'restart'): WalState {
  const row = db.prepare<[], CheckpointRow>(`pragma wal_checkpoint(${mode})`).get();
  return { pages: Math.max(0, row?.log ?? 0), moved: Math.max(0, row?.checkpointed ?? 0) };
}

function move(): WalState {
  const state = checkpoint('passive');
  return state.pages > longestPages ? checkpoint('restart') : state;
}

let lastPages = 0;
function look(): void {
  try {
    const { pages, moved } = checkpoint('noop');
    const waiting = pages - moved;
    const isQuiet = pages === lastPages;
    lastPages = pages;
    if (waiting >= worthMovingPages || (waiting > 0 && isQuiet)) move();
  } catch (error) {
    // Busy, or a full disk: the next look tries again. Anything else ends the thread, and the writer does it.
    const trouble = databaseTrouble(error);
    if (trouble !== 'busy' && trouble !== 'disk-full') throw error;
  }
}

const timer = setInterval(look, lookEveryMs);
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const tell = (message: FromCheckpointWorker) => port.postMessage(message);
port.on('message', (message: ToCheckpointWorker) => {
  if (message.kind === 'checkpoint') {
    tell({ kind: 'state', state: move() });
    return;
  }
  clearInterval(timer);
  db.close();
  port.close();
});
tell({ kind: 'ready' });
