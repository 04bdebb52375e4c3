/**
 * Starts the real `electron/main.ts` over the fake Electron, any number of times in one process, each with its own
 * fake.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../../build/project-root.ts';
import { appAddress } from '../../../electron/desktop/app-address.ts';
import { callChannel } from '../../../electron/ipc/channels.ts';
import type { Argument, CallName, Envelope, Result } from '../../../electron/ipc/schema.ts';

export type FakeElectron = typeof import('./fake-electron.ts');

/** Distinguishes the starts: modules that know Electron are loaded again for each, all others are shared. */
const runMark = /\?run=\d+$/;

const running = 'electron:running';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const mark = runMark.exec(context.parentURL ?? '')?.[0];
    // A package that requires Electron (electron-updater) is loaded once and gets whichever start is running.
    if (specifier === 'electron' && context.conditions.includes('require')) return { url: running, shortCircuit: true };
    if (specifier === 'electron') return { url: fakeUrl(mark ?? ''), shortCircuit: true };
    const resolved = nextResolve(specifier, context);
    return mark !== undefined && specifier.endsWith('/window.ts')
      ? { ...resolved, url: resolved.url + mark }
      : resolved;
  },
  load(url, context, nextLoad) {
    if (url !== running) return nextLoad(url, context);
    const source = `module.exports = new Proxy({}, { get: (_, name) => globalThis[Symbol.for('${running}')][name] });`;
    return { format: 'commonjs', source, shortCircuit: true };
  },
});

function fakeUrl(mark: string): string {
  return new URL(`./fake-electron.ts${mark}`, import.meta.url).href;
}

export type Desktop = {
  readonly electron: FakeElectron;
  /** The one window, once it is there. */
  readonly window: () => Promise<InstanceType<FakeElectron['BrowserWindow']>>;
  /** The session of the window's page. */
  readonly session: () => InstanceType<FakeElectron['FakeSession']>;
  /** A call from our own screen. */
  readonly call: <Name extends CallName>(name: Name, argument?: Argument<Name>) => Promise<Result<Name>>;
  /** Closes the program if it still runs. */
  readonly close: () => Promise<number>;
};

export type DesktopOptions = {
  readonly args: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** Sets this machine up before the main process starts. */
  readonly prepare?: (electron: FakeElectron) => void;
  /** An installed app instead of the checkout: its unpacked archive, with its resources beside it. */
  readonly installed?: { readonly app: string; readonly resources: string };
};

let runs = 0;

/** @returns when the main process has run its first, synchronous part */
export async function startDesktop(
  t: TestContext,
  { args, env = {}, prepare, installed }: DesktopOptions,
): Promise<Desktop> {
  runs += 1;
  const mark = `?run=${runs}`;
  const electron: FakeElectron = await import(fakeUrl(mark));
  electron.app.appPath = installed?.app ?? projectRoot;
  electron.app.isPackaged = installed !== undefined;
  if (installed !== undefined) Reflect.set(process, 'resourcesPath', installed.resources);
  Reflect.set(globalThis, Symbol.for(running), electron);
  prepare?.(electron);

  const before = { argv: process.argv, env: { ...process.env } };
  const forget = rememberListeners();
  process.argv = [process.execPath, ...(installed === undefined ? [projectRoot] : []), ...args];
  Object.assign(process.env, env);
  try {
    const main =
      installed === undefined
        ? path.join(projectRoot, 'electron', 'main.ts')
        : path.join(installed.app, 'dist', 'main', 'main.js');
    await import(pathToFileURL(main).href + mark);
  } finally {
    process.argv = before.argv;
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before.env);
  }

  const { app, BrowserWindow, ipcMain } = electron;
  async function close(): Promise<number> {
    if (app.exitCode === null) {
      electron.powerMonitor.emit('shutdown');
      // Not open, so there is nothing to ask.
      if (app.exitCode === null) app.quit();
    }
    return app.ended;
  }
  t.after(async () => {
    await close();
    // Electron's `exit` ends the process and everything in it; here the till would stay open.
    if (!app.isQuitting && app.listenerCount('will-quit') > 0) {
      const { exits } = app;
      app.leave();
      await until('the till has closed', () => app.exits > exits);
    }
    forget();
  });

  return {
    electron,
    window: async () => {
      const found = () => BrowserWindow.getAllWindows()[0];
      await until('there is a window', () => found() !== undefined || app.exitCode !== null);
      const window = found();
      assert.ok(window, `there is no window; ${JSON.stringify(electron.dialog.errors)}`);
      return window;
    },
    session: () => {
      const [own] = electron.session.opened;
      assert.ok(own, 'no session was opened');
      return own;
    },
    call: async <Name extends CallName>(name: Name, argument?: Argument<Name>) => {
      const answer = await ipcMain.invoke(callChannel, { url: appAddress, parent: null }, name, argument);
      return unwrap<Name>(answer);
    },
    close,
  };
}

/** @returns a function that removes the process listeners added since */
function rememberListeners(): () => void {
  const signals = (['SIGTERM', 'SIGINT'] as const).map((name) => ({ name, before: process.listeners(name) }));
  const faults = process.listeners('uncaughtException');
  return () => {
    for (const { name, before } of signals) {
      process.removeAllListeners(name);
      for (const listener of before) process.on(name, listener);
    }
    process.removeAllListeners('uncaughtException');
    for (const listener of faults) process.on('uncaughtException', listener);
  };
}

function isEnvelope<Name extends CallName>(answer: unknown): answer is Envelope<Result<Name>> {
  return typeof answer === 'object' && answer !== null && ('ok' in answer || 'error' in answer);
}

function unwrap<Name extends CallName>(answer: unknown): Result<Name> {
  assert.ok(isEnvelope<Name>(answer), 'not an envelope');
  if ('error' in answer) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.ok;
}

const lookAgainMs = 5;

/** Polls for what sends no event. The limit suits a busy machine; only a failing test waits that long. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + 20_000;
  while (!(await holds())) {
    assert.ok(performance.now() < giveUpAtMs, `did not happen within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}

/** Writes a config beside the data. @returns the arguments of a till with it */
export function configured(folder: string, config: object): string[] {
  const file = path.join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  return ['--config', file, '--data', path.join(folder, 'data')];
}
