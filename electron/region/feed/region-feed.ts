/** Keeps this till's region up to date from a feed: checks it, downloads, verifies and imports. */

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { MachineConfig } from '../../config/machine-config.ts';
import { readSigningKey } from '../../config/public-key.ts';
import { regionState } from '../../customers/region.ts';
import type { Random } from '../../machine/clock.ts';
import type { Log } from '../../machine/log.ts';
import type { CustomerImport, ImportParameters } from '../customer-import.ts';
import { plainImport } from '../import-state.ts';
import { type FeedMemory, feedMemory, keepFeedMemory } from './feed-memory.ts';
import { type Download, FeedSource, type FetchTrouble } from './feed-source.ts';
import { type FeedFile, filesToNewest, type Manifest, readManifest, type WhyNoManifest } from './manifest.ts';
import { takeDelta } from './take-delta.ts';
import { waitForFeed } from './when.ts';

/**
 * - `asks`: a file would remove many customers, or looks mixed up; somebody has to confirm it on screen, or publish a
 * new one
 * - `not-taken`: a file could not be read or written; see the log
 * - `older`: the manifest is older than the till's data from this feed
 * - `no-way`: the manifest has no files that lead to its state
 */
export type FeedFailure = FetchTrouble['why'] | WhyNoManifest | 'asks' | 'not-taken' | 'older' | 'no-way';

export type FeedFacts = {
  /** The time of the feed's data; null: nothing was imported from it. */
  readonly asOfMs: number | null;
  /** When the feed last answered, and the till had or got what it names. */
  readonly freshAtMs: number | null;
  readonly triedAtMs: number | null;
  readonly failure: FeedFailure | null;
  /** A system or HTTP code, for IT. */
  readonly code: string | null;
};

export type RegionFeedOptions = ImportParameters & {
  readonly config: () => MachineConfig['region'];
  readonly customerImport: CustomerImport;
  readonly download: Download;
  readonly random: Random;
  readonly log: Log;
  readonly feedChanged: () => void;
};

const minuteMs = 60_000;
const firstLookMs = 20_000;
const longestRetryMs = 2 * 60 * minuteMs;

export class RegionFeed {
  readonly #options: RegionFeedOptions;
  readonly #stop = new AbortController();
  #cancel: () => void = () => undefined;
  #running: Promise<void> | null = null;
  #failures = 0;
  /** The full file being imported. */
  #taking: string | null = null;
  /** The full file that waits for confirmation. */
  #question: { readonly target: string; readonly state: string; readonly asOfMs: number } | null = null;
  #last: Pick<FeedFacts, 'triedAtMs' | 'failure' | 'code'> = { triedAtMs: null, failure: null, code: null };

  constructor(options: RegionFeedOptions) {
    this.#options = options;
  }

  /** The screen's calls. */
  readonly calls = {
    'customers.feed': () => this.facts,
    'customers.feedLook': () => {
      void this.look();
      return this.facts;
    },
  };

