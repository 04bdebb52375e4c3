/** What IT sees and does on a till's screen ("This till"), and what the till reports to IT. */

import { existsSync } from 'node:fs';
import type { LiveConfig } from '../config/live-config.ts';
import { readPublicKey } from '../config/public-key.ts';
import { regionState } from '../customers/region.ts';
import type { RecordKeeper } from '../customers/told.ts';
import type { OpenFolder } from '../data/data-folder.ts';
import { noteRecoveryKeyShown, recoveryKeyOf, wasRecoveryKeyShown } from '../db/recovery-key.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { Clock, Random } from '../machine/clock.ts';
import { folderFiles } from '../machine/folder-files.ts';
import type { Log } from '../machine/log.ts';
import type { ForgetResult } from '../model/customer-view.ts';
import type { NotSavedReason } from '../model/update-view.ts';
import type { SyncEngine } from '../sync/engine.ts';
import { forgetOldDrafts } from '../updates/drafts.ts';
import { forget } from '../updates/erasing.ts';
import { byIt } from '../updates/history.ts';
import type { Outbox } from '../updates/outbox.ts';
import { tidy } from '../updates/retention.ts';
import type { Touched } from '../updates/transfer.ts';
import { auditPart, bundleFile, configPart, folderPart, jsonPart, logParts, makeBundle, outboxPart } from './bundle.ts';
import type { Health } from './health.ts';
import { exportUnsent } from './rescue/export-unsent.ts';
import { importUnsent } from './rescue/import-unsent.ts';
import { type OpenWith, readRescueFile } from './rescue/sealed-file.ts';
import type { SecondCopy } from './rescue/second-copy.ts';
import {
  type BackUpResult,
  type BundleResult,
  type RescueConfirmResult,
  type RescueExportResult,
  type RescueImportResult,
  shortestPassphrase,
  type TillFacts,
} from './till-facts.ts';
import type { Upkeep } from './upkeep.ts';

export type ItPageOptions = Pick<OpenFolder, 'db' | 'keyHex'> & {
  readonly dataDir: string;
  readonly till: string;
  readonly version: string;
  readonly live: LiveConfig;
  readonly outbox: Outbox;
  readonly records: RecordKeeper;
  readonly engine: SyncEngine;
  readonly upkeep: Upkeep;
  readonly secondCopy: SecondCopy;
  readonly health: () => Health;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly emit: (message: ItPageEvent) => void;
};

export type ItPageEvent =
  | { readonly name: 'till.changed'; readonly payload: TillFacts }
  | { readonly name: 'customers.changed'; readonly payload: { readonly customerId: number } }
  | { readonly name: 'updates.changed'; readonly payload: Touched };

const dayMs = 86_400_000;

export class ItPage {
  readonly #options: ItPageOptions;
  #closed = false;

  constructor(options: ItPageOptions) {
    this.#options = options;
  }

  get facts(): TillFacts {
    const { db, dataDir, live, upkeep, secondCopy } = this.#options;
    const { aside } = folderFiles(dataDir);
    return {
      ...upkeep.facts,
      copy: secondCopy.facts,
      isRegionLost: regionState(db).kind === 'unusable',
      recoveryKeyDue: !wasRecoveryKeyShown(dataDir),
      rescueSealedFor: live.config.rescue.publicKey === null ? 'passphrase' : 'public-key',
      restartDue: live.restartDue,
      unusableConfig: live.unusable,
      setAside: existsSync(aside) ? aside : null,
    };
  }

