/** Reads what was typed behind a command's name, and says what could be typed. */
import { parseArgs } from 'node:util';
import { BadUsage, type Command, type Given, type Option } from './command.ts';

/** Every command takes these. */
export const commonOptions: { readonly [name: string]: Option } = {
  config: { value: 'FILE', help: 'the machine config; else TILLSIDE_CONFIG, else the machine-wide place' },
  data: { value: 'FOLDER', help: "the folder of the till's data; else this user's own" },
  json: { help: 'print one JSON object, for programs' },
  output: { value: 'FILE', help: 'write there what would be printed' },
  help: { help: 'say what the command does, and stop' },
};

/** @throws BadUsage */
export function readGiven(command: Command, argv: readonly string[]): Given {
  const known = { ...commonOptions, ...command.options };
  const { values, positionals } = parse(known, argv);
  const isHelp = values.help === true;
  const expected = argumentNames(command);
  const needed = expected.filter((name) => !name.startsWith('['));
  if (!isHelp && positionals.length < needed.length) {
    throw new BadUsage(`${needed[positionals.length] ?? ''} is missing.`);
  }
  if (positionals.length > expected.length) {
    throw new BadUsage(`${positionals.length} arguments were given, expected at most ${expected.length}.`);
  }
  return {
    arguments: positionals,
    text: (option) => {
      const value = values[option];
      return typeof value === 'string' ? value : undefined;
    },
    has: (option) => values[option] !== undefined && values[option] !== false,
  };
}

function argumentNames({ arguments: names = '' }: Command): string[] {
  return names.split(' ').filter((name) => name !== '');
}

function parse(known: { readonly [name: string]: Option }, argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: Object.fromEntries(
        Object.entries(known).map(([name, { value }]) => [
          name,
          { type: value === undefined ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
      allowPositionals: true,
    });
  } catch (error) {
    // Node's message has a second sentence about "--" that helps nobody here.
    const said = error instanceof Error ? error.message.split('. ')[0] : 'unknown arguments';
    throw new BadUsage(`${said?.replace(/\.$/, '')}.`);
  }
}

/** The text of `--help`. */
export function helpOf(command: Command): string[] {
  const { name, summary, about, options = {} } = command;
  const usage = ['tillside', name, ...argumentNames(command), '[options]'].join(' ');
  return [
    usage,
    '',
    `${summary}.`,
    ...about.flatMap((paragraph) => ['', ...wrapped(paragraph, 100)]),
    '',
    'Options',
    ...optionLines({ ...options, ...commonOptions }),
  ];
}

function optionLines(options: { readonly [name: string]: Option }): string[] {
  return Object.entries(options).map(
    ([name, { value, help }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(24)} ${help}`,
  );
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
