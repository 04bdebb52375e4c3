import path from 'node:path';
import type { AppInfo } from '../model/app-info.ts';

/** What of the environment says where a user's data lies. */
export type PlaceEnv = {
  readonly LOCALAPPDATA?: string | undefined;
  readonly XDG_DATA_HOME?: string | undefined;
};

/**
 * The per-user folder of a till's data where `--data` names none. Practice has one of its own, so that nothing of it
 * can touch real data. The desktop app and the preview share it: whichever runs finds what the other saved.
 */
export function dataPlace(platform: NodeJS.Platform, env: PlaceEnv, home: string, mode: AppInfo['mode']): string {
  if (platform === 'win32') {
    return path.win32.join(env.LOCALAPPDATA || path.win32.join(home, 'AppData', 'Local'), 'Tillside', mode);
  }
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'Tillside', mode);
  const share = env.XDG_DATA_HOME ?? '';
  // The XDG rules: a relative path is to be ignored.
  return path.posix.join(share.startsWith('/') ? share : path.posix.join(home, '.local', 'share'), 'tillside', mode);
}
