/**
 * Imports the customers of a region.
 *
 * | phase | where | after a crash |
 * | --- | --- | --- |
 * | reading, indexing | threads, into `import.part` | the old customers; the same file continues at the last commit |
 * | checking | here, compares the findings with the current region | the old customers |
 * | switching | one commit here | the old or the new customers; the old file stays for one step back |
 * | refreshing own copies | here, a few milliseconds at a time | the new customers; the next start continues |
 */
import { accessSync, constants, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { customersOnTill, regionState, removeOldRegions, takeRegion } from '../customers/region.ts';
import type { RecordKeeper } from '../customers/told.ts';
import type { Db, OpenDatabase } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import type { FileTrouble } from '../machine/file-trouble.ts';
import { flushFolder, timeInName } from '../machine/folder-files.ts';
import type { Log } from '../machine/log.ts';
import type { ColumnReport } from './csv-columns.ts';
import { doubtsOf } from './doubts.ts';
import { dropDeltaCopies, stepBackFromDeltas } from './feed/delta-copies.ts';
import { feedMemory } from './feed/feed-memory.ts';
import {
  type Findings,
  type ImportFailure,
  type ImportOptions,
  type ImportState,
  plainImport,
  type RegionFacts,
} from './import-state.ts';
import type { FromImportWorker, ImportTask, ToImportWorker } from './import-task.ts';
import { OwnCopiesRefresh } from './own-copies-refresh.ts';
import { keepRegion, regionBefore, stepBack } from './region-before.ts';

const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './import-worker.ts' : './import-worker.js',
  import.meta.url,
);

export type ImportParameters = {
  readonly db: Db;
  readonly records: RecordKeeper;
  readonly log: Log;
  readonly onFile: OpenDatabase;
  readonly dataDir: string;
  readonly clock: Clock;
  /** Country of mobiles without a country code, and the time zone that dates are converted to. */
  readonly store: { readonly countryCode: string; readonly timeZone: string };
  readonly changed: (state: ImportState) => void;
  /** The customer's record has changed. */
  readonly customerChanged: (customerId: number) => void;
};

type Running = {
  readonly worker: Worker;
  readonly task: ImportTask;
  readonly options: ImportOptions;
  readonly startedAtMs: number;
};

type Ready = Extract<FromImportWorker, { kind: 'ready' }>;
type Question = { readonly running: Running; readonly findings: Findings };

export class CustomerImport {
  readonly #options: ImportParameters;
  readonly #refresh: OwnCopiesRefresh;
  #state: ImportState = { kind: 'none' };
  #running: Running | null = null;
  #question: Question | null = null;
  #columns: readonly ColumnReport[] | null = null;
  #ended: Promise<void> = Promise.resolve();
  #firstReadAt: { readonly atMs: number; readonly records: number; readonly bytes: number } | null = null;

  constructor(parameters: ImportParameters) {
    this.#options = parameters;
    this.#refresh = new OwnCopiesRefresh(parameters);
  }

  /** The screen's calls. */
  readonly calls = {
    'customers.import': ({ file, ...options }: { readonly file: string } & Omit<ImportOptions, 'sure'>) => {
      this.start(file, { ...options, sure: false });
      return this.#state;
    },
    'customers.importAnswer': ({ take }: { readonly take: boolean }) => {
      this.answer(take);
      return this.#state;
    },
    'customers.importUndo': () => {
      this.undo();
      return this.#state;
    },
    'customers.importCancel': () => {
      this.cancel();
      return this.#state;
    },
    'customers.importState': () => this.#state,
    'customers.region': () => this.facts,
  };

  get state(): ImportState {
    return this.#state;
  }

  get facts(): RegionFacts {
    const { db, dataDir } = this.#options;
    const state = regionState(db);
    const asOfMs = state.kind === 'there' ? state.asOfMs : null;
    const { deltas } = feedMemory(db);
    return {
      customers: customersOnTill(db),
      asOfMs: asOfMs === null ? null : Math.max(asOfMs, ...deltas),
      beforeAsOfMs: deltas.length > 0 ? asOfMs : (regionBefore(db, dataDir)?.asOfMs ?? null),
    };
  }

