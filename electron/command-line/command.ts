/** The shape of a `tillside` command, and everything it may use from the outside world. */

import type { AuditAction } from '../care/audit-log.ts';
import type { Transport } from '../loyalty-api/transport.ts';
import type { Clock, Random } from '../machine/clock.ts';
import type { PlaceEnv } from '../machine/data-place.ts';
import type { Secrets } from '../machine/secrets.ts';

/**
 * By severity, as monitoring systems expect: 0 OK, 1 warning, 2 action needed. 3: an error in Tillside itself.
 * 4: done, but the result could not be written. 64: unknown command or option.
 */
export const exitCodes = { fine: 0, look: 1, act: 2, fault: 3, unwritten: 4, usage: 64 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export type CommandIo = {
  /** Writes a line of the result to standard output. */
  readonly print: (line: string) => void;
  /**
   * Waits until all printed output has reached the terminal, the pipe or the `--output` file. Null: it did; otherwise
   * the system's error code.
   */
  readonly printed: () => Promise<string | null>;
  /** Writes a line to standard error: progress and problems. */
  readonly warn: (line: string) => void;
  /** Asks at the terminal without echoing the input. Null: there is no terminal. */
  readonly askSecret: (question: string) => Promise<string | null>;
  /** All of standard input. Null: it is a terminal, so nothing is piped in. */
  readonly readInput: () => Promise<string | null>;
  /** `TILLSIDE_SECRET`, already removed from the environment. */
  readonly givenSecret: string | undefined;
  readonly env: CommandEnv;
  readonly platform: NodeJS.Platform;
  readonly cwd: string;
  readonly home: string;
  /** The system's user, or the one who became root with sudo; null: no name is known. */
  readonly user: string | null;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  /** The proxy for requests to this URL; null: none. */
  readonly proxyFor: (url: string) => Promise<string | null>;
  /** Whether the operating system's certificates are trusted, as in the desktop app. */
  readonly trustsSystem: boolean;
  readonly openSecrets: (dataDir: string) => Secrets;
  /** Whether this is an installed app, which affects the search for the config: see `liveDataDir` in `findConfig`. */
  readonly isInstalled: boolean;
  readonly nativeBinding?: string;
  /**
   * Continues as the owner of this folder if root runs the command: see act-as-owner.ts.
   * @throws CommandRefused if that is not possible
   */
  readonly actAsOwner?: (folder: string) => void;
};

export type CommandEnv = PlaceEnv & {
  readonly [name: string]: string | undefined;
  readonly TILLSIDE_CONFIG?: string | undefined;
  readonly ProgramData?: string | undefined;
};

export type Option = {
  readonly help: string;
  /** The placeholder for the value in the help, such as `FILE`. Absent: the option is a switch. */
  readonly value?: string;
  /** One-letter form. */
  readonly short?: string;
};

export type Command = {
  /** One word or two, such as `outbox list`. */
  readonly name: string;
  /** What it does, in half a line. */
  readonly summary: string;
  /** The arguments after the name, such as `FILE`: one word each, `[FILE]` if optional, `FILE...` for one or more. */
  readonly arguments?: string;
  /** Paragraphs of `--help`. */
  readonly about: readonly string[];
  readonly options?: { readonly [name: string]: Option };
  readonly run: (given: Given, io: CommandIo) => Promise<ExitCode> | ExitCode;
  /** It does not touch a till's data folder, so it runs as whoever calls it. */
  readonly isWithoutTill?: true;
  /** For a command that moves, destroys or reveals data: the audit log records that it began and how it ended. */
  readonly audit?: AuditAction;
  /** The ending of the file that it makes and `FILE` names, so that `--output` is not mistaken for it. */
  readonly makes?: '.zip' | '.db' | '.tillside-rescue';
  /** Whether the given options make it a dry run, which the audit log leaves out. */
  readonly onlyLooks?: (given: Given) => boolean;
};

/** The parsed arguments and options of a command. */
export type Given = {
  readonly arguments: readonly string[];
  readonly text: (option: string) => string | undefined;
  readonly has: (option: string) => boolean;
};

/** A mistake in the command line itself. */
export class BadUsage extends Error {}

/** The command can't do this. The message says what happened and what to do. */
export class CommandRefused extends Error {}

/** The work is done, but its result could not be written where it was asked for. The message says where it is. */
export class ResultNotWritten extends Error {}
