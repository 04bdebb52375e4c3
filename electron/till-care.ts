/** Puts together what a till does for IT and for its own data. */
import { type HealthOf, healthOf } from './care/health.ts';
import { HealthReport } from './care/health-report.ts';
import { ItPage } from './care/it-page.ts';
import type { Tally } from './care/tally.ts';
import { Upkeep } from './care/upkeep.ts';
import type { LiveConfig } from './config/live-config.ts';
import { customersOnTill } from './customers/region.ts';
import type { ToldDoor } from './customers/told.ts';
import type { OpenFolder } from './data/data-folder.ts';
import type { Background } from './db/background.ts';
import type { EventMessage } from './ipc/schema.ts';
import type { SyncEngine } from './sync/engine.ts';
import type { TillOptions } from './till-options.ts';
import type { Outbox } from './updates/outbox.ts';

export type CareParts = {
  readonly options: TillOptions;
  readonly folder: OpenFolder;
  readonly background: Background;
  readonly live: LiveConfig;
  readonly till: string;
  readonly engine: SyncEngine;
  readonly outbox: Outbox;
  readonly told: ToldDoor;
  readonly tally: Tally;
  readonly startedAtMs: number;
  readonly crashes: number;
  readonly regionAsOfMs: () => HealthOf['regionAsOfMs'];
  readonly feed: () => HealthOf['feed'];
  readonly emit: (message: EventMessage) => void;
};

export function createCare(parts: CareParts) {
  const { options, folder, background, live, till, engine, outbox, told, tally, emit } = parts;
  const { dataDir, clock, log, secrets, version, nativeBinding } = options;
  const { db } = folder;
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
      upkeep: upkeep.facts,
      customers: customersOnTill(db),
      regionAsOfMs: parts.regionAsOfMs(),
      feed: parts.feed(),
      configUnusable: live.unusable !== null,
      restartDue: live.restartDue,
      nowMs: clock.wallMs(),
    });
  const itPage: ItPage = new ItPage({ ...folder, ...options, till, live, outbox, told, engine, upkeep, health, emit });
  const otlpHeaders = () => {
    const kept = secrets.read('otlp-headers');
    return kept.kind === 'value' ? kept.value : null;
  };
  const healthReport = new HealthReport({ ...options, config: () => live.config.health, health, otlpHeaders });
  return { upkeep, itPage, healthReport };
}
