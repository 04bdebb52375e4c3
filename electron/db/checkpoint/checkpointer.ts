/**
 * Checkpoints the `-wal` into the database file in a thread of its own. On the writing connection that work would slow
 * down saves: 12 to 28 ms at the 99th percentile instead of 1 to 4.
 *
 * The thread's connection never writes a row (F26). If it fails, the writing connection checkpoints again, so that the
 * `-wal` always stays bounded.
 */
import { Worker } from 'node:worker_threads';
import type { Db, OpenDatabase } from '../open.ts';

/** In the packaged app the worker is built to a file beside the main one. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './checkpoint-worker.ts' : './checkpoint-worker.js',
  import.meta.url,
);

/** Without the thread, the writing connection checkpoints after this many pages, SQLite's default. */
const pagesByItself = 1000;

/** Starting a thread takes half a core of a small machine for a moment, so it waits until the screen is drawn. */
const beginsAfterMs = 2000;

/** Pages in the `-wal`, and how many of them are in the database file already. */
export type WalState = { readonly pages: number; readonly checkpointed: number };

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

  /** Checkpoints now. @returns null if the thread has ended */
  now(): Promise<WalState | null> {
    if (!this.#running) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.#tell({ kind: 'checkpoint' });
    });
  }

  /** Call this before closing the writing connection: SQLite removes the `-wal` only with the last one. */
  async stop(): Promise<void> {
    clearTimeout(this.#beginning);
    if (this.#worker === null) this.#running = false;
    else if (this.#running) this.#tell({ kind: 'stop' });
    await this.#exited;
  }

  #begin(): Worker {
    const worker = new Worker(workerFile, { workerData: { ...this.#onFile, mustExist: true } satisfies OpenDatabase });
    this.#worker = worker;
    // The thread alone does not keep the process alive.
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
