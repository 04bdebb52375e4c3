/**
 * The composition root: everything that makes a till, without Electron. The desktop app, the browser preview, the
 * command line and the tests all start this one thing.
 */
import type { Clock, Random } from './clock/clock.ts';
import { CustomerDesk } from './customers/customer-desk.ts';
import { CustomerImport } from './customers/import/customer-import.ts';
import { customersOnTill } from './customers/region.ts';
import { searchCustomers } from './customers/search.ts';
import { Background } from './db/background.ts';
import type { BackupResult } from './db/backup/backups.ts';
import { Checkpointer } from './db/checkpoint/checkpointer.ts';
import { cannotOpen, type OpenFolder, openDataFolder } from './db/data-folder.ts';
import { folderFiles } from './db/folder-files.ts';
import type { Db } from './db/open.ts';
import type { EventMessage, TillHandlers } from './ipc/schema.ts';
import { createAuth } from './loyalty-api/auth.ts';
import { createLoyaltyApi } from './loyalty-api/client.ts';
import type { LoyaltyApi } from './loyalty-api/loyalty-api.ts';
import type { Transport } from './loyalty-api/transport.ts';
import { OrgDesk } from './org/org-desk.ts';
import { fillCache } from './practice/fill-cache.ts';
import type { PracticeFault, PracticeState } from './practice/practice-state.ts';
import type { AppInfo } from './support/app-info.ts';
import type { AppUpdate } from './support/app-update/app-update.ts';
import { Care } from './support/care.ts';
import { type ConfigChange, takeLive } from './support/config-watch.ts';
import { healthOf } from './support/health.ts';
import { HealthReport } from './support/health-report.ts';
import { writeInstanceNote } from './support/instance-note.ts';
import type { Log } from './support/log.ts';
import type { MachineConfig } from './support/machine-config.ts';
import { finishExports } from './support/rescue/export-unsent.ts';
import type { Secrets } from './support/secrets.ts';
import { Upkeep, type UpkeepFacts } from './support/upkeep.ts';
import { checkLine } from './sync/check-line.ts';
import { ConnectionState } from './sync/connection.ts';
import { SyncEngine } from './sync/engine.ts';
import type { Line } from './sync/line.ts';
import { lineLog } from './sync/line-log.ts';
import { MarkField } from './sync/mark-field.ts';
import { Pace } from './sync/pace.ts';
import type { ConnectionCheck, SyncStatus } from './sync/sync-status.ts';
import { Told } from './sync/told.ts';
import { keepDraft, listDrafts } from './updates/drafts.ts';
import { historyOf } from './updates/history.ts';
import { Outbox } from './updates/outbox.ts';
import { findUpdate } from './updates/rows.ts';
import type { SaveResult } from './updates/update-view.ts';
import { Updates } from './updates/updates.ts';
import { listUpdates } from './updates/views.ts';

/** The practice server's switches, where this till is in practice mode. */
export type PracticeSwitches = {
  readonly state: () => PracticeState;
  readonly set: (change: { readonly connection?: boolean; readonly fault?: PracticeFault }) => Promise<PracticeState>;
  /** Customers to fill an empty cache with, as `customer/get` would tell them. */
  readonly sampleCustomers: () => readonly unknown[];
};

export type TillOptions = {
  /** Folder of this till's data; made if missing. Practice mode must be given a folder of its own. */
  readonly dataDir: string;
  readonly config: MachineConfig;
  readonly mode: AppInfo['mode'];
  readonly host: AppInfo['host'];
  readonly version: string;
  readonly secrets: Secrets;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly practice: PracticeSwitches | null;
  /** What IT's feed has; absent: this host does not update itself. */
  readonly appUpdate?: () => AppUpdate;
  /** Where the one SQLite binary lies in a packaged app; absent: where the package itself looks. */
  readonly nativeBinding?: string;
};

