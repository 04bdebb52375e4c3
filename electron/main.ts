/**
 * The desktop app's main process: connects Electron with the till. It only defines the order of events; everything that
 * can be decided without Electron is elsewhere.
 */
import path from 'node:path';
import {
  app,
  type BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
} from 'electron';
import type { AppUpdates } from './care/app-update/app-updates.ts';
import type { CommandIo } from './command-line/command.ts';
import { desktopArguments, ownArguments } from './command-line/desktop-arguments.ts';
import { isCommand, runCommand } from './command-line/run-command.ts';
import { flushed, terminalIo } from './command-line/terminal-io.ts';
import { folderOfCommand } from './command-line/till-place.ts';
import { type FoundConfig, findConfig } from './config/find-config.ts';
import { MachineConfigError } from './config/machine-config.ts';
import { appScheme, type FrameSender, isScreen } from './desktop/app-address.ts';
import { answerFromFiles, loadAppFiles } from './desktop/app-files.ts';
import { lookForUpdates } from './desktop/app-updater.ts';
import { dangerousSwitch } from './desktop/dangerous-switches.ts';
import { dialogWords } from './desktop/dialog-words.ts';
import { claimAddresses, FindCalls, messageToFirst } from './desktop/find-calls.ts';
import { watchOnline } from './desktop/online-watch.ts';
import { quitWarning } from './desktop/quit-warning.ts';
import { startShareProcess } from './desktop/share-process.ts';
import { bringToFront, chooseFile, confine, confineSession, createWindow } from './desktop/window.ts';
import { readWindowState, writeWindowState } from './desktop/window-state.ts';
import { callChannel, eventChannel } from './ipc/channels.ts';
import { createNetTransport } from './loyalty-api/net-transport.ts';
import { proxyOfChromium } from './loyalty-api/proxy.ts';
import { dataPlace } from './machine/data-place.ts';
import { faultFacts } from './machine/fault-facts.ts';
import { fileLog } from './machine/file-log.ts';
import { type Log, silentLog } from './machine/log.ts';
import { type Seal, secretFile } from './machine/secret-file.ts';
import { systemClock, systemRandom } from './machine/system-clock.ts';
import { TillCannotOpen } from './machine/till-cannot-open.ts';
import { type StartedTill, startTill, takeSecret } from './start-till.ts';

const exitCodes = { fault: 1, badInput: 2, cannotOpen: 3 } as const;
/** A close that hangs must not block a shutdown; everything saved is durable anyway. */
const longestCloseMs = 10_000;
/** A crashed screen is reloaded. If it crashes again within this time, a reload does not help. */
const reloadEveryMs = 60_000;

