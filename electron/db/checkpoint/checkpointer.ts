/**
 * Moves commits from the `-wal` into the database file in a thread of its own. On the writing connection that work is
 * the tail of a save: 12 to 28 ms at the 99th percentile against 1 to 4.
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

/** To start a thread takes half a core of a small machine for a moment, just when the screen is being drawn. */
const beginsAfterMs = 2000;

/** How much of the `-wal` is in the database file, in pages. */
export type WalState = { readonly pages: number; readonly moved: number };

export type ToCheckpointWorker = { readonly kind: 'checkpoint' } | { readonly kind: 'stop' };
export type FromCheckpointWorker = { readonly kind: 'ready' } | { readonly kind: 'state'; readonly state: WalState };

export class Checkpointer {
  readonly #db: Db;
  readonly #onFile: OpenDatabase;
  readonly #failed: (error: Error) => void;
  readonly #beginning: NodeJS.Timeout;
  #worker: Worker | null = null;
  #exited: Promise<void> = Promise.resolve();
  readonly #asked: ((state: WalState | null) => void)[] = [];
  #running = true;

  /** @param db the writing connection of the same file */
  constructor(db: Db, onFile: OpenDatabase, failed: (error: Error) => void) {
    this.#db = db;
    this.#onFile = onFile;
    this.#failed = failed;
    this.#beginning = setTimeout(() => this.#begin(), beginsAfterMs).unref();
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
    clearTimeout(this.#beginning);
    if (this.#worker === null) this.#running = false;
    else if (this.#running) this.#tell({ kind: 'stop' });
    await this.#exited;
  }

  #begin(): Worker {
    const worker = new Worker(workerFile, { workerData: { ...this.#onFile, mustExist: true } satisfies OpenDatabase });
    this.#worker = worker;
    // Only whoever waits for an answer or for its end keeps the process alive.
    worker.unref();
    worker.on('message', (message: FromCheckpointWorker) => {
      if (message.kind === 'ready') this.#leaveToWorker();
      else {
        this.#asked.shift()?.(message.state);
        if (this.#asked.length === 0) worker.unref();
      }
    });
    worker.on('error', this.#failed);
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#takeBack();
        for (const answer of this.#asked.splice(0)) answer(null);
        resolve();
      });
    });
    return worker;
  }

  #tell(message: ToCheckpointWorker): void {
    clearTimeout(this.#beginning);
    const worker = this.#worker ?? this.#begin();
    worker.ref();
    worker.postMessage(message);
  }

  #leaveToWorker(): void {
    if (this.#running && this.#db.open) this.#db.pragma('wal_autocheckpoint = 0');
  }

  #takeBack(): void {
    this.#running = false;
    if (this.#db.open) this.#db.pragma(`wal_autocheckpoint = ${pagesByItself}`);
  }
}
