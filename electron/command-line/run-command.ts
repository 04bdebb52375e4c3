/**
 * `tillside COMMAND …`: finds the command, runs it, and turns what went wrong into a sentence and an exit code. The
 * desktop app (without a window) and a checkout both call this with their own `CommandIo`.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { MachineConfigError } from '../config/machine-config.ts';
import { faultFacts } from '../machine/fault-facts.ts';
import { type CannotOpenCode, TillCannotOpen } from '../machine/till-cannot-open.ts';
import { BadUsage, type Command, type CommandIo, CommandRefused, type ExitCode, exitCodes } from './command.ts';
import { commands } from './commands.ts';
import { helpOf, readGiven } from './given.ts';

/** What the screen offers as buttons, as commands. */
const nextCommands: { readonly [Code in CannotOpenCode]?: string } = {
  'already-running':
    'Close it first, or do the same on its screen: menu → This till. tillside doctor says which process it is.',
  'database-unreadable':
    'As commands: tillside outbox export --copy seals what can be read, tillside restore puts the backup in place.',
  'database-missing': 'As a command: tillside restore.',
  'key-unreadable': 'As a command: tillside recovery-key use.',
};

/** Whether these arguments of the program are a command, and not those of the app with its window. */
export function isCommand(argv: readonly string[]): boolean {
  const [first] = argv;
  return first === 'help' || first === '--help' || commands.some(({ name }) => name.split(' ')[0] === first);
}

export async function runCommand(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const command = find(argv);
  if (command === null) return withoutCommand(argv, io);
  try {
    const given = readGiven(command, argv.slice(command.name.split(' ').length));
    if (given.has('help')) {
      for (const line of helpOf(command)) io.print(line);
      return exitCodes.fine;
    }
    const output = given.text('output');
    if (output === undefined) return await command.run(given, io);
    return await intoFile(path.resolve(io.cwd, output), io, (own) => command.run(given, own));
  } catch (error) {
    return explain(error, command, io);
  }
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
  const isHelp = first === undefined || first === 'help' || first === '--help';
  // Two words begin several commands: whoever typed the first wants to see them.
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  const shown = family.length > 0 ? family : commands;
  const say = isHelp ? io.print : io.warn;
  if (!isHelp && family.length === 0) say(`tillside: there is no command "${first}".`);
  say('tillside COMMAND [options]     (tillside COMMAND --help says more)');
  say('');
  for (const { name, summary } of shown) say(`  ${name.padEnd(18)} ${summary}`);
  say('');
  say('Exit codes: 0 fine, 1 have a look, 2 act, 3 a fault of Tillside, 64 no such command or option.');
  return isHelp ? exitCodes.fine : exitCodes.usage;
}

async function intoFile(
  file: string,
  io: CommandIo,
  run: (io: CommandIo) => Promise<ExitCode> | ExitCode,
): Promise<ExitCode> {
  const lines: string[] = [];
  const code = await run({ ...io, print: (line) => lines.push(line) });
  try {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandRefused(`The result could not be written to ${file} (${why}). Name another place with --output.`);
  }
  return code;
}

function explain(error: unknown, command: Command, io: CommandIo): ExitCode {
  if (error instanceof BadUsage) {
    io.warn(`tillside ${command.name}: ${error.message} See: tillside ${command.name} --help`);
    return exitCodes.usage;
  }
  if (error instanceof MachineConfigError || error instanceof CommandRefused) {
    io.warn(error.message);
    return exitCodes.act;
  }
  if (error instanceof TillCannotOpen) {
    const next = nextCommands[error.code];
    io.warn(`${error.message}${next === undefined ? '' : ` ${next}`} (${error.code})`);
    return exitCodes.act;
  }
  // The message stays out: it may quote a customer's data.
  io.warn(`tillside ${command.name} was stopped by a fault of Tillside: ${JSON.stringify(faultFacts(error))}`);
  return exitCodes.fault;
}
