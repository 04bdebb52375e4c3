/**
 * Moves commits from the `-wal` into the database file in a thread of its own. On the writing connection that work is
 * the tail of a save: 12 to 28 ms at the 99th percentile against 1 to 4 (performance.md, finding 3).
 *
 * The thread's connection never writes a row (F26). Should it fail, the writing connection takes the work back, so that
 * the `-wal` stays bounded whatever happens.
 */
import { Worker } from 'node:worker_threads';
import type { Db, OpenDatabase } from '../open.ts';

/** In the packaged app the worker is built to a file beside the main one. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './checkpoint-worker.ts' : './checkpoint-worker.js',
  import.meta.url,
);

/** Pages after which the writing connection checkpoints by itself while no thread does: SQLite's own default. */
const pagesByItself = 1000;

/** How much of the `-wal` is in the database file, in pages. */
export type WalState = { readonly pages: number; readonly moved: number };

export type ToCheckpointWorker = { readonly kind: 'checkpoint' } | { readonly kind: 'stop' };
export type FromCheckpointWorker = { readonly kind: 'ready' } | { readonly kind: 'state'; readonly state: WalState };

export class Checkpointer {
  readonly #db: Db;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #asked: ((state: WalState | null) => void)[] = [];
  #running = true;

  /** @param db the writing connection of the same file */
  constructor(db: Db, onFile: OpenDatabase, failed: (error: Error) => void) {
    this.#db = db;
    this.#worker = new Worker(workerFile, { workerData: onFile });
    // Only whoever waits for an answer or for its end keeps the process alive.
    this.#worker.unref();
    this.#worker.on('message', (message: FromCheckpointWorker) => {
      if (message.kind === 'ready') this.#leaveToWorker();
      else {
        this.#asked.shift()?.(message.state);
        if (this.#asked.length === 0) this.#worker.unref();
      }
    });
    this.#worker.on('error', failed);
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#takeBack();
        for (const answer of this.#asked.splice(0)) answer(null);
        resolve();
      });
    });
  }

  /** Moves what there is to move now. @returns null where the thread has ended */
  now(): Promise<WalState | null> {
    if (!this.#running) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.#tell({ kind: 'checkpoint' });
    });
  }

  /** Before the writing connection closes: it is then the last, and takes the `-wal` away. */
  async stop(): Promise<void> {
    if (this.#running) this.#tell({ kind: 'stop' });
    await this.#exited;
  }

  #tell(message: ToCheckpointWorker): void {
    this.#worker.ref();
    this.#worker.postMessage(message);
  }

  #leaveToWorker(): void {
    if (this.#running && this.#db.open) this.#db.pragma('wal_autocheckpoint = 0');
  }

  #takeBack(): void {
    this.#running = false;
    if (this.#db.open) this.#db.pragma(`wal_autocheckpoint = ${pagesByItself}`);
  }
}
