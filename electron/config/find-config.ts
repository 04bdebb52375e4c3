/** Which machine config a start uses: `--config`, `TILLSIDE_CONFIG`, the machine-wide place, else practice mode. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { folderFiles } from '../machine/folder-files.ts';
import { type MachineConfig, MachineConfigError, machineWideConfigPath, readMachineConfig } from './machine-config.ts';

export type FoundConfig =
  | { readonly mode: 'live'; readonly file: string; readonly config: MachineConfig }
  | { readonly mode: 'practice' };

export type ConfigSearch = {
  /** `--config`; relative to `cwd`. */
  readonly argument: string | undefined;
  readonly env: { readonly TILLSIDE_CONFIG?: string | undefined; readonly ProgramData?: string | undefined };
  readonly platform: NodeJS.Platform;
  readonly cwd: string;
  /** The preview is practice mode unless a config is named: a developer's machine may be a till too. */
  readonly machineWide: boolean;
  /**
   * Where this user's real till has its data. Null where another folder was named, and in a checkout: whoever develops
   * may have run a till there once.
   */
  readonly liveDataDir: string | null;
};

/** Practice mode would look like the till, take what staff type, and send nothing of it. */
const goneConfig = {
  path: 'file',
  found: 'nothing there',
  expected:
    'the config of this till, since this user has its data. Put it back, or name it with --config; nothing is lost ' +
    'meanwhile. For practice mode name another folder with --data',
} as const;

/** @throws MachineConfigError, also where a file that was named is not there, or that of a till is gone */
export function findConfig({ argument, env, platform, cwd, machineWide, liveDataDir }: ConfigSearch): FoundConfig {
  const named = argument ?? (env.TILLSIDE_CONFIG || undefined);
  if (named !== undefined) return live(path.resolve(cwd, named));
  if (!machineWide) return { mode: 'practice' };
  const { ProgramData } = env;
  const place = machineWideConfigPath(platform, ProgramData === undefined ? {} : { ProgramData });
  if (existsSync(place)) return live(place);
  const wasTill = liveDataDir !== null && existsSync(folderFiles(liveDataDir).database);
  if (wasTill) throw new MachineConfigError(place, [goneConfig]);
  return { mode: 'practice' };
}

function live(file: string): FoundConfig {
  return { mode: 'live', file, config: readMachineConfig(file) };
}

/** The code of the till, as the server knows it. */
export function tillCode(found: FoundConfig): string {
  if (found.mode === 'practice') return 'practice';
  const { auth } = found.config;
  return auth.method === 'basic' ? auth.till : auth.attributeTo.code;
}
