/**
 * Background maintenance while the till runs: checks a large database, makes a daily backup, watches the disk space. It
 * never delays a search or a save, and a failure never stops the till.
 */
import { statSync } from 'node:fs';
import { databaseId, type FileId, keepOpenDatabase } from '../data/keep-open-database.ts';
import type { Background } from '../db/background.ts';
import { isDamage } from '../db/background-tasks.ts';
import { type BackupResult, type BackupWhy, listBackups, makeBackup } from '../db/backup/backups.ts';
import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import { type DiskSpace, diskSpace } from '../machine/disk-space.ts';
import { folderFiles } from '../machine/folder-files.ts';
import type { Log } from '../machine/log.ts';

/** What the screen shows. Counts and times only. */
export type UpkeepFacts = {
  /** Null until it is known. */
  readonly disk: DiskSpace | null;
  /**
   * The database is damaged and IT should restore the newest backup soon. The till keeps working with what can be read.
   */
  readonly isDamaged: boolean;
  readonly lastBackupAtMs: number | null;
};

export type UpkeepOptions = {
  readonly dataDir: string;
  readonly db: Db;
  readonly keyHex: string;
  readonly background: Background;
  readonly clock: Clock;
  readonly log: Log;
  readonly nativeBinding?: string | undefined;
  /** False: the database has not been checked yet. */
  readonly isChecked: boolean;
  readonly endedCleanly: boolean;
  readonly lostCommits: boolean;
  /** Called when the facts on screen have changed. */
  readonly changed: (facts: UpkeepFacts) => void;
  readonly readDiskSpace?: typeof diskSpace;
  /** Removes old data, a little at a time. */
  readonly tidy?: () => Promise<void>;
  /** A backup was made. */
  readonly backedUp?: (why: BackupWhy) => void;
};