  /** null: no feed in the config */
  get facts(): FeedFacts | null {
    if (this.#options.config().feed === null) return null;
    const { asOfMs, freshAtMs } = feedMemory(this.#options.db);
    return { asOfMs, freshAtMs, ...this.#last };
  }

  start(): void {
    this.#plan(firstLookMs);
  }

  /** The config changed, or the till woke up. */
  changed(): void {
    this.#failures = 0;
    this.#plan(0);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#cancel();
    await this.#running;
  }

  /**
   * An import or a step back is done.
   * @param file the imported file; empty: a step back
   */
  imported(file: string): void {
    const asked = this.#question;
    this.#question = null;
    if (file === this.#taking) return;
    const { state } = feedMemory(this.#options.db);
    if (asked !== null && file === asked.target) {
      // Somebody confirmed it.
      this.#last = { ...this.#last, failure: null, code: null };
      this.#keep({ state: asked.state, asOfMs: asked.asOfMs, deltas: [], hidden: [], refusedState: null });
    } else {
      const refusedState = file === '' ? state : null;
      this.#keep({ state: null, asOfMs: null, etag: null, deltas: [], hidden: [], refusedState });
    }
    this.#options.feedChanged();
  }

  /** Checks the feed now. */
  look(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = null;
      this.#plan(0);
    });
    return this.#running;
  }

  #keep(what: Partial<FeedMemory>): void {
    keepFeedMemory(this.#options.db, what, this.#options.clock.wallMs());
  }

  #plan(atLeastMs: number): void {
    this.#cancel();
    const region = this.#options.config();
    if (this.#stop.signal.aborted || region.feed === null) return;
    const { clock, random, store } = this.#options;
    const retryMs = Math.min(longestRetryMs, 5 * minuteMs * 2 ** (this.#failures - 1)) * (0.75 + random.fraction() / 2);
    const waitMs = waitForFeed(
      region,
      feedMemory(this.#options.db).freshAtMs,
      clock.wallMs(),
      store.timeZone,
      random.fraction(),
    );
    const nextMs = this.#failures > 0 ? retryMs : waitMs;
    // Waits in steps, because a timer is limited to 24 days.
    const stepMs = Math.max(atLeastMs, Math.min(nextMs, 6 * 60 * minuteMs));
    this.#cancel = clock.after(stepMs, () => {
      if (nextMs > stepMs) this.#plan(0);
      else void this.look();
    });
  }

  async #look(): Promise<void> {
    const failure = await this.#refresh().catch((error: unknown) => {
      this.#options.log.write('error', 'the feed of the region broke off', {
        error: error instanceof Error ? error.name : 'unknown',
      });
      return { why: 'not-taken' as const, code: 'FAULT' };
    });
    if (this.#stop.signal.aborted) return;
    this.#last = {
      triedAtMs: this.#options.clock.wallMs(),
      failure: failure?.why ?? null,
      code: failure?.code ?? null,
    };
    // While a question is open, wait for the next regular check.
    this.#failures = failure === null || failure.why === 'asks' ? 0 : this.#failures + 1;
    if (failure !== null) this.#options.log.write('warn', 'the feed of the region was not taken', failure);
    this.#options.feedChanged();
  }

  async #refresh(): Promise<Failure | null> {
    const { feed, publicKey } = this.#options.config();
    if (feed === null) return null;
    const { download, clock } = this.#options;
    const source = new FeedSource(feed, download, clock, this.#stop.signal);
    const before = feedMemory(this.#options.db);
    const answer = await source.manifest(before.etag);
    if (answer.kind === 'trouble') return answer;
    if (answer.kind === 'same') {
      this.#keep({ freshAtMs: clock.wallMs() });
      return null;
    }
    const manifest = readManifest(answer.text, publicKey === null ? null : readSigningKey(publicKey));
    if (typeof manifest === 'string') return { why: manifest, code: 'manifest' };
    const madeAtMs = Date.parse(manifest.madeAt);
    // An old copy of the feed would undo newer data.
    if (before.madeAtMs !== null && madeAtMs < before.madeAtMs) return { why: 'older', code: 'manifest' };
    const failure = manifest.state === before.refusedState ? null : await this.#takeFiles(source, manifest);
    if (this.#stop.signal.aborted) return null;
    if (failure !== null && failure.why !== 'asks') return failure;
    this.#keep({ madeAtMs, etag: answer.etag, freshAtMs: clock.wallMs() });
    if (failure !== null) this.#keep({ refusedState: manifest.state });
    return failure;
  }

  async #takeFiles(source: FeedSource, manifest: Manifest): Promise<Failure | null> {
    const { db } = this.#options;
    const region = regionState(db);
    // A delta keeps the search keys of the customers that it does not name.
    const state = region.kind === 'there' && region.isOlder ? null : feedMemory(db).state;
    const files = filesToNewest(manifest, state);
    if (files === null) return { why: 'no-way', code: 'manifest' };
    const folder = path.join(this.#options.dataDir, 'region-feed');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Remove downloads that belong to another manifest.
    const named = new Set(files.flatMap(({ name }) => [name, `${name}.part`]));
    for (const name of readdirSync(folder)) if (!named.has(name)) rmSync(path.join(folder, name), { force: true });
    for (const file of files) {
      const target = path.join(folder, file.name);
      const trouble = await source.fetch(file, target);
      if (this.#stop.signal.aborted) return null;
      const failure = trouble ?? (await this.#take(file, target));
      if (this.#stop.signal.aborted) return null;
      if (failure?.why !== 'asks') rmSync(target, { force: true });
      if (failure !== null) return failure;
      this.#options.log.write('info', 'the feed of the region was taken', {
        kind: file.kind,
        customers: file.customers,
      });
    }
    return null;
  }

  async #take(file: FeedFile, target: string): Promise<Failure | null> {
    const asOfMs = Date.parse(file.madeAt);
    return file.kind === 'full'
      ? await this.#takeFull(file, target, asOfMs)
      : await this.#takeDelta(file, target, asOfMs);
  }

  async #takeFull({ state }: FeedFile, target: string, asOfMs: number): Promise<Failure | null> {
    const { customerImport } = this.#options;
    if (!customerImport.start(target, plainImport, asOfMs)) return { why: 'not-taken', code: 'BUSY' };
    this.#taking = target;
    await customerImport.ended;
    this.#taking = null;
    const { state: ended } = customerImport;
    if (ended.kind === 'question') {
      this.#question = { target, state, asOfMs };
      return { why: 'asks', code: ended.doubts.join(' ') };
    }
    if (ended.kind !== 'done') return { why: 'not-taken', code: ended.kind === 'failed' ? ended.why : ended.kind };
    this.#keep({ state, asOfMs, deltas: [], hidden: [], refusedState: null });
    return null;
  }

  async #takeDelta({ state }: FeedFile, target: string, asOfMs: number): Promise<Failure | null> {
    const { store } = this.#options;
    const reading = {
      encoding: 'utf-8',
      dateOrder: null,
      countryCode: store.countryCode,
      timeZone: store.timeZone,
    } as const;
    const before = feedMemory(this.#options.db);
    const taken = await takeDelta(
      { ...this.#options, reading, stopped: () => this.#stop.signal.aborted },
      target,
      before.hidden,
    );
    switch (taken.kind) {
      case 'taken':
        this.#keep({ state, asOfMs, deltas: [...before.deltas, asOfMs], hidden: [...taken.hidden] });
        return null;
      case 'doubtful':
        return { why: 'asks', code: 'delta' };
      case 'stopped':
        return { why: 'not-taken', code: 'stopped' };
      case 'unreadable':
        return { why: 'not-taken', code: taken.why };
      case 'failed':
        return { why: 'not-taken', code: taken.code };
    }
  }
}

type Failure = { readonly why: FeedFailure; readonly code: string };
