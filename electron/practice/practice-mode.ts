/**
 * Practice mode: the loyalty API on this machine, a config and secret for it, and the switches of the practice bar,
 * which survive a restart.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type MachineConfig, parseMachineConfig } from '../config/machine-config.ts';
import { keptSecret } from '../loyalty-api/till-secret.ts';
import type { Clock, Random } from '../machine/clock.ts';
import { writeDurably } from '../machine/durable-file.ts';
import type { Secrets } from '../machine/secrets.ts';
import { parseJson } from './json.ts';
import { practiceConfig, practiceCredentials } from './practice-config.ts';
import { startPracticeServer } from './practice-server.ts';
import { type PracticeState, type PracticeSwitches, practiceFaults } from './practice-state.ts';
import { practiceSwitches } from './practice-switches.ts';
import { sampleCustomers } from './sample-customers.ts';

export type PracticeMode = {
  readonly config: MachineConfig;
  readonly switches: PracticeSwitches;
  /** The given secrets, but with the practice till's password as the API secret. */
  readonly secrets: Secrets;
  readonly close: () => Promise<void>;
};

export type PracticeModeOptions = {
  readonly dataDir: string;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly random: Random;
};

const switchesSchema = z.object({ connection: z.boolean(), fault: z.enum(practiceFaults) });

/** @throws if no local port can be opened */
export async function startPracticeMode({
  dataDir,
  secrets,
  clock,
  random,
}: PracticeModeOptions): Promise<PracticeMode> {
  const server = await startPracticeServer({
    customers: sampleCustomers(),
    clock,
    random,
    stateFile: path.join(dataDir, 'practice-server.json'),
  });
  const switches = practiceSwitches(server.control);
  const switchesFile = path.join(dataDir, 'practice-switches.json');
  const before = readSwitches(switchesFile);
  if (before !== null) await switches.set(before);
  return {
    config: parseMachineConfig(practiceConfig(server.url), 'practice mode'),
    switches: {
      ...switches,
      set: async (change) => {
        const state = await switches.set(change);
        writeSwitches(switchesFile, state);
        return state;
      },
    },
    secrets: {
      read: (name) =>
        name === 'database-key'
          ? secrets.read(name)
          : name === 'api-password-md5'
            ? { kind: 'value', value: keptSecret('basic', practiceCredentials.secret) }
            : { kind: 'absent' },
      write: (name, value) =>
        name === 'database-key' ? secrets.write(name, value) : { kind: 'not-stored', why: 'practice mode has its own' },
    },
    close: () => server.close(),
  };
}

function readSwitches(file: string): PracticeState | null {
  try {
    return switchesSchema.parse(parseJson(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function writeSwitches(file: string, state: PracticeState): void {
  try {
    writeDurably(file, JSON.stringify(state));
  } catch {
    // Practice continues; the switches are only lost at a restart.
  }
}
