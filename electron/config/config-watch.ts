/**
 * Watches the config file. Changes that are safe while staff work apply immediately, the others at the next start. An
 * invalid file changes nothing; the screen for IT, the log and the doctor report it.
 */
import { statSync } from 'node:fs';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import { machineConfigSchema } from './config-sections.ts';
import { type MachineConfig, MachineConfigError, readMachineConfig } from './machine-config.ts';

/** Sections that apply immediately. Who the till is and where it sends never change while it is open. */
const liveSections = ['admin', 'sync', 'data', 'rescue', 'region', 'health', 'log'] as const;
const sections = machineConfigSchema.omit({ $schema: true }).keyof().options;

export type ConfigChange = {
  readonly config: MachineConfig;
  readonly restartDue: boolean;
};

/** @returns the config to use from now on */
export function takeLive(current: MachineConfig, changed: MachineConfig): ConfigChange {
  const config = { ...current, ...Object.fromEntries(liveSections.map((name) => [name, changed[name]])) };
  return {
    config,
    restartDue: sections.some((name) => JSON.stringify(config[name]) !== JSON.stringify(changed[name])),
  };
}

const lookEveryMs = 30_000;
/** An editor may delete the file before it writes the new one, so it counts as gone only after this many checks. */
const looksUntilGone = 4;

export type ConfigWatcher = {
  readonly changed: (config: MachineConfig) => void;
  /** The previous config stays in use. `where`: the path of the first mistake. */
  readonly unusable: (where: string) => void;
};

/** @returns a function that stops watching */
export function watchConfig(file: string, clock: Clock, log: Log, { changed, unusable }: ConfigWatcher): () => void {
  let seen = markOf(file);
  let looksWithoutFile = 0;
  let cancel = clock.after(lookEveryMs, look);
  function look(): void {
    cancel = clock.after(lookEveryMs, look);
    const now = markOf(file);
    looksWithoutFile = now === null ? looksWithoutFile + 1 : 0;
    if (now === null ? looksWithoutFile !== looksUntilGone : now === seen) return;
    seen = now;
    try {
      changed(readMachineConfig(file));
    } catch (error) {
      if (!(error instanceof MachineConfigError)) throw error;
      const where = error.problems[0]?.path ?? '';
      log.write('error', 'the changed config is not valid', { problems: error.problems.length, first: where });
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
