import { parseArgs } from 'node:util';

export type DesktopArguments = { readonly config: string | undefined; readonly data: string | undefined };

/** Put before a command by `/usr/bin/tillside` (build/packaging/installer/tillside-command). */
const switchesOfCommand = ['--no-sandbox', '--ozone-platform=headless', '--disable-gpu'];

/** What a person typed, without the switches of Chromium that a command is started with. */
export function ownArguments(argv: readonly string[]): readonly string[] {
  const first = argv.findIndex((argument) => !switchesOfCommand.includes(argument));
  return first === -1 ? [] : argv.slice(first);
}

/** Reads the app's own arguments; those of Chromium (`--no-sandbox`, `--inspect`) stand beside them. */
export function desktopArguments(argv: readonly string[]): DesktopArguments {
  const { config, data } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string' }, data: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  }).values;
  return {
    config: typeof config === 'string' ? config : undefined,
    data: typeof data === 'string' ? data : undefined,
  };
}
