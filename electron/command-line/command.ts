/** What a command of `tillside COMMAND` is made of, and what it may do to the world outside. */

import type { AuditAction } from '../care/audit-log.ts';
import type { Transport } from '../loyalty-api/transport.ts';
import type { Clock, Random } from '../machine/clock.ts';
import type { PlaceEnv } from '../machine/data-place.ts';
import type { Secrets } from '../machine/secrets.ts';

/**
 * By severity, as monitoring systems read them: 0 fine, 1 have a look, 2 act. 3: stopped by a fault of Tillside's own.
 * 4: done, but the result could not be told. 64: what was typed is no command.
 */
export const exitCodes = { fine: 0, look: 1, act: 2, fault: 3, untold: 4, usage: 64 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export type CommandIo = {
  /** One line on standard output: the result. */
  readonly print: (line: string) => void;
  /**
   * Resolves once everything printed was taken: by the terminal, the pipe or the file of `--output`. Null: it was; else why
   * it was not, as the system's code.
   */
  readonly printed: () => Promise<string | null>;
  /** One line on standard error: progress and trouble. */
  readonly warn: (line: string) => void;
  /** Asks at the terminal without showing what is typed. Null: nobody is there to be asked. */
  readonly askSecret: (question: string) => Promise<string | null>;
  /** What was piped in, whole. Null: nothing is, since a person sits at a terminal. */
  readonly readInput: () => Promise<string | null>;
  /** `TILLSIDE_SECRET`, which was taken out of the environment. */
  readonly givenSecret: string | undefined;
  readonly env: CommandEnv;
  readonly platform: NodeJS.Platform;
  readonly cwd: string;
  readonly home: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  /** The proxy that a request to this address goes through; null: none. */
  readonly proxyFor: (url: string) => Promise<string | null>;
  /** The operating system's certificates are trusted, as the desktop app does. */
  readonly trustsSystem: boolean;
  readonly openSecrets: (dataDir: string) => Secrets;
  /** As the desktop app's own look for the config: see `liveDataDir` there. */
  readonly isInstalled: boolean;
  readonly nativeBinding?: string;
  /**
   * Goes on as the owner of this folder, where root runs the command: else the till's user could not open the files that it
   * leaves there. Throws CommandRefused where that cannot be.
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
  /** What stands for the value in the help, such as `FILE`. Absent: the option is a switch. */
  readonly value?: string;
  /** One letter that says the same. */
  readonly short?: string;
};

export type Command = {
  /** One word or two, such as `outbox list`. */
  readonly name: string;
  /** What it does, as half a line in the list of commands. */
  readonly summary: string;
  /** What stands behind the name, such as `FILE`; one word an argument, optional ones in brackets, `FILE...`: one or more. */
  readonly arguments?: string;
  /** Paragraphs of `--help`. */
  readonly about: readonly string[];
  readonly options?: { readonly [name: string]: Option };
  readonly run: (given: Given, io: CommandIo) => Promise<ExitCode> | ExitCode;
  /** It reads a config and no till's data, so that it runs as whoever calls it. */
  readonly isWithoutTill?: true;
  /** It moves, destroys or reveals something, and is noted as this before it does. */
  readonly audit?: AuditAction;
  /** Whether it was typed so that it changes nothing, which is no work of IT to note. */
  readonly onlyLooks?: (given: Given) => boolean;
};

/** What was typed behind a command's name, checked against its own description. */
export type Given = {
  readonly arguments: readonly string[];
  readonly text: (option: string) => string | undefined;
  readonly has: (option: string) => boolean;
};

/** Something that the person who typed the command can put right. */
export class BadUsage extends Error {}

/** A refusal that a person can act on: what happened and what to do. */
export class CommandRefused extends Error {}

/** What was asked for is done; only its result did not get where it was to go. The message says where it is. */
export class DoneUntold extends Error {}