export type Till = {
  readonly handlers: TillHandlers;
  /** Returns a function that stops listening. */
  readonly subscribe: (listener: (message: EventMessage) => void) => () => void;
  /** The machine woke up, or the system says that the network changed: try at once (F15). */
  readonly wake: () => void;
  /** Room on the disk, damage, backups: what the screen and IT are told beside the sync status. */
  readonly upkeep: () => UpkeepFacts;
  readonly status: () => SyncStatus;
  /** A checked backup beside the daily ones, now. */
  readonly backUp: () => Promise<BackupResult>;
  /** IT changed the config file: what is safe holds at once, the rest from the next start on. */
  readonly configChanged: (config: MachineConfig) => void;
  /** IT changed the config file into one that cannot be used: the one before holds. `where`: the path of the first mistake. */
  readonly configUnusable: (where: string) => void;
  /** Lets what is in flight finish for a short while, returns the rest to be read back, closes the database. */
  readonly close: () => Promise<void>;
};

/** An open customer whose record is older than this is refreshed in the background. */
const freshForMs = 60_000;

/**
 * Opens the data folder and starts the services.
 * @throws TillCannotOpen
 */
export async function openTill(options: TillOptions): Promise<Till> {
  const { dataDir, secrets, nativeBinding, clock } = options;
  const background = new Background();
  const folder = await openDataFolder({ dataDir, secrets, background, wallMs: clock.wallMs, nativeBinding });
  writeInstanceNote(dataDir, { pid: process.pid, host: options.host, sinceMs: clock.wallMs() });
  try {
    return startServices(options, folder, background);
  } catch (error) {
    // Damage may show only now, in a page that was not read before.
    folder.db.close();
    folder.lock.release();
    throw cannotOpen(error);
  }
}

