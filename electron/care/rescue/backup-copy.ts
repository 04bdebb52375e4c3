/** Keeps the newest backup beside the second copy, if configured (`rescue.copyBackup`). */
import path from 'node:path';
import type { MachineConfig } from '../../config/machine-config.ts';
import { listBackups } from '../../db/backup/backups.ts';
import type { Clock } from '../../machine/clock.ts';
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
  readonly log: Log;
  readonly changed: (facts: BackupCopyFacts) => void;
  readonly startProcess?: StartShareProcess | undefined;
};

/** Enough for a gigabyte over a slow connection. */
const timeoutMs = 30 * 60_000;
const againMs = 60 * 60_000;

export class BackupCopy {
  readonly #options: BackupCopyOptions;
  readonly #share: Share;
  #facts: BackupCopyFacts = { copied: null, failure: null };
  #cancelAgain: (() => void) | null = null;

  constructor(options: BackupCopyOptions) {
    this.#options = options;
    this.#share = new Share({ clock: options.clock, timeoutMs, startProcess: options.startProcess });
  }

  /** Never rejects, because the backup itself exists. */
  async made(file: string): Promise<void> {
    const { till, keyHex, config, clock, log } = this.#options;
    const { copyTo, copyBackup } = config();
    this.#cancelAgain?.();
    if (copyTo === null || !copyBackup) return;
    try {
      await this.#share.files.copy(file, path.join(copyTo, backupName(till, keyHex)));
      this.#note({ copied: path.basename(file), failure: null });
    } catch (error) {
      const code = error instanceof ShareTrouble ? error.code : 'fault';
      if (code === 'CLOSED') return;
      log.write('warn', 'the backup was not copied', { code });
      this.#note({ ...this.#facts, failure: { code, sinceMs: this.#facts.failure?.sinceMs ?? clock.wallMs() } });
      this.#cancelAgain = clock.after(againMs, () => void this.made(file));
    }
  }

  /**
   * Copies the newest backup if the folder has none or an older one, for example because a command made it. Never
   * rejects and waits for nothing, because the share may not answer.
   */
  async catchUp(): Promise<void> {
    const { dataDir, till, keyHex, config } = this.#options;
    const { copyTo, copyBackup } = config();
    const [newest] = listBackups(dataDir);
    if (copyTo === null || !copyBackup || newest === undefined) return;
    if (readHealthNote(dataDir).copiedBackup === path.basename(newest.file)) {
      const isThere = await this.#share.files.look([path.join(copyTo, backupName(till, keyHex))]).catch(() => [false]);
      if (isThere[0] === true) return;
    }
    await this.made(newest.file);
  }

  close(): void {
    this.#cancelAgain?.();
    this.#share.close();
  }

  #note(facts: BackupCopyFacts): void {
    this.#facts = facts;
    this.#options.changed(facts);
  }
}
