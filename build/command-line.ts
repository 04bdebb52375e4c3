/** What `npm start` and `npm run preview` share: arguments, exit codes and stopping. */
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type FoundConfig, findConfig } from '../electron/config/find-config.ts';
import { MachineConfigError } from '../electron/config/machine-config.ts';
import { dataPlace } from '../electron/machine/data-place.ts';
import { TillCannotOpen } from '../electron/machine/till-cannot-open.ts';
import { BuildFailed } from './bundles.ts';

export const exitCodes = { clean: 0, fault: 1, badInput: 2, cannotOpen: 3 } as const;

/** Something the person who typed the command can fix. */
export class BadArguments extends Error {}

export type HostArguments = {
  readonly found: FoundConfig;
  readonly dataDir: string;
  readonly port: number;
  readonly open: boolean;
};

/**
 * @param machineWide whether to look for IT's machine-wide config
 * @throws BadArguments
 * @throws MachineConfigError
 */
export function readArguments(argv: readonly string[], machineWide: boolean): HostArguments {
  const { config, data, port, 'no-open': noOpen } = parse(argv);
  // An empty variable of a script must not open the working folder as a till's data.
  if (config === '' || data === '') throw new BadArguments(`--${data === '' ? 'data' : 'config'} is empty`);
  const portNumber = Number(port);
  if (!/^\d{1,5}$/.test(port) || portNumber > 65_535) {
    throw new BadArguments(`--port: found ${JSON.stringify(port)}, expected a number from 0 to 65535`);
  }
  const found = findConfig({
    argument: config,
    env: process.env,
    platform: process.platform,
    cwd: process.cwd(),
    machineWide,
    liveDataDir: null,
  });
  return {
    found,
    dataDir: data === undefined ? dataPlace(process.platform, process.env, homedir(), found.mode) : path.resolve(data),
    port: portNumber,
    open: !noOpen,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        data: { type: 'string' },
        port: { type: 'string', default: '0' },
        'no-open': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadArguments(error instanceof Error ? error.message : 'unknown arguments');
  }
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Tells the person what is wrong. @returns the exit code for it */
export function explain(error: unknown): number {
  if (error instanceof MachineConfigError) {
    say(error.message);
    return exitCodes.badInput;
  }
  if (error instanceof BadArguments) {
    say(`Tillside: ${error.message}`);
    return exitCodes.badInput;
  }
  if (error instanceof TillCannotOpen) {
    const whatToDo =
      error.code === 'already-running'
        ? ' Use its window, or stop it first: npm run tillside -- doctor names its process.'
        : '';
    say(`Tillside cannot open: ${error.message}${whatToDo} (${error.code})`);
    return exitCodes.cannotOpen;
  }
  if (error instanceof BuildFailed) {
    say(`Tillside: ${error.message}`);
    return exitCodes.fault;
  }
  say(
    `Tillside stopped because of a fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return exitCodes.fault;
}

const impatientAfterMs = 1000;

/**
 * Resolves when this process should stop: on Ctrl+C, on SIGTERM, or when the set-up that started it is gone. A hang-up
 * alone does not stop it while the set-up lives, so that it can keep running behind a closed terminal. A second request
 * stops it at once, since everything saved is durable.
 */
export function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let firstAtMs: number | null = null;
    const stop = () => {
      const nowMs = performance.now();
      // One Ctrl+C may arrive twice: from the terminal, and passed on by the set-up.
      if (firstAtMs !== null && nowMs - firstAtMs > impatientAfterMs) process.exit(exitCodes.fault);
      firstAtMs ??= nowMs;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.on('SIGHUP', () => {
      if (!process.connected) stop();
    });
    process.once('disconnect', stop);
    // The channel to the set-up must not keep this process alive.
    process.channel?.unref();
  });
}
