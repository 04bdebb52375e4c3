import path from 'node:path';
import type { AppInfo } from '../model/app-info.ts';

/** The environment variables that decide where a user's data is. */
export type PlaceEnv = {
  readonly LOCALAPPDATA?: string | undefined;
  readonly XDG_DATA_HOME?: string | undefined;
};

/**
 * The default data folder of a user, without `--data`. Practice mode has its own, so that it can never touch real data.
 * The desktop app and the preview use the same folder.
 */
export function dataPlace(platform: NodeJS.Platform, env: PlaceEnv, home: string, mode: AppInfo['mode']): string {
  if (platform === 'win32') {
    return path.win32.join(env.LOCALAPPDATA || path.win32.join(home, 'AppData', 'Local'), 'Tillside', mode);
  }
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'Tillside', mode);
  const share = env.XDG_DATA_HOME ?? '';
  // XDG requires that a relative path is ignored.
  return path.posix.join(share.startsWith('/') ? share : path.posix.join(home, '.local', 'share'), 'tillside', mode);
}
