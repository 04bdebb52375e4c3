/**
 * Bulk import and refresh of the region's customers.
 *
 * | phase | where | what a crash leaves |
 * | --- | --- | --- |
 * | reading, indexing | a thread, in `import.part` | the old customers; the same file goes on where it was committed last |
 * | taking | one commit here | the old customers, or the new ones |
 * | laying | here, a few milliseconds at a time | the new customers; the next start lays the rest |
 */
import { accessSync, constants, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { customersOnTill, removeOldRegions, takeRegion } from '../customers/region.ts';
import type { Db, OpenDatabase } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import type { FileTrouble } from '../machine/file-trouble.ts';
import { flushFolder, timeInName } from '../machine/folder-files.ts';
import type { ImportFailure, ImportState } from './import-state.ts';
import type { FromImportWorker, ImportTask, ToImportWorker } from './import-task.ts';
import { RegionLaying } from './lay-region.ts';

const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './import-worker.ts' : './import-worker.js',
  import.meta.url,
);

export type ImportParameters = {
  readonly db: Db;
  readonly onFile: OpenDatabase;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly changed: (state: ImportState) => void;
  /** The record of this customer is another one now. */
  readonly customerChanged: (customerId: number) => void;
};

type Running = { readonly worker: Worker; readonly task: ImportTask; readonly startedAtMs: number };

export class CustomerImport {
  readonly #at: ImportParameters;
  readonly #laying: RegionLaying;
  #state: ImportState = { kind: 'none' };
  #running: Running | null = null;
  #ended: Promise<void> = Promise.resolve();
  #firstReadAt: { readonly atMs: number; readonly records: number; readonly bytes: number } | null = null;

  constructor(parameters: ImportParameters) {
    this.#at = parameters;
    this.#laying = new RegionLaying(parameters.db, parameters.clock, parameters.customerChanged);
  }

  /** The screen's calls. */
  readonly calls = {
    'customers.import': ({ file }: { readonly file: string }) => {
      this.start(file);
      return this.#state;
    },
    'customers.importCancel': () => {
      this.cancel();
      return this.#state;
    },
    'customers.importState': () => this.#state,
  };

  get state(): ImportState {
    return this.#state;
  }

  /** Resolves when nothing of an import runs any more. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Goes on with laying that a stop cut off, and clears away files of earlier regions. @returns what could not be removed */
  resumeAtStart(): readonly FileTrouble[] {
    this.#ended = this.#laying.run();
    return removeOldRegions(this.#at.db, this.#at.dataDir);
  }

  /** @returns false where one runs already */
  start(file: string): boolean {
    if (this.#running !== null || this.#state.kind === 'laying') return false;
    const { dataDir, onFile, clock } = this.#at;
    const source = path.resolve(file);
    const trouble = unreadable(source);
    if (trouble !== null) {
      this.#show({ kind: 'failed', file: source, why: trouble });
      return true;
    }
    const task: ImportTask = {
      source,
      till: onFile,
      dataDir,
      staging: path.join(dataDir, 'import.part'),
      report: reportFile(source, dataDir),
      nowMs: clock.wallMs(),
    };
    this.#firstReadAt = null;
    const worker = new Worker(workerFile, { workerData: task });
    this.#running = { worker, task, startedAtMs: clock.monotonicMs() };
    this.#show({
      kind: 'reading',
      file: source,
      records: 0,
      refused: 0,
      part: 0,
      recordsPerSecond: 0,
      secondsLeft: null,
    });
    this.#ended = this.#follow(this.#running);
    return true;
  }

  /** What was read so far is kept for the next start with the same file. */
  cancel(): void {
    const message: ToImportWorker = { kind: 'cancel' };
    this.#running?.worker.postMessage(message);
  }

  /** Before the database closes. */
  async close(): Promise<void> {
    this.#laying.stop();
    // A commit of the thread's own holds; what came after it is read again.
    await this.#running?.worker.terminate();
    await this.#ended;
  }

