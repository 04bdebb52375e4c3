/**
 * `tillside COMMAND …`: finds the command, runs it, and turns errors into a sentence and an exit code. The desktop app
 * (without a window) and a source checkout each call this with their own `CommandIo`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type AuditAction, type AuditEnd, beginAudit, writeAudit } from '../care/audit-log.ts';
import { MachineConfigError } from '../config/machine-config.ts';
import { cannotOpen } from '../data/cannot-open.ts';
import { faultFacts } from '../machine/fault-facts.ts';
import { type FileTrouble, fileTrouble } from '../machine/file-trouble.ts';
import { type CannotOpenCode, TillCannotOpen } from '../machine/till-cannot-open.ts';
import { nearest } from '../model/slips.ts';
import {
  BadUsage,
  type Command,
  type CommandIo,
  CommandRefused,
  type ExitCode,
  exitCodes,
  type Given,
  ResultNotWritten,
} from './command.ts';
import { commands } from './commands.ts';
import { helpOf, readGiven } from './given.ts';
import { readable } from './readable.ts';
import { openTarget } from './result-target.ts';
import { dataFolderAnyway } from './till-place.ts';

/** The commands for what the screen offers as buttons. */
const nextCommands: { readonly [Code in CannotOpenCode]?: string } = {
  'already-running':
    'Close it first, or do this on screen: menu → This till. To find the process, run tillside doctor.',
  'database-unreadable':
    'To save what can be read: tillside outbox export --copy. To restore a backup: tillside restore.',
  'database-missing': 'To restore a backup: tillside restore.',
  'key-unreadable': 'To use the recovery key: tillside recovery-key use.',
};

const helpWords: readonly (string | undefined)[] = ['help', '--help', '-h'];
const plainWord = /^[a-z]+(?:-[a-z]+)*$/i;
const versionWords: readonly (string | undefined)[] = ['--version', '-V', 'version'];

/** Whether the program was started to run a command and not to open the app. */
export function isCommand(argv: readonly string[]): boolean {
  const [first] = argv;
  return (
    helpWords.includes(first) ||
    versionWords.includes(first) ||
    // Another plain word is a mistyped command: the app itself takes only options and addresses.
    (first !== undefined && plainWord.test(first)) ||
    commandAfterOptions(argv) !== null
  );
}

/** @returns the first word of a command that follows options, as in `tillside --data FOLDER outbox list`; null: there is none */
function commandAfterOptions(argv: readonly string[]): string | null {
  if (argv[0]?.startsWith('-') !== true) return null;
  const isName = (word: string) => commands.some(({ name }) => name.split(' ')[0] === word);
  // The app itself takes these two with a value.
  const at = argv.findIndex((word, index) => isName(word) && !/^--(config|data)$/.test(argv[index - 1] ?? ''));
  return at === -1 ? null : (argv[at] ?? null);
}

export async function runCommand(argv: readonly string[], given: CommandIo): Promise<ExitCode> {
  const io: CommandIo = {
    ...given,
    print: (line) => given.print(readable(line)),
    warn: (line) => given.warn(readable(line)),
  };
  const command = find(argv);
  const code = command === null ? withoutCommand(argv, io) : await runFound(command, argv, io);
  const trouble = await io.printed();
  // A reader that closes the pipe, such as `head -1`, has all it wants.
  if (trouble === null || trouble === 'EPIPE') return code;
  io.warn(`tillside: could not write to standard output (${trouble}). The command ended with code ${code}.`);
  return exitCodes.unwritten;
}

/** Set once the command has begun something that the audit log records. */
type Audit = { end?: (end: AuditEnd) => void };

async function runFound(command: Command, argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const audit: Audit = {};
  const code = await attempt(command, argv, io, audit);
  const hasFailed = code === exitCodes.act || code === exitCodes.fault || code === exitCodes.usage;
  audit.end?.({ outcome: hasFailed ? 'failed' : 'done', ...(code === exitCodes.fine ? {} : { code: `exit-${code}` }) });
  return code;
}

async function attempt(command: Command, argv: readonly string[], io: CommandIo, audit: Audit): Promise<ExitCode> {
  try {
    const given = readGiven(command, argv.slice(command.name.split(' ').length));
    if (given.has('help')) {
      for (const line of helpOf(command)) io.print(line);
      return exitCodes.fine;
    }
    // The --output file belongs to the caller, so it is opened before acting as the owner of the data.
    const output = given.text('output');
    const run = () => {
      if (command.isWithoutTill === true) return;
      const dataDir = dataFolderAnyway(given, io);
      io.actAsOwner?.(dataDir);
      if (command.audit === undefined || command.onlyLooks?.(given) === true) return;
      audit.end = beginIn(dataDir, command.audit, io);
    };
    if (output !== undefined) return await intoFile(path.resolve(io.cwd, output), command, given, io, run);
    run();
    return await command.run(given, io);
  } catch (error) {
    return explain(error, command, io);
  }
}

/** A disk that cannot be written does not stop the command, which may be what saves a dead till's data. */
function beginIn(dataDir: string, action: AuditAction, { user, clock }: CommandIo): (end: AuditEnd) => void {
  const what = { atMs: clock.wallMs(), action, from: 'command', author: user?.slice(0, 100) ?? null } as const;
  return beginAudit(what, (entry) => {
    if (existsSync(dataDir)) writeAudit(dataDir, entry);
  });
}