  /** Once a day, removes customers not seen for long and updates closed long ago. */
  async tidy(): Promise<void> {
    const { db, live, clock, engine, log } = this.#options;
    // With a clock that is years ahead, everything would look old.
    if (!engine.isClockConfirmed) {
      log.write('info', 'old data is not removed until the server has confirmed the clock');
      return;
    }
    const beforeMs = clock.wallMs() - live.config.data.retentionDays * dayMs;
    forgetOldDrafts(db, clock.wallMs());
    const tidied = await tidy(db, beforeMs, clock, () => !this.#closed);
    if (tidied.customers + tidied.updates > 0) log.write('info', 'old data removed', tidied);
  }

  changed(): void {
    if (!this.#closed) this.#options.emit({ name: 'till.changed', payload: this.facts });
  }

  /** Another till has these now. */
  updatesLeft(updates: readonly Touched[]): void {
    if (!this.#closed) this.#touched(updates);
  }

  close(): void {
    this.#closed = true;
  }

  readonly calls = {
    'till.facts': () => this.facts,
    'till.recoveryKey': () => {
      const { dataDir, keyHex } = this.#options;
      return wasRecoveryKeyShown(dataDir) ? null : recoveryKeyOf(keyHex);
    },
    'till.recoveryKeyKept': () => {
      const { dataDir, clock, log } = this.#options;
      noteRecoveryKeyShown(dataDir, clock.wallMs());
      log.write('info', 'recovery key confirmed as stored');
      this.changed();
      return null;
    },
    'till.backUp': async (): Promise<BackUpResult> => {
      const made = await this.#options.upkeep.backUp('by-hand');
      return made.kind === 'made' ? { kind: 'made', atMs: this.#options.clock.wallMs() } : { kind: 'failed' };
    },
    'till.supportBundle': (): Promise<BundleResult> => {
      const { db, dataDir, version, live, clock, health, log } = this.#options;
      return orTrouble(log, 'support bundle', () => {
        const parts = [
          jsonPart('health.json', "The till's health in numbers", health()),
          configPart(live.config),
          outboxPart(db),
          auditPart(dataDir),
          folderPart(dataDir),
          ...logParts(dataDir),
        ];
        const nowMs = clock.wallMs();
        const file = bundleFile(dataDir, nowMs);
        makeBundle(file, { version, nowMs, parts });
        return { kind: 'made' as const, file };
      });
    },
    'rescue.export': async ({ passphrase }: { readonly passphrase: string | null }): Promise<RescueExportResult> => {
      const { db, outbox, engine, dataDir, till, keyHex, live, clock, random, log } = this.#options;
      const publicKey = readPublicKey(live.config.rescue.publicKey ?? '');
      const isShort = passphrase !== null && passphrase.length < shortestPassphrase;
      if (isShort || (passphrase === null && publicKey === null)) return { kind: 'passphrase-too-short' };
      const sealFor = { passphrase, publicKey, tillKeyHex: keyHex };
      const options = { dataDir, fromTill: till, sealFor, clock, random };
      const result = await orTrouble(log, 'rescue export', () =>
        exportUnsent(db, outbox, options, (customerId) => engine.isBusy(customerId)),
      );
      if (result.kind !== 'exported') return result;
      const { file, updates, left, touched } = result;
      log.write('warn', 'unsent updates exported to a rescue file', { updates, left });
      this.#touched(touched);
      return { kind: 'exported', file, updates, left };
    },
    'rescue.import': async ({
      file,
      passphrase,
    }: {
      readonly file: string;
      readonly passphrase: string | null;
    }): Promise<RescueImportResult> => {
      const { db, outbox, records, keyHex, clock, log } = this.#options;
      const head = readRescueFile(file)?.head;
      if (head === undefined) return { kind: 'refused', why: 'not-a-rescue-file' };
      const openWith: OpenWith =
        passphrase === null ? { kind: 'till-key', keyHex } : { kind: 'passphrase', passphrase };
      const result = await orTrouble(log, 'rescue import', () =>
        importUnsent(file, {
          db,
          outbox,
          records,
          openWith,
          nowMs: clock.wallMs(),
          keyHex,
          // Another till's second copy is encrypted for IT's keys, so only the command can open it.
          takeOver: () => null,
        }),
      );
      if (result.kind !== 'imported') return result;
      const { added, already, takenBack, touched } = result.takenIn;
      log.write('warn', 'updates imported from a rescue file', { added, already, takenBack });
      this.#touched(touched);
      return { kind: 'imported', fromTill: head.fromTill, added, already, takenBack };
    },
    'rescue.confirm': (): RescueConfirmResult => {
      const updates = durably(() => this.#options.outbox.confirmedElsewhere(byIt));
      if ('kind' in updates) return updates;
      this.#options.log.write('warn', 'updates in rescue files confirmed as imported', { updates: updates.length });
      this.#touched(updates.map(({ id, customerId }) => ({ updateId: id, customerId })));
      return { kind: 'confirmed', updates: updates.length };
    },
    'customers.forget': ({ customerId }: { readonly customerId: number }): ForgetResult => {
      const { db, engine, clock, log, emit } = this.#options;
      // A request in flight would write the customer back.
      const result = engine.isBusy(customerId) ? null : durably(() => forget(db, customerId, clock.wallMs()));
      if (result === null) return { kind: 'not-saved', why: 'busy' };
      if (result.kind === 'forgotten') {
        log.write('info', 'a customer was erased on request');
        emit({ name: 'customers.changed', payload: { customerId } });
      }
      return result;
    },
  };

  #touched(updates: readonly Touched[]): void {
    const { emit, engine } = this.#options;
    for (const payload of updates) {
      emit({ name: 'updates.changed', payload });
      emit({ name: 'customers.changed', payload: { customerId: payload.customerId } });
    }
    engine.changed();
  }
}

function durably<T>(work: () => T): T | { readonly kind: 'not-saved'; readonly why: NotSavedReason } {
  try {
    return work();
  } catch (error) {
    const why = databaseTrouble(error);
    if (why === null) throw error;
    return { kind: 'not-saved', why };
  }
}

/** A full or write-protected disk is an expected answer, not an error in Tillside (F25). */
async function orTrouble<T>(
  log: Log,
  what: string,
  work: () => T | Promise<T>,
): Promise<T | { readonly kind: 'not-saved'; readonly why: NotSavedReason }> {
  try {
    return await work();
  } catch (error) {
    const why = databaseTrouble(error) ?? fileTrouble(error);
    if (why === null) throw error;
    log.write('error', 'a file could not be written', { what, why });
    return { kind: 'not-saved', why };
  }
}

function fileTrouble(error: unknown): NotSavedReason | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'disk-full';
  return code === 'EACCES' || code === 'EROFS' || code === 'EPERM' ? 'read-only' : null;
}
