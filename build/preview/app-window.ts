/** The preview in its own window, with this machine's Chromium. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromiumFlags, findChromium, hasDisplay, isRoot } from '../chromium.ts';

export type AppWindow = {
  /** Resolves when the person closed it. */
  readonly closed: Promise<void>;
  readonly close: () => void;
};

/**
 * Opens an address as an application window with its own browser profile, so that the program lives exactly as long as
 * the window.
 * @returns null if there is no display, or no Chromium
 */
export async function openAppWindow(url: string, dataDir: string): Promise<AppWindow | null> {
  if (!hasDisplay(process.platform, process.env)) return null;
  const program = await findChromium(process.platform, process.env);
  if (program === null) return null;
  const profile = path.join(dataDir, 'browser');
  // From the second time on it opens as it was left.
  const size = existsSync(profile) ? [] : ['--window-size=1280,800'];
  const child = spawn(program, [`--app=${url}`, `--user-data-dir=${profile}`, ...size, ...chromiumFlags(isRoot())], {
    stdio: 'ignore',
  });
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!started) return null;
  const closed =
    child.exitCode === null ? new Promise<void>((resolve) => child.once('exit', () => resolve())) : Promise.resolve();
  return { closed, close: () => child.kill() };
}

/** A page that says why Tillside is not there, as a data URL. */
export function messagePage(message: string): string {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const style =
    'font:17px/1.5 system-ui,sans-serif;max-width:32em;margin:15vh auto;padding:0 1em;color-scheme:light dark';
  const page = `<!doctype html><meta charset="utf-8"><title>Tillside</title><body style="${style}"><h1>Tillside</h1><p>${text}</p>`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(page)}`;
}
