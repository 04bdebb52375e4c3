import { parseArgs } from 'node:util';

export type DesktopArguments = { readonly config: string | undefined; readonly data: string | undefined };

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
