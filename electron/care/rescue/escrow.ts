/**
 * The recovery key, sealed for IT's public key (config `rescue.escrow`). It is shown only once; if it is lost, IT opens
 * this file with its private key. The file is in the till's own folder and beside the second copy, where it survives
 * the disk.
 */
import path from 'node:path';
import { z } from 'zod';
import type { MachineConfig } from '../../config/machine-config.ts';
import { readPublicKey } from '../../config/public-key.ts';
import { keyOfRecovery, recoveryKeyOf } from '../../db/recovery-key.ts';
import type { Clock, Random } from '../../machine/clock.ts';
import { writeDurably } from '../../machine/durable-file.ts';
import type { Log } from '../../machine/log.ts';
import { Share, type StartShareProcess } from '../../machine/share/share.ts';
import { codeOf } from '../../machine/share/share-files.ts';
import { type OpenWith, readRescueFile, seal, unseal } from './sealed-file.ts';
import { escrowName } from './standing-copy.ts';

const content = z.strictObject({ recoveryKey: z.string() });

export type KeyOpened =
  | { readonly kind: 'opened'; readonly till: string; readonly recoveryKey: string }
  | { readonly kind: 'not-a-sealed-key' }
  | { readonly kind: 'not-the-key' };

export async function openSealedKey(text: string, openWith: OpenWith): Promise<KeyOpened> {
  const file = readRescueFile(text);
  if (file === null) return { kind: 'not-a-sealed-key' };
  const opened = await unseal(file, openWith);
  if (opened === null) return { kind: 'not-the-key' };
  const parsed = content.safeParse(JSON.parse(opened));
  if (!parsed.success || keyOfRecovery(parsed.data.recoveryKey) === null) return { kind: 'not-a-sealed-key' };
  return { kind: 'opened', till: file.head.fromTill, ...parsed.data };
}

export type EscrowOptions = {
  readonly dataDir: string;
  readonly till: string;
  readonly keyHex: string;
  readonly config: () => MachineConfig['rescue'];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How the last try went; null: well. */
  readonly tried: (failure: { readonly code: string; readonly sinceMs: number } | null) => void;
  readonly startProcess?: StartShareProcess | undefined;
};

const timeoutMs = 10_000;
const againMs = 60 * 60_000;

export function sealedKeyFile(dataDir: string): string {
  return path.join(dataDir, 'recovery-key.sealed');
}

export class Escrow {
  readonly #options: EscrowOptions;
  readonly #share: Share;
  #failingSinceMs: number | null = null;
  #cancelAgain: (() => void) | null = null;
  #closed = false;

  constructor(options: EscrowOptions) {
    this.#options = options;
    this.#share = new Share({ clock: options.clock, timeoutMs, startProcess: options.startProcess });
  }

  /** At each start and each change of the config: IT may have another key by now. Never rejects. */
  async keep(): Promise<void> {
    const { config, dataDir, till, keyHex, clock, random, tried } = this.#options;
    const { escrow, copyTo, publicKey: given } = config();
    this.#cancelAgain?.();
    const publicKey = readPublicKey(given ?? '');
    if (!escrow || publicKey === null) return;
    try {
      const head = {
        exportId: random.id(),
        fromTill: till,
        madeAtMs: clock.wallMs(),
        updates: 0,
        oldestSavedAtMs: null,
        moved: false,
      };
      const inside: z.output<typeof content> = { recoveryKey: recoveryKeyOf(keyHex) };
      const text = await seal(head, JSON.stringify(inside), { passphrase: null, publicKey, tillKeyHex: keyHex });
      writeDurably(sealedKeyFile(dataDir), text);
      if (copyTo !== null) await this.#share.files.write(path.join(copyTo, escrowName(till, keyHex)), text);
      this.#failingSinceMs = null;
      if (!this.#closed) tried(null);
    } catch (error) {
      this.#failed(codeOf(error));
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelAgain?.();
    this.#share.close();
  }

  #failed(code: string): void {
    if (this.#closed) return;
    const { clock, log, tried } = this.#options;
    log.write('warn', 'the sealed recovery key was not written', { code });
    this.#failingSinceMs ??= clock.wallMs();
    tried({ code, sinceMs: this.#failingSinceMs });
    this.#cancelAgain = clock.after(againMs, () => void this.keep());
  }
}
