/** The thread of `checkpointer.ts`: looks at the `-wal` twice a second and checkpoints when it is worth it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type OpenDatabase, openDatabase } from '../open.ts';
import { databaseTrouble } from '../trouble.ts';
import type { FromCheckpointWorker, ToCheckpointWorker, WalState } from './checkpointer.ts';

const lookEveryMs = 500;
/** 4 MB: enough to be worth two disk flushes while others save. Less waits for a quiet moment. */
const worthMovingPages = 1000;
/**
 * 64 MB. SQLite restarts the `-wal` only when all of it is checkpointed and nobody writes at that moment, which may
 * never happen while thousands of updates are sent. From this size on, the writer has to wait for one full checkpoint.
 */
const longestPages = 16_000;

const onFile: OpenDatabase = workerData;
const db = openDatabase(onFile);

type CheckpointRow = { readonly busy: number; readonly log: number; readonly checkpointed: number };

function checkpoint(mode: 'noop' | 'passive' | 'restart'): WalState {
  const row = db.prepare<[], CheckpointRow>(`pragma wal_checkpoint(${mode})`).get();
  return { pages: Math.max(0, row?.log ?? 0), checkpointed: Math.max(0, row?.checkpointed ?? 0) };
}

function move(): WalState {
  const state = checkpoint('passive');
  return state.pages > longestPages ? checkpoint('restart') : state;
}

let lastPages = 0;
function look(): void {
  try {
    const { pages, checkpointed } = checkpoint('noop');
    const waiting = pages - checkpointed;
    const isQuiet = pages === lastPages;
    lastPages = pages;
    if (waiting >= worthMovingPages || (waiting > 0 && isQuiet)) move();
  } catch (error) {
    // If it is busy or the disk is full, try again later. Any other error ends the thread, and the writer takes over.
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
