/**
 * Connects electron-updater to the rules in `care/app-update/`.
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
  /** Path of the installed program; null in a source checkout. */
  readonly program: string | null;
  readonly status: () => SyncStatus | null;
  /** Time without input on this machine. */
  readonly idleSeconds: () => number;
  /** Calls back when the machine shuts down. */
  readonly goingDown: (run: () => void) => void;
  /** From now on the window closes without asking, because nobody is there. */
  readonly closeUnasked: () => void;
};

/** Drafts survive a restart, but staff should not have to see one. */
const quietAfterSeconds = 30 * 60;

/** @returns null without a feed in the config, in practice mode, and in a source checkout */
export function lookForUpdates(options: AppUpdaterOptions): AppUpdates | null {
  const { found, program, status, idleSeconds, goingDown, closeUnasked, log } = options;
  if (found.mode !== 'live' || program === null) return null;
  const { feedUrl, channel } = found.config.update;
  if (feedUrl === null) return null;
  const updater = updaterOf(process.platform);
  // Do not install during a shutdown, which would interrupt the installer.
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
 * Whether this user can replace the program: not if an administrator installed it for the whole machine. On Linux, the
 * system replaces its packages.
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
