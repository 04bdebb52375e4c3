/** Creates the services for IT and for the till's own data. */
import { healthOf } from './care/health.ts';
import { changeHealthNote } from './care/health-note.ts';
import { HealthReport } from './care/health-report.ts';
import { ItPage } from './care/it-page.ts';
import { LimitNote } from './care/limit-note.ts';
import { BackupCopy } from './care/rescue/backup-copy.ts';
import { Escrow } from './care/rescue/escrow.ts';
import { SecondCopy } from './care/rescue/second-copy.ts';
import type { Tally } from './care/tally.ts';
import { Upkeep } from './care/upkeep.ts';
import { customersOnTill, leaveDamagedRegion } from './customers/region.ts';
import type { OpenFolder } from './data/data-folder.ts';
import type { Background } from './db/background.ts';
import type { Organisation } from './org/organisation.ts';
import type { CustomerImport } from './region/customer-import.ts';
import type { RegionFeed } from './region/feed/region-feed.ts';
import type { SyncEngine } from './sync/engine.ts';
import type { Till, TillParts } from './till-options.ts';

export type CareParts = TillParts & {
  readonly folder: OpenFolder;
  readonly background: Background;
  readonly engine: SyncEngine;
  readonly tally: Tally;
  readonly organisation: Organisation;
  readonly startedAtMs: number;
  readonly crashes: number;
  readonly customerImport: CustomerImport;
  readonly regionFeed: RegionFeed;
};

export function createCare(parts: CareParts) {
  const { options, folder, background, live, till, engine, outbox, db, tally, organisation, regionFeed } = parts;
  const { dataDir, clock, random, log, secrets, version, nativeBinding } = options;
  const rescuing = {
    dataDir,
    till,
    keyHex: folder.keyHex,
    config: () => live.config.rescue,
    clock,
    random,
    log,
    startProcess: options.startShareProcess,
  };
  const upkeep = new Upkeep({
    ...folder,
    dataDir,
    background,
    clock,
    log,
    nativeBinding,
    changed: () => {
      engine.changed();
      itPage.changed();
    },
    tidy: () => itPage.tidy(),
    backedUp: (why) => {
      if (why === 'by-hand') void backupCopy.copy();
      else backupCopy.copySoon();
    },
  });
  const backupCopy = new BackupCopy({
    ...rescuing,
    changed: ({ failure, copied }) =>
      changeHealthNote(dataDir, { backupCopy: failure, ...(copied === null ? {} : { copiedBackup: copied }) }),
  });
  const escrow = new Escrow({
    ...rescuing,
    tried: (failure) => changeHealthNote(dataDir, { escrow: failure }),
  });
  const secondCopy = new SecondCopy({
    ...rescuing,
    db,
    outbox,
    onFile: parts.onFile,
    changed: (facts) => {
      changeHealthNote(dataDir, { copy: facts.failure, copyRightAtMs: facts.rightAtMs });
      itPage.changed();
    },
    handedOver: (updates) => itPage.updatesLeft(updates),
    released: () => engine.tryNow(),
  });
  const health = (open = true) =>
    healthOf({
      till,
      store: live.config.store.code,
      version,
      startedAtMs: parts.startedAtMs,
      open,
      counts: tally.counts(db),
      crashes: parts.crashes,
      status: engine.status(),
      oldestUnsentAtMs: outbox.oldestWaitingSavedAtMs(),
      oldestUncertainAtMs: outbox.oldestUnknownSinceMs(),
      upkeep: upkeep.facts,
      copy: secondCopy.facts,
      customers: customersOnTill(db),
      regionAsOfMs: parts.customerImport.facts.asOfMs,
      feed: regionFeed.facts,
      configUnusable: live.unusable !== null,
      restartDue: live.restartDue,
      nowMs: clock.wallMs(),
    });
  const itPage: ItPage = new ItPage({
    ...folder,
    ...options,
    ...parts,
    upkeep,
    secondCopy,
    health,
  });
  const otlpHeaders = () => {
    const kept = secrets.read('otlp-headers');
    return kept.kind === 'value' ? kept.value : null;
  };
  const healthReport = new HealthReport({ ...options, config: () => live.config.health, health, otlpHeaders });
  const leaveRegionOut = (error: unknown): boolean => {
    if (!leaveDamagedRegion(db, error)) return false;
    log.write('error', "the region's customers cannot be read: they have to be imported again");
    itPage.changed();
    return true;
  };
  const configHost: Pick<Till, 'configChanged' | 'configUnusable'> = {
    configChanged: (changed) => {
      const { markField } = live.config.sync;
      live.take(changed);
      if (live.config.sync.markField !== markField) organisation.reservedChanged();
      log.setLevel?.(live.config.log.level);
      log.write('info', 'config changed', { restartDue: live.restartDue });
      itPage.changed();
      engine.changed();
      regionFeed.changed();
      secondCopy.configChanged();
      void escrow.keep();
      backupCopy.copySoon();
    },
    configUnusable: (where) => {
      live.refuse(where);
      itPage.changed();
    },
  };
  const limitNote = new LimitNote({ dataDir, clock, seen: () => tally.limitSeen });
  return { upkeep, itPage, healthReport, limitNote, secondCopy, backupCopy, escrow, leaveRegionOut, configHost };
}
