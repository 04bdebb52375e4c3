/**
 * Keeps the second copy (config `rescue.copyTo`, F63): `copyAfterSeconds` after a save, one encrypted file in IT's
 * folder holds everything unsent. It is replaced atomically, and removed once everything is sent. Nothing else waits
 * for that folder, except the sending of an update that is already in a copy, because another till may have taken it
 * over (`copy-watch.ts`).
 */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MachineConfig } from '../../config/machine-config.ts';
import type { Db } from '../../db/open.ts';
import { sql } from '../../db/statements.ts';
import { databaseTrouble } from '../../db/trouble.ts';
import type { Clock, Random } from '../../machine/clock.ts';
import type { Log } from '../../machine/log.ts';
import { Share, ShareTrouble, type StartShareProcess } from '../../machine/share/share.ts';
import type { Whereabouts } from '../../sync/context.ts';
import type { Outbox } from '../../updates/outbox.ts';
import { findUpdate, openList, type Update } from '../../updates/rows.ts';
import { isOpen } from '../../updates/update-states.ts';
import { CopyWatch, type CopyWatchOptions } from './copy-watch.ts';
import type { Sealed, SealTask } from './seal-task.ts';
import { standingName } from './standing-copy.ts';

/** For the screen and IT's monitoring. Counts, times and codes only. */
export type CopyFacts = {
  /** Null: none in the config. */
  readonly folder: string | null;
  /** When the folder was last up to date: with the copy, or without one if everything is sent. */
  readonly rightAtMs: number | null;
  /** Number of changes in the copy. */
  readonly updates: number;
  /** Null: the last try succeeded. */
  readonly failure: { readonly code: string; readonly sinceMs: number } | null;
};

export type SecondCopyOptions = Pick<CopyWatchOptions, 'handedOver' | 'released'> & {
  readonly db: Db;
  readonly outbox: Outbox;
  readonly onFile: Pick<SealTask, 'file' | 'keyHex' | 'nativeBinding'>;
  readonly till: string;
  readonly config: () => MachineConfig['rescue'];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly changed: (facts: CopyFacts) => void;
  readonly startProcess?: StartShareProcess | undefined;
};

const timeoutMs = 10_000;
const againMs = 60_000;
/** The wait if changes were only sent: the old copy is still good, because an import finds out what was sent. */
const lazyMs = 5 * 60_000;
const longestCloseMs = 3000;

const workerFile = new URL(import.meta.url.endsWith('.ts') ? './seal-worker.ts' : './seal-worker.js', import.meta.url);

export class SecondCopy {
  readonly #options: SecondCopyOptions;
  readonly #share: Share;
  readonly #watch: CopyWatch;
  readonly #name: string;
  #facts: Omit<CopyFacts, 'folder'> = { rightAtMs: null, updates: 0, failure: null };
  #due: { readonly atMs: number; readonly cancel: () => void } | null = null;
  #running: Promise<void> | null = null;
  #worker: Worker | null = null;
  #closed = false;
  /** The revision of each update, to notice edits. */
  readonly #revisions = new Map<string, number>();