  /** Resolves when no import is running any more. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /**
   * Continues refreshing own copies after an interruption, and removes old region files. @returns what could not be
   * removed
   */
  resumeAtStart(): readonly FileTrouble[] {
    this.#ended = this.#refresh.run();
    return this.#clear();
  }

  /**
   * @param asOfMs the latest time of the data; default: the file's time
   * @returns false if an import is already running
   */
  start(file: string, options: ImportOptions = plainImport, asOfMs: number | null = null): boolean {
    if (this.#isBusy) return false;
    const { dataDir, onFile, clock, store } = this.#options;
    const source = path.resolve(file);
    this.#question = null;
    const trouble = unreadable(source);
    if (trouble !== null) {
      this.#fail(source, trouble);
      return true;
    }
    const { encoding, dateOrder } = options;
    const task: ImportTask = {
      source,
      reading: { encoding, dateOrder, countryCode: store.countryCode, timeZone: store.timeZone },
      till: onFile,
      dataDir,
      staging: path.join(dataDir, 'import.part'),
      report: reportFile(source, dataDir),
      asOfMs: asOfMs ?? clock.wallMs(),
    };
    this.#firstReadAt = null;
    this.#columns = null;
    const worker = new Worker(workerFile, { workerData: task });
    this.#running = { worker, task, options, startedAtMs: clock.monotonicMs() };
    this.#show({
      kind: 'reading',
      file: source,
      columns: null,
      records: 0,
      refused: 0,
      part: 0,
      recordsPerSecond: 0,
      secondsLeft: null,
    });
    this.#inBackground(source, this.#follow(this.#running));
    return true;
  }

  /** Answers the question after reading: whether to import the file. */
  answer(take: boolean): void {
    const asked = this.#question;
    if (asked === null) return;
    this.#question = null;
    if (take) this.#inBackground(asked.running.task.source, this.#take(asked.running, asked.findings));
    else {
      rmSync(asked.running.task.staging, { force: true });
      this.#show({ kind: 'none' });
    }
  }

  /** Goes back to the previous region or, if deltas were applied to this one, to this region without them. */
  undo(): void {
    if (this.#isBusy) return;
    const { db, dataDir, onFile, clock } = this.#options;
    const startedAtMs = clock.monotonicMs();
    const { deltas, hidden } = feedMemory(db);
    const isThere = deltas.length > 0 || stepBack(db, dataDir, onFile.keyHex, clock.wallMs());
    if (!isThere) {
      this.#fail('', 'nothing-before');
      return;
    }
    this.#show({ kind: 'refreshing', file: '', customers: customersOnTill(db), refused: 0 });
    const isReady = deltas.length > 0 ? stepBackFromDeltas(db, hidden, clock) : Promise.resolve();
    this.#inBackground(
      '',
      isReady.then(() => this.#refreshOwnCopies({ file: '', refused: 0, report: null }, startedAtMs)),
    );
  }

  /** Stops the import. Starting it again with the same file continues it. */
  cancel(): void {
    const message: ToImportWorker = { kind: 'cancel' };
    this.#running?.worker.postMessage(message);
  }

  /** Call before closing the database. */
  async close(): Promise<void> {
    this.#refresh.stop();
    // What the thread has committed stays; the rest is read again.
    await this.#running?.worker.terminate();
    await this.#ended;
  }

  /** Runs work in the background. Any error becomes a failed import, never an unhandled rejection (F37). */
  #inBackground(file: string, work: Promise<void>): void {
    this.#ended = work.catch((error: unknown) => {
      const { log } = this.#options;
      log.write('error', 'an import failed', { error: error instanceof Error ? error.name : 'unknown' });
      this.#fail(file, failureOf(codeOf(error)));
    });
  }

  get #isBusy(): boolean {
    return this.#running !== null || this.#state.kind === 'refreshing';
  }

  async #follow(running: Running): Promise<void> {
    const { worker, task } = running;
    let last: FromImportWorker | null = null;
    await new Promise<void>((resolve) => {
      worker.on('message', (message: FromImportWorker) => {
        last = message;
        this.#received(running, message);
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
        await this.#checkFindings(running, last);
        return;
      case 'cancelled':
        this.#show({ kind: 'cancelled', file, records: last.records });
        return;
      case 'unreadable':
        rmSync(running.task.staging, { force: true });
        this.#fail(file, last.why, last.line);
        return;
      case 'failed':
        this.#fail(file, failureOf(last.code));
        return;
      default:
        this.#fail(file, 'stopped');
    }
  }

  #received({ task }: Running, message: FromImportWorker): void {
    const file = task.source;
    if (message.kind === 'columns') {
      this.#columns = message.columns;
      // A small file is read before there is any progress to report.
      if (this.#state.kind === 'reading') this.#show({ ...this.#state, columns: message.columns });
    }
    if (message.kind === 'indexing') {
      const { records, refused, done, of } = message;
      this.#show({ kind: 'indexing', file, records, refused, done, of });
    }
    if (message.kind !== 'reading') return;
    const { records, refused, bytes, totalBytes } = message;
    const atMs = this.#options.clock.monotonicMs();
    // Records of an earlier run are only skipped, much faster than the rest is read.
    this.#firstReadAt ??= { atMs, records, bytes };
    const first = this.#firstReadAt;
    const seconds = (atMs - first.atMs) / 1000;
    const bytesPerSecond = seconds === 0 ? 0 : (bytes - first.bytes) / seconds;
    this.#show({
      kind: 'reading',
      file,
      columns: this.#columns,
      records,
      refused,
      part: totalBytes === 0 ? 1 : bytes / totalBytes,
      recordsPerSecond: seconds === 0 ? 0 : Math.round((records - first.records) / seconds),
      secondsLeft: bytesPerSecond === 0 ? null : Math.ceil((totalBytes - bytes) / bytesPerSecond),
    });
  }

  async #checkFindings(running: Running, ready: Ready): Promise<void> {
    const { task, options } = running;
    const { rows: customers, records, refused } = ready;
    if (customers === 0) {
      rmSync(task.staging, { force: true });
      this.#fail(task.source, 'nothing-in-it');
      return;
    }
    const state = regionState(this.#options.db);
    const before = state.kind === 'there' ? state.rows : null;
    const columns = this.#columns;
    const findings: Findings = {
      file: task.source,
      columns,
      customers,
      records,
      refused,
      report: refused === 0 ? null : task.report,
      before,
      doubts: doubtsOf({ ...ready, customers, columns, before }),
    };
    if (options.check) {
      rmSync(task.staging, { force: true });
      this.#show({ kind: 'checked', ...findings });
    } else if (findings.doubts.length > 0 && !options.sure) {
      this.#question = { running, findings };
      this.#show({ kind: 'question', ...findings });
    } else await this.#take(running, findings);
  }

  async #take({ task, startedAtMs }: Running, findings: Findings): Promise<void> {
    const { db, dataDir, onFile, clock } = this.#options;
    const name = `region-${timeInName(clock.wallMs())}.db`;
    renameSync(task.staging, path.join(dataDir, name));
    flushFolder(dataDir);
    const present = regionState(db);
    if (!takeRegion(db, dataDir, onFile.keyHex, name)) {
      this.#fail(findings.file, 'not-taken');
      return;
    }
    keepRegion(db, present, clock.wallMs());
    this.#clear();
    await dropDeltaCopies(db, clock);
    await this.#refreshOwnCopies(findings, startedAtMs);
  }

  async #refreshOwnCopies(
    { file, refused, report }: Pick<Findings, 'file' | 'refused' | 'report'>,
    startedAtMs: number,
  ): Promise<void> {
    const { db, clock } = this.#options;
    this.#show({ kind: 'refreshing', file, customers: customersOnTill(db), refused });
    await this.#refresh.run();
    const seconds = Math.round((clock.monotonicMs() - startedAtMs) / 1000);
    this.#show({ kind: 'done', file, customers: customersOnTill(db), refused, seconds, report });
  }

  #clear(): readonly FileTrouble[] {
    const { db, dataDir } = this.#options;
    return removeOldRegions(db, dataDir, regionBefore(db, dataDir)?.name ?? null);
  }

  #fail(file: string, why: ImportFailure, line: number | null = null): void {
    this.#show({ kind: 'failed', file, why, line });
  }

  #show(state: ImportState): void {
    this.#state = state;
    this.#options.changed(state);
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

/** The report goes beside the file or, if that is not writable, into the till's data folder. */
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

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' ? code : '';
}
