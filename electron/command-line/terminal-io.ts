/** The part of `CommandIo` that the desktop app and a checkout share: terminal, machine and time. */
import { homedir, userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { systemClock, systemRandom } from '../machine/system-clock.ts';
import { actAsOwner } from './act-as-owner.ts';
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
    ...standardOutput(),
    warn: (line) => process.stderr.write(`${line}\n`),
    askSecret,
    readInput,
    env: process.env,
    platform: process.platform,
    // npm changes to the project's folder and passes on where it was called.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    home: homedir(),
    user: systemUser(),
    clock: systemClock,
    random: systemRandom,
    actAsOwner,
    ...host,
  };
}

/** Asks the system, because anybody can set USER. SUDO_USER counts only for root, for the same reason. */
function systemUser(): string | null {
  try {
    const { uid, username } = userInfo();
    return (uid === 0 && process.env.SUDO_USER) || username;
  } catch {
    return null;
  }
}

/** A closed pipe (`head -1`) and a full disk behind `>` arrive as error events, which must not crash the command. */
function standardOutput(): Pick<CommandIo, 'print' | 'printed'> {
  let trouble: string | null = null;
  const note = (error: Error | null | undefined) => {
    if (error) trouble ??= 'code' in error ? String(error.code) : 'unknown';
  };
  process.stdout.on('error', note);
  // There is nowhere left to report this.
  process.stderr.on('error', () => undefined);
  return {
    print: (line) => {
      process.stdout.write(`${line}\n`, note);
    },
    printed: () =>
      new Promise((resolve) => {
        if (trouble !== null) resolve(trouble);
        else
          process.stdout.write('', (error) => {
            note(error);
            resolve(trouble);
          });
      }),
  };
}

async function readInput(): Promise<string | null> {
  return process.stdin.isTTY ? null : await text(process.stdin);
}

/** Wait for this before exiting the process, or output still on its way to a pipe is cut off. */
export function flushed(): Promise<void> {
  const empty = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write('', () => resolve()));
  return Promise.all([empty(process.stdout), empty(process.stderr)]).then(() => undefined);
}
