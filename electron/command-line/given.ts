/** Parses the arguments and options of a command, and prints its help. */
import { parseArgs } from 'node:util';
import { nearest } from '../model/slips.ts';
import { BadUsage, type Command, type Given, type Option } from './command.ts';

/** Every command takes these. */
const commonOptions: { readonly [name: string]: Option } = {
  config: { value: 'FILE', help: 'config file (default: TILLSIDE_CONFIG, then the machine-wide location)' },
  data: { value: 'FOLDER', help: "data folder (default: this user's)" },
  json: { help: 'print JSON' },
  output: { value: 'FILE', help: 'write the printed text to FILE' },
  help: { help: 'show help', short: 'h' },
};

const madeEndings = /\.(?:zip|db|tillside-rescue)$/i;

/** @throws BadUsage */
export function readGiven(command: Command, argv: readonly string[]): Given {
  const known = { ...commonOptions, ...command.options };
  const { values, positionals } = parse(known, argv);
  const isHelp = values.help === true;
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty !== undefined) throw new BadUsage(`--${empty[0]} is empty.`);
  const expected = argumentNames(command);
  const needed = expected.filter((name) => !name.startsWith('['));
  if (!isHelp && positionals.length < needed.length) {
    throw new BadUsage(`${needed[positionals.length] ?? ''} is missing.`);
  }
  if (positionals.length > expected.length && expected.at(-1)?.endsWith('...') !== true) {
    throw new BadUsage(`Too many arguments: got ${positionals.length}, expected at most ${expected.length}.`);
  }
  if (command.makes !== undefined && typeof values.output === 'string' && madeEndings.test(values.output)) {
    throw new BadUsage(
      `--output is for the printed text. Name the ${command.makes} file as FILE: tillside ${command.name} FILE.`,
    );
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
        Object.entries(known).map(([name, { value, short }]) => [
          name,
          {
            type: value === undefined ? ('boolean' as const) : ('string' as const),
            ...(short === undefined ? {} : { short }),
          },
        ]),
      ),
      allowPositionals: true,
    });
  } catch (error) {
    // The rest of Node's message explains "--", which no command needs.
    const [said = ''] = error instanceof Error ? error.message.split(/\.\s/) : ['Unknown arguments'];
    const isUnknown = said.startsWith('Unknown option');
    const [, option] = /^Unknown option '--([a-z][a-z-]{0,30})'$/i.exec(said) ?? [];
    const meant = option === undefined ? null : nearest(option, Object.keys(known));
    // Anything else may be a secret, such as a pasted key.
    const isQuoted = !isUnknown || /^Unknown option '--?[a-z][a-z-]{0,30}'$/i.test(said);
    const what = isQuoted ? said.replace(/\.$/, '') : 'Unknown option';
    throw new BadUsage(`${what}.${meant === null ? '' : ` Did you mean --${meant}?`}`);
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
