import { parseArgs } from 'node:util';
import { isFindAddress } from '../model/find-address.ts';

export type DesktopArguments = {
  readonly config: string | undefined;
  readonly data: string | undefined;
  /** `tillside://find?…`, unchecked; null if there is none, or anything follows it. */
  readonly address: string | null;
};

/** `/usr/bin/tillside` adds these before a command (build/packaging/installer/tillside-command). */
const switchesOfCommand = ['--no-sandbox', '--ozone-platform=headless', '--disable-gpu'];

/** What the user typed, without the Chromium switches that the launcher adds. */
export function ownArguments(argv: readonly string[]): readonly string[] {
  const first = argv.findIndex((argument) => !switchesOfCommand.includes(argument));
  return first === -1 ? [] : argv.slice(first);
}

/**
 * Reads the app's own arguments and ignores Chromium's (`--no-sandbox`, `--inspect`). A web page may have added
 * whatever comes after an address: it is not read as options, and the address is ignored.
 */
export function desktopArguments(argv: readonly string[]): DesktopArguments {
  const at = argv.findIndex(isFindAddress);
  const own = at === -1 ? argv : argv.slice(0, at);
  const { config, data } = parseArgs({
    args: [...own],
    options: { config: { type: 'string' }, data: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  }).values;
  return {
    config: typeof config === 'string' ? config : undefined,
    // An empty one would mean the working folder.
    data: typeof data === 'string' && data !== '' ? data : undefined,
    address: at !== -1 && at === argv.length - 1 ? (argv[at] ?? null) : null,
  };
}
