/** Finds a Chromium on this machine, for the preview's window and the browser tests. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './project-root.ts';

const longestInstallMs = 10 * 60_000;
const progressEveryMs = 5000;

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
];

/** The parts of the environment that say where programs are. */
export type ProgramEnv = { readonly [name: string]: string | undefined };

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a Chromium may be on this platform, best first. */
function chromiumPlaces(platform: NodeJS.Platform, env: ProgramEnv): string[] {
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];
    return apps.map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`);
  }
  if (platform === 'win32') {
    const folders = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA];
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return programs.flatMap((program) =>
      folders.filter((folder) => folder !== undefined).map((folder) => path.win32.join(folder, program)),
    );
  }
  return onPath(names, env);
}

function onPath(programs: readonly string[], env: ProgramEnv): string[] {
  const folders = (env.PATH ?? '').split(path.posix.delimiter).filter((folder) => folder !== '');
  return programs.flatMap((name) => folders.map((folder) => path.posix.join(folder, name)));
}

/** @returns the program's path, or null: an installed one first, then Playwright's own */
export async function findChromium(platform: NodeJS.Platform, env: ProgramEnv): Promise<string | null> {
  const installed = chromiumPlaces(platform, env).find(isProgram);
  if (installed !== undefined) return installed;
  // Slow to load, so only on demand.
  const { chromium } = await import('playwright');
  return isProgram(chromium.executablePath()) ? chromium.executablePath() : null;
}

/** The Chromium without windows, which shows a page for a fifth less work; null if it is not installed. */
export function findHeadlessShell(env: ProgramEnv): string | null {
  return onPath(['chromium-headless-shell', 'chrome-headless-shell'], env).find(isProgram) ?? null;
}

/** Whether a window can be shown. */
export function hasDisplay(platform: NodeJS.Platform, env: ProgramEnv): boolean {
  return platform === 'win32' || platform === 'darwin' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * A Chromium for the browser tests: an installed one, else Playwright's own download, else the system's package if this
 * user may install one.
 * @param say called at each step
 * @returns null if there is none
 */
export async function haveChromium(say: (line: string) => void): Promise<string | null> {
  const find = () => findChromium(process.platform, process.env);
  const there = await find();
  if (there !== null) return there;
  say('Downloading a Chromium for the browser tests (about 150 MB, once) …');
  const playwright = path.join(projectRoot, 'node_modules', 'playwright', 'cli.js');
  await run(process.execPath, [playwright, 'install', 'chromium'], say);
  const fetched = await find();
  if (fetched !== null || process.platform !== 'linux' || !isRoot()) return fetched;
  say("The download failed; installing this system's package …");
  await run('apt-get', ['update', '-q'], say);
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], say);
  return find();
}

/** Reports the result only on failure; the caller looks for the outcome afterwards. */
async function run(program: string, args: readonly string[], say: (line: string) => void): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn(program, [...args], { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: longestInstallMs });
  const startedMs = performance.now();
  const progress = setInterval(
    () => say(`  still working, ${Math.round((performance.now() - startedMs) / 1000)} s`),
    progressEveryMs,
  );
  let printed = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    printed = (printed + text).slice(-2000);
  });
  const failure = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? null : printed.trim()));
  });
  clearInterval(progress);
  if (failure !== null) say(`  ${path.basename(program)} failed: ${failure.split('\n').slice(0, 3).join(' ')}`);
}

/** Flags for every start: nothing goes to the browser's maker, and root has no sandbox to run in. */
export function chromiumFlags(asRoot: boolean): string[] {
  const flags = ['--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-sync'];
  return asRoot ? [...flags, '--no-sandbox'] : flags;
}
