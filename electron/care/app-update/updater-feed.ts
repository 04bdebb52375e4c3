/**
 * IT's feed through electron-updater: which version it has for this till (staged roll-out by a number that the till drew
 * once), its download, its checksum, and the publisher's signature where the platform has one.
 */
import type { AppUpdater } from 'electron-updater';
import type { MachineConfig } from '../../config/machine-config.ts';
import type { Log } from '../../machine/log.ts';
import type { UpdateFeed } from './app-updates.ts';

/** `stable` is what everybody else calls `latest`. */
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
  // Its own words name files and addresses; what matters comes back as a result or an error.
  updater.logger = null;
  // An error is also what `look` and `fetch` reject with; an event without a listener would be a fault.
  updater.on('error', () => undefined);
  // A proxy that wants a password gets none (as in net-transport.ts): called with nothing, which the types do not know.
  updater.on('login', (_info, answer) => Reflect.apply(answer, undefined, []));
  updater.setFeedURL({ provider: 'generic', url: feedUrl, channel: feedChannel(channel) });
  return {
    look: async () => {
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
        log.write('error', 'the newer version could not be installed');
      }
    },
  };
}
