/** Finds the till that a command works on: its config and its data folder. */
import path from 'node:path';
import { type FoundConfig, findConfig } from '../config/find-config.ts';
import { MachineConfigError } from '../config/machine-config.ts';
import { dataPlace } from '../machine/data-place.ts';
import { practiceTimeZone } from '../practice/practice-config.ts';
import { BadUsage, type CommandIo, type Given } from './command.ts';
import { desktopArguments } from './desktop-arguments.ts';

export type TillPlace = {
  readonly found: FoundConfig;
  readonly dataDir: string;
};

/** Searches like the app does, so that a command and the screen always mean the same till. */
export function tillPlace(given: Given, io: CommandIo): TillPlace {
  const found = configOf(given, io);
  return { found, dataDir: dataFolder(given, io, found.mode) };
}

/** @throws MachineConfigError */
export function configOf(given: Given, { env, platform, cwd, home, isInstalled }: CommandIo): FoundConfig {
  const isPlaceKnown = isInstalled && given.text('data') === undefined;
  const liveDataDir = isPlaceKnown ? dataPlace(platform, env, home, 'live') : null;
  return findConfig({ argument: given.text('config'), env, platform, cwd, machineWide: true, liveDataDir });
}

export function storeOf(found: FoundConfig): { readonly countryCode: string; readonly timeZone: string } {
  return found.mode === 'live' ? found.config.store : { countryCode: 'IN', timeZone: practiceTimeZone };
}

/** The data folder for these unchecked arguments, even if the command or the config is not valid. */
export function folderOfCommand(argv: readonly string[], io: CommandIo): string {
  const { config, data } = desktopArguments(argv);
  const text = (option: string) => (option === 'config' ? config : option === 'data' ? data : undefined);
  return dataFolderAnyway({ arguments: [], text, has: () => false }, io);
}

/** The data folder even if the config is not valid: that still means a real till, not practice mode. */
export function dataFolderAnyway(given: Given, io: CommandIo): string {
  try {
    return tillPlace(given, io).dataDir;
  } catch (error) {
    if (error instanceof MachineConfigError) return dataFolder(given, io, 'live');
    throw error;
  }
}

function dataFolder(given: Given, io: CommandIo, mode: FoundConfig['mode']): string {
  const named = given.text('data');
  if (named !== undefined) return path.resolve(io.cwd, named);
  const place = dataPlace(io.platform, io.env, io.home, mode);
  if (path.isAbsolute(place)) return place;
  throw new BadUsage('HOME is not set, so this user has no data folder. Choose one with --data.');
}
