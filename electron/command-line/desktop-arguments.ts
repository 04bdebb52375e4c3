import { parseArgs } from 'node:util';

export type DesktopArguments = { readonly config: string | undefined; readonly data: string | undefined };

/** `/usr/bin/tillside` adds these before a command (build/packaging/installer/tillside-command). */
const switchesOfCommand = ['--no-sandbox', '--ozone-platform=headless', '--disable-gpu'];

/** What the user typed, without the Chromium switches that the launcher adds. */
export function ownArguments(argv: readonly string[]): readonly string[] {
  const first = argv.findIndex((argument) => !switchesOfCommand.includes(argument));
  return first === -1 ? [] : argv.slice(first);
}

/** Reads the app's own arguments and ignores Chromium's (`--no-sandbox`, `--inspect`). */
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
