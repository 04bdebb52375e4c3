/** Keeps the newest backup beside the second copy, if configured (`rescue.copyBackup`). */
import path from 'node:path';
import type { MachineConfig } from '../../config/machine-config.ts';
import { listBackups } from '../../db/backup/backups.ts';
import { type Clock, ownMomentMs, type Random } from '../../machine/clock.ts';
import type { Log } from '../../machine/log.ts';
import { Share, ShareTrouble, type StartShareProcess } from '../../machine/share/share.ts';
import { readHealthNote } from '../health-note.ts';
import { backupName } from './standing-copy.ts';

export type BackupCopyFacts = {
  /** The name of the backup that was copied last since the start. */
  readonly copied: string | null;
  /** Null: the last try succeeded, or there was none. */
  readonly failure: { readonly code: string; readonly sinceMs: number } | null;
};

export type BackupCopyOptions = {
  readonly dataDir: string;
  readonly till: string;
  readonly keyHex: string;
  readonly config: () => MachineConfig['rescue'];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly changed: (facts: BackupCopyFacts) => void;
  readonly startProcess?: StartShareProcess | undefined;
};

/** Enough for a gigabyte over a slow connection. */
const timeoutMs = 30 * 60_000;
/** A chain's tills open, and get a changed config, at the same time. All backups at once are too much for a share. */
const withinMs = 60 * 60_000;
const againMs = 60 * 60_000;

export class BackupCopy {
  readonly #options: BackupCopyOptions;
  readonly #share: Share;
  #facts: BackupCopyFacts = { copied: null, failure: null };
  #cancel: (() => void) | null = null;

  constructor(options: BackupCopyOptions) {
    this.#options = options;
    this.#share = new Share({ clock: options.clock, timeoutMs, startProcess: options.startProcess });
  }

  /** Copies the newest backup at the till's own moment, unless it is there already. */
  copySoon(): void {
    if (this.#newest() !== null) this.#schedule(ownMomentMs(this.#options.random, withinMs));
  }

  /**
   * Copies the newest backup unless it is there already. Never rejects, because the backup itself exists; the share may
   * not answer for long.
   */
  async copy(): Promise<void> {
    const newest = this.#newest();
    this.#cancel?.();
    this.#cancel = null;
    if (newest === null || (await this.#isThere(newest))) return;
    const { clock, log } = this.#options;
    try {
      await this.#share.files.copy(newest.file, newest.to);
      this.#note({ copied: path.basename(newest.file), failure: null });
    } catch (error) {
      const code = error instanceof ShareTrouble ? error.code : 'fault';
      if (code === 'CLOSED') return;
      log.write('warn', 'the backup was not copied', { code });
      this.#note({ ...this.#facts, failure: { code, sinceMs: this.#facts.failure?.sinceMs ?? clock.wallMs() } });
      this.#schedule(againMs);
    }
  }

  close(): void {
    this.#cancel?.();
    this.#share.close();
  }

  /** Null: there is no backup, or IT wants no copy. */
  #newest(): { readonly file: string; readonly to: string } | null {
    const { dataDir, till, keyHex, config } = this.#options;
    const { copyTo, copyBackup } = config();
    const [newest] = listBackups(dataDir);
    if (copyTo === null || !copyBackup || newest === undefined) return null;
    return { file: newest.file, to: path.join(copyTo, backupName(till, keyHex)) };
  }

  /** A command may have made a newer one, and somebody may have removed the copy. */
  async #isThere({ file, to }: { readonly file: string; readonly to: string }): Promise<boolean> {
    if (readHealthNote(this.#options.dataDir).copiedBackup !== path.basename(file)) return false;
    const [isThere] = await this.#share.files.exist([to]).catch(() => [false]);
    return isThere === true;
  }

  #schedule(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.after(delayMs, () => void this.copy());
  }

  #note(facts: BackupCopyFacts): void {
    this.#facts = facts;
    this.#options.changed(facts);
  }
}
