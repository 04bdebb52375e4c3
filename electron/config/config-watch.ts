/**
 * Notices that IT changed the config file. What is safe to change while staff work holds at once; the rest from the next
 * start on. A file that cannot be used changes nothing: the screen for IT, the log and the doctor say so.
 */
import { statSync } from 'node:fs';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import { machineConfigSchema } from './config-sections.ts';
import { type MachineConfig, MachineConfigError, readMachineConfig } from './machine-config.ts';

/** Sections that are read anew at each use. Who the till is, and where it sends, holds for as long as it is open. */
const liveSections = ['admin', 'sync', 'data', 'rescue', 'region', 'health', 'log'] as const;
const sections = machineConfigSchema.omit({ $schema: true }).keyof().options;

export type ConfigChange = {
  readonly config: MachineConfig;
  readonly restartDue: boolean;
};

/** @returns what holds from now on of a config that was changed */
export function takeLive(current: MachineConfig, changed: MachineConfig): ConfigChange {
  const config = { ...current, ...Object.fromEntries(liveSections.map((name) => [name, changed[name]])) };
  return {
    config,
    restartDue: sections.some((name) => JSON.stringify(config[name]) !== JSON.stringify(changed[name])),
  };
}

const lookEveryMs = 30_000;
/** Whoever replaces the file may take it away first; a file that so many looks do not find was taken away for good. */
const looksUntilGone = 4;

export type ConfigWatcher = {
  readonly changed: (config: MachineConfig) => void;
  /** The one before stays in force. `where`: the path of the first mistake. */
  readonly unusable: (where: string) => void;
};

/** @returns a function that stops looking */
export function watchConfig(file: string, clock: Clock, log: Log, { changed, unusable }: ConfigWatcher): () => void {
  let seen = markOf(file);
  let looksWithout = 0;
  let cancel = clock.after(lookEveryMs, look);
  function look(): void {
    cancel = clock.after(lookEveryMs, look);
    const now = markOf(file);
    looksWithout = now === null ? looksWithout + 1 : 0;
    if (now === null ? looksWithout !== looksUntilGone : now === seen) return;
    seen = now;
    try {
      changed(readMachineConfig(file));
    } catch (error) {
      if (!(error instanceof MachineConfigError)) throw error;
      const where = error.problems[0]?.path ?? '';
      log.write('error', 'the changed config cannot be used', { problems: error.problems.length, first: where });
      unusable(where);
    }
  }
  return () => cancel();
}

function markOf(file: string): string | null {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return null;
  }
}
