/** What both hosts give a command alike: the terminal, the machine, the time. */
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import { systemClock, systemRandom } from '../machine/system-clock.ts';
import { askSecret } from './ask-secret.ts';
import type { CommandIo } from './command.ts';

type OfHost = Pick<
  CommandIo,
  'version' | 'transport' | 'proxyFor' | 'trustsSystem' | 'openSecrets' | 'givenSecret' | 'isInstalled'
> & {
  readonly nativeBinding?: string;
};

export function terminalIo(host: OfHost): CommandIo {
  return {
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
    askSecret,
    readInput,
    env: process.env,
    platform: process.platform,
    // npm runs a script in the project's folder and says where it was called.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    home: homedir(),
    clock: systemClock,
    random: systemRandom,
    ...host,
  };
}

async function readInput(): Promise<string | null> {
  return process.stdin.isTTY ? null : await text(process.stdin);
}

/** A program that ends itself must not cut off what is still on its way to a pipe. */
export function flushed(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write('', () => process.stderr.write('', () => resolve()));
  });
}
