/**
 * The installed app's own updates: electron-updater, which asks Electron itself for what it needs, round the rules of
 * `care/app-update/`.
 */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import electronUpdater, { type AppUpdater } from 'electron-updater';
import { AppUpdates, type AppUpdatesOptions } from '../care/app-update/app-updates.ts';
import { updaterFeed } from '../care/app-update/updater-feed.ts';
import type { FoundConfig } from '../config/find-config.ts';
import type { SyncStatus } from '../model/sync-status.ts';

export type AppUpdaterOptions = Pick<AppUpdatesOptions, 'changed' | 'clock' | 'random' | 'log'> & {
  readonly found: FoundConfig;
  /** Where the installed program lies; null in a checkout. */
  readonly program: string | null;
  readonly status: () => SyncStatus | null;
  /** How long nobody has touched this machine. */
  readonly idleSeconds: () => number;
  /** Calls back when the machine goes down. */
  readonly goingDown: (run: () => void) => void;
  /** From now on the window closes without a question: nobody is there to answer it. */
  readonly closeUnasked: () => void;
};

/** What was typed is kept over a restart; nobody who stands at the till shall see one all the same. */
const quietAfterSeconds = 30 * 60;

/** @returns null where IT names no feed, in practice mode, and in a checkout */
export function lookForUpdates(options: AppUpdaterOptions): AppUpdates | null {
  const { found, program, status, idleSeconds, goingDown, closeUnasked, log } = options;
  if (found.mode !== 'live' || program === null) return null;
  const { feedUrl, channel } = found.config.update;
  if (feedUrl === null) return null;
  const updater = updaterOf(process.platform);
  // An installer that starts while the machine goes down would be cut off in the middle: it waits for the next time.
  goingDown(() => {
    updater.autoInstallOnAppQuit = false;
  });
  const feed = updaterFeed(updater, { feedUrl, channel }, log);
  return new AppUpdates({
    ...options,
    feed: {
      ...feed,
      installNow: () => {
        closeUnasked();
        feed.installNow();
      },
    },
    mayInstall: mayReplace(process.platform, program),
    isQuiet: () => {
      const counts = status()?.counts;
      return idleSeconds() >= quietAfterSeconds && counts !== undefined && counts.sending === 0 && counts.unknown === 0;
    },
  });
}

function updaterOf(platform: NodeJS.Platform): AppUpdater {
  const { NsisUpdater, MacUpdater, DebUpdater } = electronUpdater;
  if (platform === 'win32') return new NsisUpdater();
  return platform === 'darwin' ? new MacUpdater() : new DebUpdater();
}

/**
 * Whether this user may replace the program: not where an administrator installed it for the whole machine. The packages of
 * a Linux are replaced by the system.
 */
function mayReplace(platform: NodeJS.Platform, program: string): boolean {
  if (platform === 'linux') return false;
  try {
    accessSync(path.dirname(program), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
