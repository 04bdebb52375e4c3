/**
 * Reads IT's feed with electron-updater: finds the version for this till (a staged roll-out goes by a random number
 * that each till keeps), downloads it, and verifies its checksum and, where the platform supports it, its signature.
 */
import type { AppUpdater } from 'electron-updater';
import type { MachineConfig } from '../../config/machine-config.ts';
import type { Log } from '../../machine/log.ts';
import type { UpdateFeed } from './app-updates.ts';

/** electron-updater calls the stable channel `latest`. */
export function feedChannel(channel: string): string {
  return channel === 'stable' ? 'latest' : channel;
}

export function updaterFeed(
  updater: AppUpdater,
  { feedUrl, channel }: { readonly feedUrl: string; readonly channel: MachineConfig['update']['channel'] },
  log: Log,
): UpdateFeed {
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = true;
  updater.allowPrerelease = channel !== 'stable';
  updater.allowDowngrade = false;
  updater.disableWebInstaller = true;
  // Its log would name files and URLs; all we need comes back as a result or an error.
  updater.logger = null;
  // `newestVersion` and `fetch` reject with the same error, but an `error` event without a listener would throw.
  updater.on('error', () => undefined);
  // Send no proxy password (as in net-transport.ts). A call without arguments does that, but the types do not allow it.
  updater.on('login', (_info, answer) => Reflect.apply(answer, undefined, []));
  updater.setFeedURL({ provider: 'generic', url: feedUrl, channel: feedChannel(channel) });
  return {
    newestVersion: async () => {
      const found = await updater.checkForUpdates();
      return found?.isUpdateAvailable === true ? found.updateInfo.version : null;
    },
    fetch: async () => {
      await updater.downloadUpdate();
    },
    installNow: () => {
      try {
        updater.quitAndInstall(true, true);
      } catch {
        log.write('error', 'the new version could not be installed');
      }
    },
  };
}