  async #follow(running: Running): Promise<void> {
    const { worker, task } = running;
    let last: FromImportWorker | null = null;
    await new Promise<void>((resolve) => {
      worker.on('message', (message: FromImportWorker) => {
        last = message;
        this.#told(running, message);
      });
      worker.once('error', () => resolve());
      worker.once('exit', () => resolve());
    });
    this.#running = null;
    await this.#end(running, last, task.source);
  }

  async #end(running: Running, last: FromImportWorker | null, file: string): Promise<void> {
    switch (last?.kind) {
      case 'ready':
        await this.#take(running, last.rows, last.refused);
        return;
      case 'cancelled':
        this.#show({ kind: 'cancelled', file, records: last.records });
        return;
      case 'unreadable':
        rmSync(running.task.staging, { force: true });
        this.#show({ kind: 'failed', file, why: last.why });
        return;
      case 'failed':
        this.#show({ kind: 'failed', file, why: failureOf(last.code) });
        return;
      default:
        this.#show({ kind: 'failed', file, why: 'stopped' });
    }
  }

  #told({ task }: Running, message: FromImportWorker): void {
    const file = task.source;
    if (message.kind === 'indexing') {
      const { records, refused, done, of } = message;
      this.#show({ kind: 'indexing', file, records, refused, done, of });
    }
    if (message.kind !== 'reading') return;
    const { records, refused, bytes, totalBytes, resumedAt } = message;
    const atMs = this.#at.clock.monotonicMs();
    // What an earlier run has taken is only read over, much faster than the rest.
    if (records > resumedAt) this.#firstReadAt ??= { atMs, records, bytes };
    const first = this.#firstReadAt;
    const seconds = first === null ? 0 : (atMs - first.atMs) / 1000;
    const bytesPerSecond = first === null || seconds === 0 ? 0 : (bytes - first.bytes) / seconds;
    this.#show({
      kind: 'reading',
      file,
      records,
      refused,
      part: totalBytes === 0 ? 1 : bytes / totalBytes,
      recordsPerSecond: first === null || seconds === 0 ? 0 : Math.round((records - first.records) / seconds),
      secondsLeft: bytesPerSecond === 0 ? null : Math.ceil((totalBytes - bytes) / bytesPerSecond),
    });
  }

  async #take({ task, startedAtMs }: Running, rows: number, refused: number): Promise<void> {
    const { db, dataDir, onFile, clock } = this.#at;
    const file = task.source;
    if (rows === 0) {
      rmSync(task.staging, { force: true });
      this.#show({ kind: 'failed', file, why: 'nothing-in-it' });
      return;
    }
    const name = `region-${timeInName(clock.wallMs())}.db`;
    renameSync(task.staging, path.join(dataDir, name));
    flushFolder(dataDir);
    if (!takeRegion(db, dataDir, onFile.keyHex, name)) {
      this.#show({ kind: 'failed', file, why: 'not-taken' });
      return;
    }
    removeOldRegions(db, dataDir);
    this.#show({ kind: 'laying', file, customers: customersOnTill(db), refused });
    await this.#laying.run();
    this.#show({
      kind: 'done',
      file,
      customers: customersOnTill(db),
      refused,
      seconds: Math.round((clock.monotonicMs() - startedAtMs) / 1000),
      report: refused === 0 ? null : task.report,
    });
  }

  #show(state: ImportState): void {
    this.#state = state;
    this.#at.changed(state);
  }
}

function unreadable(file: string): ImportFailure | null {
  try {
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no-such-file' : 'not-allowed';
  }
}

/** Beside the file; where nobody may write there, with the till's data. */
function reportFile(source: string, dataDir: string): string {
  const name = `${path.basename(source)}.refused.csv`;
  try {
    accessSync(path.dirname(source), constants.W_OK);
    return path.join(path.dirname(source), name);
  } catch {
    return path.join(dataDir, name);
  }
}

function failureOf(code: string): ImportFailure {
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return 'disk-full';
  if (code === 'EACCES' || code === 'EPERM') return 'not-allowed';
  return code === 'ENOENT' ? 'no-such-file' : 'other';
}
