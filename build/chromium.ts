/** Finds a Chromium on this machine, for the application window of the preview and for the browser tests. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
];

/** What of the environment says where programs lie. */
export type ProgramEnv = { readonly [name: string]: string | undefined };

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a Chromium may lie on this platform, best first. */
export function chromiumPlaces(platform: NodeJS.Platform, env: ProgramEnv): string[] {
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
  const folders = (env.PATH ?? '').split(path.posix.delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => path.posix.join(folder, name)));
}

/** @returns the program's path, or null where there is none: an installed one first, then Playwright's own */
export async function findChromium(platform: NodeJS.Platform, env: ProgramEnv): Promise<string | null> {
  const installed = chromiumPlaces(platform, env).find(isProgram);
  if (installed !== undefined) return installed;
  // Slow to load, so only when it is needed.
  const { chromium } = await import('playwright');
  return isProgram(chromium.executablePath()) ? chromium.executablePath() : null;
}

/** Whether a window can be shown. */
export function hasDisplay(platform: NodeJS.Platform, env: ProgramEnv): boolean {
  return platform === 'win32' || platform === 'darwin' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Flags that every start needs: nothing goes out to the browser's maker; root has no sandbox to run in. */
export function chromiumFlags(asRoot: boolean): string[] {
  const flags = ['--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-sync'];
  return asRoot ? [...flags, '--no-sandbox'] : flags;
}
