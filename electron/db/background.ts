/**
 * Runs slow database work (checking every page, copying every row) in a thread on a read-only connection, so that it
 * does not delay searches or saves.
 */
import { Worker } from 'node:worker_threads';
import type { BackgroundTask, TaskResult } from './background-tasks.ts';

/** In the packaged app, the worker is a built file beside the main one. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './background-worker.ts' : './background-worker.js',
  import.meta.url,
);

export class Background {
  readonly #workers = new Set<Worker>();
  #closed = false;

  /** @returns `stopped` if it was closed before the task finished */
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

  /**
   * Stops running tasks. Call this before closing the writing connection: SQLite removes the `-wal` only with the last
   * one.
   */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }
}