function startServices(options: TillOptions, folder: OpenFolder, background: Background): Till {
  const { clock, random, log, practice, transport, secrets, version } = options;
  let live: ConfigChange = { config: options.config, restartDue: false };
  let unusableConfig: string | null = null;
  const { config } = live;
  const openedAtMs = clock.monotonicMs();
  const till = config.auth.method === 'basic' ? config.auth.till : config.auth.attributeTo.code;
  const { db, lock } = folder;
  const listeners = new Set<(message: EventMessage) => void>();
  const emit = (message: EventMessage) => {
    for (const listener of listeners) listener(message);
  };
  if (practice !== null) fillCache(db, practice.sampleCustomers, clock.wallMs());

  let api: LoyaltyApi | null = null;
  const connect = (secret: string) => {
    const shared = {
      baseUrl: config.api.url,
      transport,
      clock,
      userAgent: `Tillside/${version}`,
      timeoutMs: config.api.timeoutSeconds * 1000,
    };
    const auth = createAuth({ ...shared, config: config.auth, secret });
    api = createLoyaltyApi({ ...shared, auth, language: languageOf(config.store.locale) });
  };
  const stored = secrets.read('api-secret');
  if (stored.kind === 'value') connect(stored.value);

  const orgDesk = new OrgDesk({
    db,
    clock,
    log,
    config,
    reserved: () => live.config.sync.markField,
    api: () => api,
    emit,
  });
  const { organisation } = orgDesk;
  /** Cancels of looks that are still to come. */
  const looks = new Set<() => void>();
  const outbox = new Outbox(db, clock, random);
  const line: Line = {
    api: () => api,
    db,
    outbox,
    connection: new ConnectionState(clock, random),
    pace: new Pace(config.api, clock, random, () => outbox.waiting()),
    told: new Told(),
    mark: new MarkField(() => organisation.reserved()),
    lookLater: (customerId) => {
      const cancel = clock.after(live.config.sync.settleSeconds * 1000, () => {
        looks.delete(cancel);
        desk.refreshQuietly(customerId);
      });
      looks.add(cancel);
    },
    clock,
    log,
    get config() {
      return live.config;
    },
    primaryIdentifier: () => organisation.view().policy.primaryIdentifier,
    customerChanged: (customerId) => emit({ name: 'customers.changed', payload: { customerId } }),
    customerMerged: (customerId, into) => emit({ name: 'customers.merged', payload: { customerId, into } }),
    updateChanged: (updateId, customerId) => {
      emit({ name: 'updates.changed', payload: { updateId, customerId } });
      emit({ name: 'customers.changed', payload: { customerId } });
    },
  };
  const noteLine = lineLog(log, clock);
  const engine = new SyncEngine(line, (status) => {
    noteLine(status);
    emit({ name: 'sync.changed', payload: status });
  });
  const updates = new Updates({
    db,
    outbox,
    org: () => organisation.view(),
    staff: () => orgDesk.staff.current,
    staffRequired: config.staff.required,
    till,
    countryCode: config.store.countryCode,
    isOnline: () => line.connection.connection.kind === 'online',
  });
  const desk = new CustomerDesk(line, organisation, config.store.countryCode, freshForMs);

  /** After a change that staff made: tells the screen and wakes the engine. */
  const changed = (updateId: string, customerId: number | null) => {
    if (customerId !== null) line.updateChanged(updateId, customerId);
    engine.changed();
  };
  const checkConnection = async (): Promise<ConnectionCheck> => {
    const result = await checkLine(line, engine, organisation);
    if (result.kind === 'connected') void orgDesk.refreshDue();
    return result;
  };
  const savedOr = (result: SaveResult): SaveResult => {
    if (result.kind === 'saved') {
      line.updateChanged(result.updateId, result.customerId);
      engine.saved(result.updateId);
    }
    return result;
  };

  const upkeep = new Upkeep({
    ...folder,
    dataDir: options.dataDir,
    background,
    clock,
    log,
    nativeBinding: options.nativeBinding,
    changed: () => {
      engine.changed();
      care.changed();
    },
    tidy: () => care.tidy(),
  });
  const health = () =>
    healthOf({
      till,
      version,
      uptimeMs: clock.monotonicMs() - openedAtMs,
      status: engine.status(),
      upkeep: upkeep.facts,
      customers: customersOnTill(db),
      configUnusable: unusableConfig !== null,
      restartDue: live.restartDue,
      nowMs: clock.wallMs(),
    });
  const care: Care = new Care({
    ...folder,
    ...options,
    till,
    config: () => live.config,
    restartDue: () => live.restartDue,
    unusableConfig: () => unusableConfig,
    outbox,
    engine,
    upkeep: () => upkeep,
    health,
    emit,
  });
  const healthReport = new HealthReport({ config: () => live.config.health, health, transport, clock, log });

  const onFile = {
    file: folderFiles(options.dataDir).database,
    keyHex: folder.keyHex,
    nativeBinding: options.nativeBinding,
  };
  const customerImport = new CustomerImport({
    db,
    onFile,
    dataDir: options.dataDir,
    clock,
    changed: (state) => emit({ name: 'customers.importChanged', payload: state }),
    customerChanged: line.customerChanged,
  });

  const handlers: TillHandlers = {
    ...care.handlers,
    ...orgDesk.handlers,
    'app.info': () => ({
      version,
      mode: options.mode,
      host: options.host,
      till,
      organisation: organisation.login()?.value.organisation ?? null,
      locale: config.store.locale,
      timeZone: config.store.timeZone,
      countryCode: config.store.countryCode,
      secretNeeded: api === null,
      staffRequired: config.staff.required,
    }),
    'app.update': () => options.appUpdate?.() ?? { kind: 'current' },
    'app.provideSecret': async ({ secret }) => {
      const written = secrets.write('api-secret', secret);
      if (written.kind === 'not-stored') return { kind: 'not-stored', why: 'no-secret-storage' };
      connect(secret);
      engine.passwordChanged();
      void orgDesk.refresh();
      return { kind: 'stored' };
    },
    'customers.search': ({ query, limit }) => searchCustomers(db, query, limit, config.store.countryCode),
    'customers.open': ({ customerId }) => desk.open(customerId),
    'customers.openByIdentifier': ({ identifier }) => desk.openByIdentifier(identifier),
    'customers.lookUpOnline': async ({ identifier }) => {
      const found = await desk.lookUpOnline(identifier);
      engine.changed();
      return found;
    },
    'customers.refresh': async ({ customerId }) => {
      const found = await desk.refresh(customerId);
      engine.changed();
      return found;
    },
    'customers.import': ({ file }) => {
      customerImport.start(file);
      return customerImport.state;
    },
    'customers.importCancel': () => {
      customerImport.cancel();
      return customerImport.state;
    },
    'customers.importState': () => customerImport.state,
    'customers.whoElseHas': ({ identifier, exceptId }) => desk.whoElseHas(identifier, exceptId),
    'updates.check': ({ target, changes }) => updates.check(target, changes),
    'updates.save': (request) => savedOr(updates.save(request)),
    'updates.requestIdentityChange': (request) => savedOr(updates.requestIdentityChange(request)),
    'updates.cancel': ({ updateId }) => {
      const result = updates.cancel(updateId);
      changed(updateId, customerOf(db, updateId));
      return result;
    },
    'updates.discard': ({ updateId, reason }) => {
      const result = updates.discard(updateId, reason);
      changed(updateId, customerOf(db, updateId));
      return result;
    },
    'updates.settleConflict': ({ updateId, token, choices }) => {
      const result = updates.settleConflict(updateId, token, choices);
      // Whoever chose by an older value is shown the one that holds.
      if (result.kind === 'moved-on') changed(updateId, customerOf(db, updateId));
      return savedOr(result);
    },
    'updates.putOff': ({ updateId }) => {
      const result = updates.putOff(updateId);
      changed(updateId, customerOf(db, updateId));
      return result;
    },
    'updates.awardSeen': ({ updateId }) => {
      const result = updates.awardSeen(updateId);
      changed(updateId, customerOf(db, updateId));
      return result;
    },
    'updates.list': (page) => listUpdates(db, outbox, page),
    'updates.history': ({ updateId }) => historyOf(db, updateId),
    'drafts.keep': (draft) => {
      keepDraft(db, { ...draft, typedAtMs: clock.wallMs() });
      return null;
    },
    'drafts.list': () => listDrafts(db, clock.wallMs()),
    'sync.status': () => engine.status(),
    'sync.sendNow': () => {
      engine.sendNow();
      return engine.status();
    },
    'sync.checkConnection': checkConnection,
    'practice.state': () => practice?.state() ?? null,
    'practice.set': async (change) => {
      if (practice === null) return null;
      const state = await practice.set(change);
      emit({ name: 'practice.changed', payload: state });
      engine.tryNow();
      return state;
    },
  };

  const checkpointer = new Checkpointer(db, onFile, (error) =>
    log.write('error', 'checkpoints go back to the main thread', { error: error.name }),
  );
  const finished = finishExports(outbox, options.dataDir);
  if (finished > 0) log.write('warn', 'rescue files finished that an earlier run had begun', { finished });
  engine.start();
  customerImport.resumeAtStart();
  upkeep.start();
  healthReport.start();
  orgDesk.start();
  log.write('info', 'till opened', { mode: options.mode, host: options.host, version });

  return {
    handlers,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake: () => engine.tryNow(),
    upkeep: () => upkeep.facts,
    status: () => engine.status(),
    backUp: () => upkeep.backUp('by-hand'),
    configChanged: (changed) => {
      const markField = live.config.sync.markField;
      live = takeLive(live.config, changed);
      unusableConfig = null;
      if (live.config.sync.markField !== markField) organisation.reservedChanged();
      log.setLevel?.(live.config.log.level);
      log.write('info', 'config changed', { restartDue: live.restartDue });
      care.changed();
      engine.changed();
    },
    configUnusable: (where) => {
      unusableConfig = where;
      care.changed();
    },
    close: async () => {
      for (const cancel of looks) cancel();
      upkeep.close();
      care.close();
      healthReport.close();
      orgDesk.close();
      await customerImport.close();
      await engine.close();
      listeners.clear();
      await background.close();
      await checkpointer.stop();
      db.close();
      lock.release();
      log.write('info', 'till closed');
    },
  };
}

/** The language part of a locale, as the API's `language` header wants it. */
function languageOf(locale: string): string {
  return new Intl.Locale(locale).language;
}

function customerOf(db: Db, updateId: string): number | null {
  return findUpdate(db, updateId)?.customerId ?? null;
}