process.umask(0o077);
app.enableSandbox();
// Chromium repeats a request if a kept-alive connection breaks (see net-transport.ts).
app.commandLine.appendSwitch('disable-http2');
app.commandLine.appendSwitch('disable-quic');
protocol.registerSchemesAsPrivileged([
  { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
app.on('web-contents-created', (_event, contents) => confine(contents));
app.on('window-all-closed', () => app.quit());

/** The screen's language once known; until then the store's, and before the config is read the computer's. */
let language = Intl.DateTimeFormat().resolvedOptions().locale;
const argv = ownArguments(process.argv.slice(app.isPackaged ? 1 : 2));
const secret = takeSecret(process.env);
const { config, data, address } = desktopArguments(argv);
const findCalls = new FindCalls(app, address);
const dangerous = app.isPackaged ? dangerousSwitch(process.argv.slice(1), isCommand(argv), process.platform) : null;
const found = dangerous !== null || isCommand(argv) ? null : configOrEnd();
if (dangerous !== null) {
  process.stderr.write(`Tillside does not start with --${dangerous}, which would make the till unsafe.\n`);
  app.exit(exitCodes.badInput);
} else if (isCommand(argv)) {
  // This folder holds the key of Windows' secret storage.
  app.setPath('userData', path.join(folderOfCommand(argv, commandIo()), 'desktop'));
  void app
    .whenReady()
    .then(() => runCommand(argv, commandIo()))
    .then(async (code) => {
      await flushed();
      app.exit(code);
    });
} else if (found !== null) {
  const dataDir =
    data === undefined ? dataPlace(process.platform, process.env, app.getPath('home'), found.mode) : path.resolve(data);
  // This folder also holds the single-instance lock, so that practice mode and the real till can run side by side.
  app.setPath('userData', path.join(dataDir, 'desktop'));
  if (app.requestSingleInstanceLock(messageToFirst(address))) {
    app
      .whenReady()
      .then(() => run(found, dataDir))
      .catch(end);
  } else app.exit(0);
}

/** For `tillside COMMAND`, which has no window and can run while Tillside is open. */
function commandIo(): CommandIo {
  return terminalIo({
    version: app.getVersion(),
    transport: createNetTransport({ request: (options) => net.request(options), clock: systemClock }),
    proxyFor: async (url) => proxyOfChromium(await session.defaultSession.resolveProxy(url)),
    trustsSystem: true,
    isInstalled: app.isPackaged,
    givenSecret: secret,
    openSecrets: (dataDir) => secretFile(dataDir, platformSeal(silentLog)),
    nativeBinding: nativeBinding(),
  });
}

function configOrEnd(): FoundConfig | null {
  try {
    const { platform, env } = process;
    const isPlaceKnown = app.isPackaged && data === undefined;
    const liveDataDir = isPlaceKnown ? dataPlace(platform, env, app.getPath('home'), 'live') : null;
    return findConfig({ argument: config, env, platform, cwd: process.cwd(), machineWide: true, liveDataDir });
  } catch (error) {
    end(error);
    return null;
  }
}

/** Shows why Tillside cannot run, and exits. */
function end(error: unknown): void {
  const words = dialogWords(language);
  if (error instanceof MachineConfigError) {
    dialog.showErrorBox(words.badConfig, error.message);
    app.exit(exitCodes.badInput);
  } else if (error instanceof TillCannotOpen) {
    dialog.showErrorBox(words.cannotOpen, error.code === 'already-running' ? words.alreadyOpen : error.message);
    app.exit(exitCodes.cannotOpen);
  } else {
    dialog.showErrorBox(words.stopped, words.startAgain);
    app.exit(exitCodes.fault);
  }
}

async function run(found: FoundConfig, dataDir: string): Promise<void> {
  if (found.mode === 'live') language = found.config.store.locale;
  const log = fileLog({ dataDir, level: found.mode === 'live' ? found.config.log.level : 'info', clock: systemClock });
  process.on('uncaughtException', (fault) => {
    log.write('error', 'fault', faultFacts(fault));
    end(fault);
  });
  const screenSession = session.fromPartition('persist:screen');
  confineSession(screenSession);
  const files = loadAppFiles(path.join(app.getAppPath(), 'dist', 'renderer'));
  screenSession.protocol.handle(appScheme, (request) => answerFromFiles(files, request.method, request.url));

  let updates: AppUpdates | null = null;
  const started = await startTill<FrameSender>({
    found,
    dataDir,
    host: 'desktop',
    version: app.getVersion(),
    secrets: secretFile(dataDir, platformSeal(log)),
    transport: createNetTransport({ request: (options) => net.request(options), clock: systemClock }),
    download: (url, init) => net.fetch(url, init),
    startShareProcess,
    clock: systemClock,
    random: systemRandom,
    log,
    secret,
    allows: isScreen,
    toFront: bringToFront,
    chooseFile,
    appUpdate: () => updates?.state ?? { kind: 'current' },
    languageShown: (tag) => {
      language = tag;
    },
    nativeBinding: nativeBinding(),
  });
  ipcMain.handle(callChannel, (event, name: unknown, argument: unknown) => {
    const frame = event.senderFrame;
    const sender = frame === null ? null : { url: frame.url, isMainFrame: frame.parent === null };
    return started.dispatcher.dispatch(sender, name, argument);
  });
  const stopWatching = wakeWithTheMachine(started);
  closeOnQuit(started, () => {
    stopWatching();
    updates?.close();
  });

  buildMenu();
  if (found.mode === 'live') claimAddresses(app, process.platform, argv);
  const { window, closeUnasked } = openWindow(started, screenSession, dataDir, log);
  updates = lookForUpdates({
    found,
    program: app.isPackaged ? app.getPath('exe') : null,
    status: started.status,
    idleSeconds: () => powerMonitor.getSystemIdleTime(),
    goingDown: (run) => {
      powerMonitor.once('shutdown', run);
      window.once('query-session-end', run);
    },
    closeUnasked,
    changed: (payload) => {
      if (!window.isDestroyed()) window.webContents.send(eventChannel, { name: 'app.updateChanged', payload });
    },
    clock: systemClock,
    random: systemRandom,
    log,
  });
}

function openWindow(
  started: StartedTill<FrameSender>,
  own: Electron.Session,
  dataDir: string,
  log: Log,
): { readonly window: BrowserWindow; readonly closeUnasked: () => void } {
  const stateFile = path.join(dataDir, 'window.json');
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const window = createWindow({
    session: own,
    preload: path.join(app.getAppPath(), 'dist', 'preload', 'preload.cjs'),
    state: readWindowState(stateFile, areas),
    devTools: !app.isPackaged,
  });
  const unsubscribe = started.subscribe((message) => {
    if (!window.isDestroyed()) window.webContents.send(eventChannel, message);
  });
  app.on('second-instance', bringToFront);
  findCalls.deliverTo(started.find);
  window.on('closed', unsubscribe);
  const closeUnasked = askBeforeClosing(window, started, () =>
    writeWindowState(stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() }),
  );
  reloadWhenBroken(window, log);
  return { window, closeUnasked };
}

/**
 * Asks before closing if changes are unsent (F30). Closing is always allowed, because every save is durable.
 * @returns a function that turns the question off
 */
function askBeforeClosing(window: BrowserWindow, started: StartedTill<FrameSender>, closing: () => void): () => void {
  let asked = false;
  const closeAtOnce = () => {
    asked = true;
    app.quit();
  };
  // If the program is ended from outside, or the machine shuts down, nobody is there to answer.
  process.once('SIGTERM', closeAtOnce);
  process.once('SIGINT', closeAtOnce);
  powerMonitor.once('shutdown', closeAtOnce);
  const unasked = () => {
    asked = true;
  };
  window.on('query-session-end', unasked);
  window.on('close', (event) => {
    if (!asked) {
      event.preventDefault();
      asked = true;
      void mayClose(window, started).then((yes) => {
        if (yes) app.quit();
        else asked = false;
      });
      return;
    }
    closing();
  });
  return unasked;
}

async function mayClose(window: BrowserWindow, { status }: StartedTill<FrameSender>): Promise<boolean> {
  const now = status();
  const warning = now === null ? null : quitWarning(now, systemClock.wallMs(), language);
  if (warning === null) return true;
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Tillside',
    ...warning,
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}

function reloadWhenBroken(window: BrowserWindow, log: Log): void {
  let reloadedAtMs: number | null = null;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log.write('error', 'the screen crashed', { reason, exitCode });
    if (reason === 'clean-exit') return;
    const nowMs = systemClock.monotonicMs();
    if (reloadedAtMs !== null && nowMs - reloadedAtMs < reloadEveryMs) {
      dialog.showErrorBox('Tillside', dialogWords(language).crashing);
      app.exit(exitCodes.fault);
      return;
    }
    reloadedAtMs = nowMs;
    window.webContents.reload();
  });
}