/** The longest name that the arguments begin with. */
function find(argv: readonly string[]): Command | null {
  return (
    commands
      .filter(({ name }) => name.split(' ').every((word, index) => argv[index] === word))
      .sort((a, b) => b.name.length - a.name.length)[0] ?? null
  );
}

function withoutCommand(argv: readonly string[], io: CommandIo): ExitCode {
  const [first] = argv;
  if (versionWords.includes(first)) {
    io.print(`Tillside ${io.version}`);
    return exitCodes.fine;
  }
  // "help outbox list" and "--help outbox", as other programs have it.
  const [about, ...rest] = helpWords.includes(first) ? argv.slice(1) : argv;
  const asked = about === first ? null : find([about ?? '', ...rest]);
  if (asked !== null) {
    for (const line of helpOf(asked)) io.print(line);
    return exitCodes.fine;
  }
  // The first word of a two-word command alone lists its family.
  const family = commands.filter(({ name }) => name.startsWith(`${about} `));
  const isHelp = about !== first || first === undefined || (family.length > 0 && helpWords.includes(argv[1]));
  const shown = family.length > 0 ? family : commands;
  const say = isHelp ? io.print : io.warn;
  const typed = argv.slice(0, 2).filter((word) => plainWord.test(word));
  const late = commandAfterOptions(argv);
  if (!isHelp && late !== null) say(`tillside: name the command first, then its options: tillside ${late} …`);
  else if (!isHelp && (family.length === 0 || typed.length > 1)) {
    const meant = commandMeant(typed);
    // The second word may be anything, such as a secret, unless the first one has commands of its own.
    const unknown = family.length === 0 ? first : typed.join(' ');
    say(`tillside: unknown command "${unknown}".${meant === null ? '' : ` Did you mean "${meant}"?`}`);
  }
  say('Usage: tillside COMMAND [options]     (for details: tillside COMMAND --help)');
  say('');
  for (const { name, summary } of shown) say(`  ${name.padEnd(18)} ${summary}`);
  say('');
  say(
    'Exit codes: 0 OK, 1 warning, 2 action needed, 3 Tillside error, 4 done but the result could not be written, ' +
      '64 unknown command or option.',
  );
  return isHelp ? exitCodes.fine : exitCodes.usage;
}

/** @param typed one word, or the first two */
function commandMeant(typed: readonly string[]): string | null {
  const names = commands.map(({ name }) => name);
  const [first = ''] = typed;
  // "tillside export", where only "outbox export" has that word.
  const withWord = names.filter((name) => name.split(' ')[1] === first);
  return withWord.length === 1 ? (withWord[0] ?? null) : (nearest(typed.join(' '), names) ?? nearest(first, names));
}

/** Opens the file before the work, so that nothing is done if it cannot be written (F60). */
async function intoFile(
  file: string,
  command: Command,
  given: Given,
  io: CommandIo,
  begin: () => void,
): Promise<ExitCode> {
  const result = openTarget(file);
  try {
    begin();
    const lines: string[] = [];
    let written = false;
    let trouble: string | null = null;
    const printed = () => {
      if (written) return Promise.resolve(trouble);
      written = true;
      try {
        result.write(lines.join(''));
      } catch (error) {
        trouble = fileTrouble(error)?.code ?? 'unknown';
      }
      return Promise.resolve(trouble);
    };
    const code = await command.run(given, { ...io, print: (line) => lines.push(`${readable(line)}\n`), printed });
    if ((await printed()) === null) return code;
    throw new ResultNotWritten(
      `The command ended with code ${code}, but its result could not be written to ${file} (${trouble}).`,
    );
  } finally {
    result.close();
  }
}

function explain(error: unknown, command: Command, io: CommandIo): ExitCode {
  if (error instanceof BadUsage) {
    io.warn(`tillside ${command.name}: ${error.message} See: tillside ${command.name} --help`);
    return exitCodes.usage;
  }
  if (error instanceof MachineConfigError || error instanceof CommandRefused) {
    for (const line of error.message.split('\n')) io.warn(line);
    return exitCodes.act;
  }
  if (error instanceof ResultNotWritten) {
    io.warn(error.message);
    return exitCodes.unwritten;
  }
  const trouble = fileTrouble(error);
  if (trouble !== null) {
    io.warn(`tillside ${command.name}: ${inWords(trouble)}`);
    return exitCodes.act;
  }
  const known = cannotOpen(error);
  if (known instanceof TillCannotOpen) {
    const next = nextCommands[known.code];
    io.warn(`${known.message}${next === undefined ? '' : ` ${next}`} (${known.code})`);
    return exitCodes.act;
  }
  // Without the message, which may quote customer data.
  io.warn(`tillside ${command.name} failed because of an error in Tillside: ${JSON.stringify(faultFacts(error))}`);
  return exitCodes.fault;
}

function inWords({ kind, code, path: file }: FileTrouble): string {
  const where = file ?? 'a file';
  switch (kind) {
    case 'full':
      return `the disk is full (${code}, ${where}). Free up space and run it again.`;
    case 'not-allowed':
      return `this user may not use ${where} (${code}). Run it as the user who runs Tillside.`;
    case 'read-only':
      return `${where} is on a read-only disk (${code}).`;
    case 'missing':
      return `${where} does not exist (${code}).`;
    case 'not-a-folder':
      return `part of the path ${where} is a file, not a folder (${code}).`;
    case 'is-a-folder':
      return `${where} is a folder (${code}). Name a file.`;
    case 'other':
      return `${where} cannot be used (${code}). Run tillside doctor to check the disk.`;
  }
}