  constructor(options: SecondCopyOptions) {
    this.#options = options;
    this.#share = new Share({ clock: options.clock, timeoutMs, startProcess: options.startProcess });
    this.#name = standingName(options.till, options.onFile.keyHex);
    this.#watch = new CopyWatch({
      ...options,
      keyHex: options.onFile.keyHex,
      name: this.#name,
      files: this.#share.files,
      lookAgain: (afterMs) => {
        if (this.#lastOpen() > 0) this.#runIn(afterMs);
      },
    });
  }

  /** Handles what an earlier run left unsent or in the folder. */
  start(): void {
    if (this.#hasWork()) this.#runIn(0);
  }

  get facts(): CopyFacts {
    return { folder: this.#options.config().copyTo, ...this.#facts };
  }

  /** An update was saved or changed its state. Further updates do not delay the copy. */
  updateChanged(updateId: string): void {
    if (!this.#hasWork()) return;
    const update = findUpdate(this.#options.db, updateId);
    if (update === null) return;
    const isEdited = update.revision !== (this.#revisions.get(updateId) ?? 0);
    if (isEdited) this.#revisions.set(updateId, update.revision);
    if (!isOpen(update.state)) this.#revisions.delete(updateId);
    const isUrgent = isEdited || update.seq > this.#watch.upToSeq || this.#lastOpen() === 0;
    this.#runIn(isUrgent ? this.#options.config().copyAfterSeconds * 1000 : lazyMs);
  }

  configChanged(): void {
    this.start();
  }

  /** Whether another till may have this update. Ask before each attempt to send it. */
  whereabouts(update: Pick<Update, 'seq'>): Whereabouts | Promise<Whereabouts> {
    return update.seq > this.#watch.upToSeq ? 'here' : this.#watch.whereabouts(update);
  }

  /** Still writes a copy that is due, if the folder answers soon. */
  async close(): Promise<void> {
    const lastOpen = this.#lastOpen();
    const isBehind = lastOpen === 0 ? this.#watch.places.length > 0 : lastOpen > this.#watch.upToSeq;
    const last = this.#hasWork() && isBehind && this.#facts.failure === null ? this.#run() : this.#running;
    if (last !== null) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(longestCloseMs, resolve);
        void last.finally(() => {
          cancel();
          resolve();
        });
      });
    }
    this.#closed = true;
    this.#due?.cancel();
    this.#share.close();
    await this.#worker?.terminate();
  }

  #hasWork(): boolean {
    return this.#options.config().copyTo !== null || this.#watch.places.length > 0;
  }

  /** The earliest wins. */
  #runIn(delayMs: number): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const atMs = clock.monotonicMs() + delayMs;
    if (this.#due !== null && this.#due.atMs <= atMs) return;
    this.#due?.cancel();
    const cancel = clock.after(delayMs, () => {
      this.#due = null;
      void this.#run();
    });
    this.#due = { atMs, cancel };
  }

  /** Runs one at a time. Never rejects. */
  async #run(): Promise<void> {
    while (this.#running !== null) await this.#running;
    this.#running = this.#bringUpToDate().then(
      (updates) => this.#note({ rightAtMs: this.#options.clock.wallMs(), updates, failure: null }),
      (error: unknown) => this.#failed(error),
    );
    await this.#running;
    this.#running = null;
  }

  /** @returns how many updates the copy holds */
  async #bringUpToDate(): Promise<number> {
    const { copyTo } = this.#options.config();
    const trouble = await this.#watch.look();
    const lastOpen = this.#lastOpen();
    for (const place of this.#watch.places) {
      if (place.folder !== copyTo || lastOpen === 0) await this.#watch.clear(place, lastOpen === 0);
    }
    const updates = copyTo === null || lastOpen === 0 ? 0 : await this.#write(copyTo, lastOpen);
    if (trouble !== null && lastOpen > 0) throw trouble;
    return updates;
  }

  async #write(folder: string, upToSeq: number): Promise<number> {
    await this.#watch.noteCopy(folder, upToSeq, this.#options.random.id());
    const sealed = await this.#seal(upToSeq);
    if (sealed.kind === 'failed') throw new ShareTrouble(sealed.code);
    if (sealed.kind === 'nothing-unsent') {
      this.#runIn(0);
      return 0;
    }
    await this.#share.files.write(path.join(folder, this.#name), sealed.text);
    return sealed.head.updates;
  }

  #seal(upToSeq: number): Promise<Sealed> {
    const { onFile, till, random, clock, config } = this.#options;
    const task: SealTask = {
      ...onFile,
      fromTill: till,
      publicKey: config().publicKey,
      exportId: random.id(),
      standing: this.#name,
      upToSeq,
      nowMs: clock.wallMs(),
    };
    const worker = new Worker(workerFile, { workerData: task });
    this.#worker = worker;
    return new Promise<Sealed>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new ShareTrouble('CLOSED')));
    }).finally(() => {
      this.#worker = null;
    });
  }

  /** The sequence number of the last unsent update; 0: everything is sent. */
  #lastOpen(): number {
    const text = `select max(+seq) from updates where state in ${openList}`;
    return sql<number | null>(this.#options.db, text).pluck().get() ?? 0;
  }

  /** IT has to fix an unusable share. Staff are not bothered. */
  #failed(error: unknown): void {
    if (this.#closed) return;
    const code = error instanceof ShareTrouble ? error.code : databaseTrouble(error);
    if (code === null) {
      const name = error instanceof Error ? error.name : 'unknown';
      this.#options.log.write('error', 'the second copy met a fault', { error: name });
    }
    const sinceMs = this.#facts.failure?.sinceMs ?? this.#options.clock.wallMs();
    this.#note({ ...this.#facts, failure: { code: code ?? 'fault', sinceMs } });
    this.#runIn(againMs);
  }

  #note(facts: Omit<CopyFacts, 'folder'>): void {
    const before = this.#facts;
    this.#facts = facts;
    if (this.#closed) return;
    const { log, changed } = this.#options;
    if (before.failure === null && facts.failure !== null) {
      log.write('warn', 'the second copy cannot be written', { code: facts.failure.code });
    } else if (before.failure !== null && facts.failure === null) log.write('info', 'the second copy is written again');
    changed(this.facts);
  }
}