/** Starts sending when the machine wakes up or its network is back (F15). */
function wakeWithTheMachine({ wake }: StartedTill<FrameSender>): () => void {
  powerMonitor.on('resume', wake);
  powerMonitor.on('unlock-screen', wake);
  return watchOnline(systemClock, () => net.isOnline(), wake);
}

function closeOnQuit(started: StartedTill<FrameSender>, stopWatching: () => void): void {
  let closing = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (closing) return;
    closing = true;
    stopWatching();
    powerMonitor.removeAllListeners();
    const late = new Promise<void>((resolve) => systemClock.after(longestCloseMs, resolve));
    void Promise.race([started.close(), late]).then(
      () => app.exit(0),
      () => app.exit(exitCodes.fault),
    );
  });
}

/** The platform's secret storage. Null: there is none, so only the file mode protects secrets, which is logged. */
function platformSeal(log: Log): Seal | null {
  // On Linux without a keyring, Electron would encrypt with a password from its source code, which is no protection.
  const none = process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
  if (none || !safeStorage.isEncryptionAvailable()) {
    log.write('warn', 'no secret storage on this machine: secrets are in a file that only this user can read');
    return null;
  }
  return {
    seal: (plain) => safeStorage.encryptString(plain),
    open: (sealed) => safeStorage.decryptString(sealed),
  };
}

function nativeBinding(): string {
  if (app.isPackaged) return path.join(process.resourcesPath, 'better_sqlite3.node');
  const prebuilds = path.join(app.getAppPath(), 'node_modules', 'better-sqlite3', 'prebuilds');
  return path.join(prebuilds, `${process.platform}-${process.arch}.node`);
}

/** macOS needs a menu for copy and paste; other platforms have none. */
function buildMenu(): void {
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
  else
    Menu.setApplicationMenu(
      Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]),
    );
}
