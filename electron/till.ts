/**
 * The composition root: creates all services of a till, without Electron. The desktop app, the browser preview and the
 * tests all start a till here.
 */

import { noteStart } from './care/health-note.ts';
import { findImported, finishExports } from './care/rescue/export-unsent.ts';
import { Tally } from './care/tally.ts';
import { LiveConfig } from './config/live-config.ts';
import { regionState } from './customers/region.ts';
import type { OpenFolder } from './data/data-folder.ts';
import type { Background } from './db/background.ts';
import { Checkpointer } from './db/checkpoint/checkpointer.ts';
import { appCalls } from './desk/app-calls.ts';
import { connectionCalls } from './desk/connection-calls.ts';
import { createEvents } from './ipc/events.ts';
import type { EventMessage, TillHandlers } from './ipc/schema.ts';
import { ApiOfTill } from './loyalty-api/api-of-till.ts';
import { readTillSecret } from './loyalty-api/till-secret.ts';
import { closeInTurn } from './machine/close-in-turn.ts';
import { folderFiles } from './machine/folder-files.ts';
import { OrgDesk } from './org/org-desk.ts';
import { fillCache } from './practice/fill-cache.ts';
import { practiceCalls } from './practice/practice-calls.ts';
import { createCare } from './till-care.ts';
import { createDesks } from './till-desks.ts';
import type { Till, TillOptions, TillParts } from './till-options.ts';
import { createRegion } from './till-region.ts';
import { createSync } from './till-sync.ts';
import { createRecordKeeper } from './updates/create-record-keeper.ts';
import { Outbox } from './updates/outbox.ts';

/** Starts the services of a till on its open folder. @throws SqliteError if damage shows in a page read here first */
export function startServices(options: TillOptions, folder: OpenFolder, background: Background): Till {
  const { clock, random, log, practice, transport, secrets, version, dataDir, nativeBinding } = options;
  const live = new LiveConfig(options.config);
  const { config } = live;
  const till = config.auth.method === 'basic' ? config.auth.till : config.auth.attributeTo.code;
  const { db, lock, keyHex } = folder;
  const onFile = { file: folderFiles(dataDir).database, keyHex, nativeBinding };
  const startedAtMs = clock.wallMs();
  const tally = new Tally(clock);
  const { crashes } = noteStart(dataDir, folder.endedCleanly);
  const { emit, subscribe, silence } = createEvents<EventMessage>();
  subscribe(({ name, payload }) => {
    if (name === 'updates.changed') {
      tally.touched(payload.updateId);
      secondCopy.updateChanged(payload.updateId);
    }
    if (name === 'customers.importChanged' && payload.kind === 'done') tally.imported();
  });

  const api = new ApiOfTill({ config, transport: tally.counting(transport), clock, version });
  const stored = readTillSecret(secrets, config.auth.method);
  if (stored.kind === 'value') api.connect(stored.value);

  const orgDesk = new OrgDesk({
    db,
    clock,
    log,
    config,
    reserved: () => live.config.sync.markField,
    api: () => api.current,
    emit,
  });
  const { organisation, staff } = orgDesk;
  const outbox = new Outbox(db, clock, random);
  const records = createRecordKeeper(db, clock);
  if (practice !== null) fillCache(db, records, practice.sampleCustomers, clock.wallMs());
  const shared: TillParts = { options, live, till, db, onFile, outbox, records, emit };
  const { context, engine } = createSync({
    ...shared,
    api,
    organisation,
    lookLater: (customerId) => desks.customerDesk.refreshLater(customerId, live.config.sync.settleSeconds * 1000),
    whereabouts: (update) => secondCopy.whereabouts(update),
  });
  const { customerChanged } = context.tell;
  const { customerImport, regionFeed } = createRegion({ ...shared, customerChanged });
  const { upkeep, itPage, healthReport, limitNote, secondCopy, backupCopy, escrow, leaveRegionOut, configHost } =
    createCare({
      ...shared,
      folder,
      background,
      engine,
      tally,
      organisation,
      startedAtMs,
      crashes,
      customerImport,
      regionFeed,
    });
  const desks = createDesks({ ...shared, orgDesk, context, engine, leaveDamageOut: leaveRegionOut });

  subscribe(({ name }) => {
    if (name === 'staff.changed') desks.masking.hideAgain();
  });

  const handlers = {
    ...appCalls({ ...options, config, till, api, engine, orgDesk }),
    ...desks.calls,
    'updates.save': tally.timing(desks.calls['updates.save']),
    ...connectionCalls(context, engine, orgDesk),
    ...orgDesk.calls,
    ...customerImport.calls,
    ...regionFeed.calls,
    ...itPage.calls,
    ...practiceCalls(practice, (state) => {
      emit({ name: 'practice.changed', payload: state });
      engine.tryNow();
    }),
  } satisfies TillHandlers;

  const { finished, refused } = finishExports(outbox, dataDir);
  if (finished > 0) log.write('warn', 'finished rescue files that an earlier run had started', { finished });
  const imported = findImported(outbox, dataDir);
  if (imported > 0) log.write('info', 'another till has imported what was moved to a file', { imported });
  if (regionState(db).kind === 'unusable') {
    log.write('error', "the region's customers are missing: they have to be imported again");
  }
  engine.start();
  for (const { code } of [...refused, ...customerImport.resumeAtStart()]) {
    log.write('warn', 'a left-over file could not be removed', { code });
  }
  upkeep.start();
  healthReport.start();
  limitNote.start();
  secondCopy.start();
  void escrow.keep();
  backupCopy.copySoon();
  regionFeed.start();
  orgDesk.start();
  // Last, because if the disk refuses the first write, the start fails and must leave nothing running.
  const checkpointer = new Checkpointer(db, onFile, (error) =>
    log.write('error', 'checkpoints go back to the main thread', { error: error.name }),
  );
  log.write('info', 'till opened', { mode: options.mode, host: options.host, version });

  return {
    handlers,
    subscribe,
    wake: () => engine.tryNow(),
    upkeep: () => upkeep.facts,
    status: () => engine.status(),
    staff: () => staff.current,
    backUp: () => upkeep.backUp('by-hand'),
    ...configHost,
    close: async () => {
      const parts = [
        desks.customerDesk,
        upkeep,
        itPage,
        orgDesk,
        regionFeed,
        customerImport,
        engine,
        healthReport,
        limitNote,
      ];
      await closeInTurn(log, [
        ...[...parts, secondCopy, backupCopy, escrow].map((part) => () => part.close()),
        silence,
        () => background.close(),
        () => checkpointer.stop(),
        () => upkeep.lookAtFile(),
        () => db.close(),
        () => lock.release(),
      ]);
      log.write('info', 'till closed');
    },
  };
}
