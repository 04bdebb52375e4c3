/**
 * Starts a till with everything that both hosts share: the config or practice mode, the log, the dispatcher. The
 * desktop app and the preview only add their secret storage, transport and connection to the screen.
 */

import { closeSync, readFileSync } from 'node:fs';
import { Admin } from './care/admin.ts';
import { writeCannotOpen } from './care/health-report.ts';
import { troubleCalls } from './care/trouble-desk.ts';
import { unsentNote } from './care/unsent-note.ts';
import { watchConfig } from './config/config-watch.ts';
import { type FoundConfig, tillCode } from './config/find-config.ts';
import { readPublicKey } from './config/public-key.ts';
import { PendingFind } from './desk/pending-find.ts';
import { createDispatcher, type Dispatcher } from './ipc/dispatcher.ts';
import { createEvents } from './ipc/events.ts';
import { ImportAudit } from './ipc/import-audit.ts';
import type { AdminHandlers, EventMessage, FindHandlers, TroubleHandlers } from './ipc/schema.ts';
import type { Clock } from './machine/clock.ts';
import { openDoorbell } from './machine/doorbell.ts';
import type { Log } from './machine/log.ts';
import { TillCannotOpen } from './machine/till-cannot-open.ts';
import type { SyncStatus } from './model/sync-status.ts';
import { openTill } from './open-till.ts';
import { type PracticeMode, startPracticeMode } from './practice/practice-mode.ts';
import type { Till, TillOptions } from './till-options.ts';

export type StartOptions<Sender> = Omit<TillOptions, 'config' | 'mode' | 'practice'> & {
  readonly found: FoundConfig;
  /** `TILLSIDE_SECRET`, for unattended set-up: stored once, instead of a typed secret. */
  readonly secret: string | undefined;
  /** Whether the caller is our own screen. */
  readonly allows: (sender: Sender) => boolean;
  /** Another program asked for a customer: show the window. */
  readonly toFront?: () => void;
};

export type StartedTill<Sender> = {
  readonly dispatcher: Dispatcher<Sender>;
  /** Returns a function that stops listening. */
  readonly subscribe: (listener: (message: EventMessage) => void) => () => void;
  readonly wake: () => void;
  /** Null if the till could not be opened; then the screen says why. */
  readonly status: () => SyncStatus | null;
  readonly trouble: () => TillCannotOpen | null;
  /** Another program opened this address, which is not checked yet. */
  readonly find: (address: string) => void;
  /** From now on answers `closing`; closes the till, then practice mode. */
  readonly close: () => Promise<void>;
};

/** How long a start waits for a closing till to release the data folder. */
const waitForOtherMs = 3000;
const lookAgainMs = 100;

/**
 * If the data cannot be opened, the screen says why and offers what to do (`trouble.*`); after that the till opens.
 * @throws TillCannotOpen if another Tillside has the data open; use its window
 */
export async function startTill<Sender>(options: StartOptions<Sender>): Promise<StartedTill<Sender>> {
  const { found, dataDir, secrets, clock, random, log } = options;
  const practice = found.mode === 'practice' ? await startPracticeMode({ dataDir, secrets, clock, random }) : null;
  const { emit, subscribe } = createEvents<EventMessage>();
  let till: Till | null = null;
  let trouble: TillCannotOpen | null = null;
  let stopWatching = (): void => undefined;
  const noteUnsent = unsentNote(dataDir);
  let adminConfig = tillOptions(options, practice).config.admin;
  const admin = new Admin({ dataDir, config: () => adminConfig, staff: () => till?.staff() ?? null, clock, log });
  const importAudit = new ImportAudit((action) => admin.begin(action));
  const find = new PendingFind(clock, log, () => {
    emit({ name: 'app.findAsked', payload: null });
    options.toFront?.();
  });
  const findHandlers: FindHandlers = find.calls;
  const adminHandlers: AdminHandlers = {
    'admin.view': () => admin.view(),
    'admin.unlock': ({ pin }) => admin.unlock(pin),
  };

  async function open(): Promise<void> {
    try {
      const opened = await openWhenFree(clock, tillOptions(options, practice));
      trouble = null;
      till = opened;
      opened.subscribe((message) => {
        if (message.name === 'customers.importChanged') importAudit.changed(message.payload);
        emit(message);
      });
      if (found.mode !== 'live') return;
      noteUnsent(opened.status());
      opened.subscribe((message) => {
        if (message.name === 'sync.changed') noteUnsent(message.payload);
      });
      stopWatching = watchConfig(found.file, clock, log, {
        changed: (config) => {
          adminConfig = config.admin;
          opened.configChanged(config);
        },
        unusable: opened.configUnusable,
      });
      if (options.secret !== undefined) await provide(opened, options.secret, log);
    } catch (error) {
      if (!(error instanceof TillCannotOpen) || error.code === 'already-running') throw error;
      trouble = error;
      log.write('error', 'the till cannot open', { code: error.code });
      if (found.mode === 'live') tellMonitoring(found, options, error.code);
    }
  }

  const handlers: TroubleHandlers = troubleCalls({
    desk: {
      dataDir,
      secrets: practice?.secrets ?? secrets,
      fromTill: tillCode(found),
      publicKey: found.mode === 'live' ? readPublicKey(found.config.rescue.publicKey ?? '') : null,
      clock,
      random,
      store: tillOptions(options, practice).config.store,
      nativeBinding: options.nativeBinding,
    },
    trouble: () => trouble,
    found: (error) => {
      trouble = error;
    },
    open,
  });
  try {
    await open();
  } catch (error) {
    await practice?.close();
    throw error;
  }
  const closeDoorbell = await openDoorbell(dataDir, log, (address) => find.ask(address) ?? 'taken');
  const dispatcher = createDispatcher({
    handlers: () => ({ ...adminHandlers, ...findHandlers, ...handlers, ...till?.handlers }),
    allows: options.allows,
    begin: importAudit.begin,
    log,
  });
  return {
    dispatcher,
    subscribe,
    wake: () => till?.wake(),
    status: () => till?.status() ?? null,
    trouble: () => trouble,
    find: (address) => void find.ask(address),
    close: async () => {
      closeDoorbell();
      stopWatching();
      dispatcher.close();
      // The last status may not have been reported yet.
      if (till !== null && found.mode === 'live') noteUnsent(till.status());
      await till?.close();
      await practice?.close();
    },
  };
}

