/**
 * Work on the database that takes seconds on a large till (checking every page, copying every row) and must not hold up
 * a search or a save: done in a thread, on a connection that only reads.
 */
import { Worker } from 'node:worker_threads';
import type { BackgroundTask, TaskResult } from './background-tasks.ts';

/** In the packaged app the worker is built to a file beside the main one. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './background-worker.ts' : './background-worker.js',
  import.meta.url,
);

export class Background {
  readonly #workers = new Set<Worker>();
  #closed = false;

  /** @returns `stopped` where it was closed before it was done */
  run(task: BackgroundTask): Promise<TaskResult> {
    if (this.#closed) return Promise.resolve({ kind: 'stopped' });
    return new Promise((resolve, reject) => {
      const worker = new Worker(workerFile, { workerData: task });
      this.#workers.add(worker);
      worker.once('message', (result: TaskResult) => resolve(result));
      worker.once('error', reject);
      worker.once('exit', () => {
        this.#workers.delete(worker);
        resolve({ kind: 'stopped' });
      });
    });
  }

  /** Ends what runs. Before the writing connection closes: it is then the last, and takes the `-wal` away. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }
}