/** The check waits until the start is over, and the first round comes later still. */
const checkAfterMs = 30_000;
const firstRoundMs = 10 * 60_000;
const roundMs = 60 * 60_000;
const diskEveryMs = 5 * 60_000;
const dayMs = 24 * 60 * 60_000;
const tidyAfterMs = 5 * 60_000;

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #readDiskSpace: typeof diskSpace;
  readonly #timers = new Map<string, () => void>();
  #facts: UpkeepFacts;
  readonly #fileId: FileId | null;
  #closed = false;
  #isMakingDaily = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#fileId = databaseId(folderFiles(options.dataDir));
    this.#readDiskSpace = options.readDiskSpace ?? diskSpace;
    if (options.lostCommits) options.log.write('error', 'commits that were written to the disk are missing', {});
    this.#facts = {
      disk: null,
      isDamaged: options.lostCommits,
      lastBackupAtMs: listBackups(options.dataDir)[0]?.atMs ?? null,
    };
  }

  start(): void {
    if (!this.#options.isChecked) this.#schedule('check', checkAfterMs, () => this.#check());
    this.#schedule('round', firstRoundMs, () => this.#round());
    if (this.#options.tidy !== undefined) this.#schedule('tidy', tidyAfterMs, () => this.#tidy());
    // Not right now, so that the first search comes first.
    this.#schedule('disk', 0, () => this.#lookAtDisk());
  }

  get facts(): UpkeepFacts {
    return this.#facts;
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  async backUp(why: BackupWhy): Promise<BackupResult> {
    const { dataDir, keyHex, background, clock, log, nativeBinding } = this.#options;
    const result = await makeBackup({ dataDir, keyHex, why, wallMs: clock.wallMs(), background, nativeBinding });
    if (result.kind === 'made') {
      log.write('info', 'backup made', { why, bytes: result.bytes });
      this.#note({ lastBackupAtMs: clock.wallMs() });
      this.#options.backedUp?.(why);
    } else if (result.kind === 'failed') {
      log.write('error', 'backup failed', { why, code: result.code });
      // A backup reads every page, so it finds damage.
      if (isDamage(result.code)) this.#note({ isDamaged: true });
    }
    return result;
  }

  #schedule(name: string, delayMs: number, run: () => Promise<void>): void {
    if (this.#closed) return;
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(name);
      void run().catch((error: unknown) => {
        this.#options.log.write('error', 'upkeep failed', { job: name, error: nameOf(error) });
      });
    });
    this.#timers.set(name, cancel);
  }

  async #check(): Promise<void> {
    const { dataDir, keyHex, background, log, nativeBinding, endedCleanly } = this.#options;
    const file = folderFiles(dataDir).database;
    const depth = endedCleanly ? 'quick' : 'full';
    const result = await background.run({ kind: 'check', depth, file, keyHex, nativeBinding });
    if (result.kind === 'checked' && result.problems.length === 0) log.write('info', 'database checked', { depth });
    else if (result.kind === 'checked') this.#foundDamage(result.problems.length);
    else if (result.kind === 'failed') log.write('warn', 'database not checked', { code: result.code });
  }

  #foundDamage(problems: number): void {
    this.#options.log.write('error', 'the database is damaged', { problems });
    this.#note({ isDamaged: true });
  }

  async #tidy(): Promise<void> {
    this.#schedule('tidy', dayMs, () => this.#tidy());
    await this.#options.tidy?.();
  }

  async #round(): Promise<void> {
    this.#schedule('round', roundMs, () => this.#round());
    // On a slow disk, a backup may take longer than a round, and it is not listed until it is complete.
    if (this.#isMakingDaily || !this.#isBackupDue() || !this.#hasRoomForBackup()) return;
    this.#isMakingDaily = true;
    try {
      await this.backUp('daily');
    } finally {
      this.#isMakingDaily = false;
    }
  }

  #isBackupDue(): boolean {
    const last = listBackups(this.#options.dataDir).find(({ why }) => why === 'daily');
    // After the clock was set back, the last backup lies in the future; that must not delay the next one.
    return last === undefined || Math.abs(this.#options.clock.wallMs() - last.atMs) >= dayMs;
  }

  /** A backup must not fill the disk, because saves need the space more. */
  #hasRoomForBackup(): boolean {
    const { disk } = this.#facts;
    if (disk === null) return true;
    const { size } = statSync(folderFiles(this.#options.dataDir).database);
    const hasRoom = !disk.isLow && disk.freeBytes > 2 * size;
    if (!hasRoom)
      this.#options.log.write('warn', 'not enough disk space for a backup', { freeBytes: disk.freeBytes, bytes: size });
    return hasRoom;
  }

  /** Also called before the till closes, so that saves since the last look are included. */
  lookAtFile(): void {
    const { dataDir, db, log } = this.#options;
    const files = folderFiles(dataDir);
    if (databaseId(files) === this.#fileId) return;
    this.#note({ isDamaged: true });
    const refused = keepOpenDatabase(db, files);
    log.write('error', 'the database file was removed while it was open', { kept: refused === null, refused });
  }

  async #lookAtDisk(): Promise<void> {
    this.lookAtFile();
    const disk = await this.#readDiskSpace(this.#options.dataDir);
    if (this.#closed) return;
    const wasLow = this.#facts.disk?.isLow ?? false;
    if (disk !== null && disk.isLow !== wasLow) {
      this.#options.log.write(
        disk.isLow ? 'warn' : 'info',
        disk.isLow ? 'the disk is nearly full' : 'the disk has enough space again',
        {
          freeBytes: disk.freeBytes,
        },
      );
    }
    this.#note({ disk });
    this.#schedule('disk', diskEveryMs, () => this.#lookAtDisk());
  }

  #note(change: Partial<UpkeepFacts>): void {
    const before = this.#facts;
    this.#facts = { ...before, ...change };
    const isShown =
      before.disk?.isLow !== this.#facts.disk?.isLow ||
      before.isDamaged !== this.#facts.isDamaged ||
      before.lastBackupAtMs !== this.#facts.lastBackupAtMs;
    if (isShown && !this.#closed) this.#options.changed(this.#facts);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