/** Otherwise the metrics file of the last run would still claim that the till is well (F62). */
function tellMonitoring<Sender>(
  found: Extract<FoundConfig, { mode: 'live' }>,
  { version, clock, log }: StartOptions<Sender>,
  why: string,
): void {
  const { health, store } = found.config;
  if (health.metricsFile === null) return;
  const writtenAt = Math.round(clock.wallMs() / 1000);
  const failed = writeCannotOpen(health.metricsFile, {
    till: tillCode(found),
    store: store.code,
    version,
    writtenAt,
    why,
  });
  if (failed !== null) log.write('warn', 'health could not be reported', { what: 'metrics', code: failed });
}

function tillOptions<Sender>(options: StartOptions<Sender>, practice: PracticeMode | null): TillOptions {
  const { found, secret, allows, toFront, ...shared } = options;
  return {
    ...shared,
    config: found.mode === 'live' ? found.config : configOf(practice),
    mode: found.mode,
    secrets: practice?.secrets ?? options.secrets,
    practice: practice?.switches ?? null,
  };
}

function configOf(practice: PracticeMode | null): TillOptions['config'] {
  if (practice === null) throw new Error('practice mode did not start');
  return practice.config;
}

/** @throws TillCannotOpen */
async function openWhenFree(clock: Clock, options: TillOptions): Promise<Till> {
  const giveUpAtMs = clock.monotonicMs() + waitForOtherMs;
  for (;;) {
    try {
      return await openTill(options);
    } catch (error) {
      const running = error instanceof TillCannotOpen && error.code === 'already-running';
      if (!running || clock.monotonicMs() >= giveUpAtMs) throw error;
      await new Promise<void>((resolve) => clock.after(lookAgainMs, resolve));
    }
  }
}

async function provide(till: Till, secret: string, log: Log): Promise<void> {
  const result = await till.handlers['app.provideSecret']({ secret });
  if (result.kind === 'stored') log.write('info', 'secret taken from the environment');
  else log.write('error', 'secret from the environment not stored', { why: result.why });
}

type SecretEnv = { TILLSIDE_SECRET?: string | undefined; TILLSIDE_SECRET_FD?: string | undefined };

/**
 * Removes the secret from the environment, so that no child process inherits it. The scripts of a checkout pass it
 * through a pipe instead, and name the pipe's number (`build/secret-pipe.mjs`).
 */
export function takeSecret(env: SecretEnv): string | undefined {
  const { TILLSIDE_SECRET: secret, TILLSIDE_SECRET_FD: pipe } = env;
  delete env.TILLSIDE_SECRET;
  delete env.TILLSIDE_SECRET_FD;
  return secret || (pipe === undefined ? undefined : readPipe(Number(pipe))) || undefined;
}

/** @returns undefined if it is not our pipe; then the secret counts as missing */
function readPipe(descriptor: number): string | undefined {
  try {
    const text = readFileSync(descriptor, 'utf8');
    closeSync(descriptor);
    return text;
  } catch {
    return undefined;
  }
}
