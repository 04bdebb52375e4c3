/**
 * Finds the config: `--config`, then `TILLSIDE_CONFIG`, then the machine-wide file. Without any, it is practice mode.
 */
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
  /** False in the preview: without a named config it is always practice mode, even on a machine that is also a till. */
  readonly machineWide: boolean;
  /**
   * This user's default data folder for a real till. Null if another folder was named, and in a source checkout, where
   * a developer may have run a till once.
   */
  readonly liveDataDir: string | null;
};

/** Never falls back to practice mode on a real till: it would look the same, accept changes and send nothing. */
const goneConfig = {
  path: 'file',
  found: 'nothing there',
  expected:
    'the config of this till, because this user has till data. Put it back, or name it with --config; nothing is lost ' +
    'in the meantime. For practice mode, choose another folder with --data',
} as const;

/** @throws MachineConfigError if the config is not valid, a named file does not exist, or a till's config is gone */
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

/** The till's code at the server. */
export function tillCode(found: FoundConfig): string {
  if (found.mode === 'practice') return 'practice';
  const { auth } = found.config;
  return auth.method === 'basic' ? auth.till : auth.attributeTo.code;
}
