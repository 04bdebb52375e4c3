/** Runs a `tillside` command in this process and keeps what it printed. */

import type { CommandEnv, CommandIo } from '../../electron/command-line/command.ts';
import { runCommand } from '../../electron/command-line/run-command.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export async function run(argv: readonly string[], given: Partial<CommandIo> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const env: CommandEnv = {};
  const code = await runCommand(argv, {
    print: (line) => out.push(line),
    printed: () => Promise.resolve(null),
    warn: (line) => err.push(line),
    askSecret: () => Promise.resolve(null),
    readInput: () => Promise.resolve(null),
    givenSecret: undefined,
    env,
    platform: process.platform,
    cwd: process.cwd(),
    home: '/nowhere',
    user: 'tester',
    version: '0.0.0-test',
    clock: systemClock,
    random: systemRandom,
    transport: () => Promise.reject(new Error('This command must not use the network.')),
    proxyFor: () => Promise.resolve(null),
    trustsSystem: false,
    isInstalled: true,
    openSecrets: (dataDir) => secretFile(dataDir, null),
    ...given,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
