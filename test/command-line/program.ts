/** Runs `tillside COMMAND` as a process, as IT does. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ran } from './run.ts';

const program = fileURLToPath(new URL('../../build/tillside.ts', import.meta.url));

export type AsProcess = {
  /** The whole environment apart from PATH and what makes Node start faster: nothing from whoever runs the tests. */
  readonly env?: { readonly [name: string]: string };
  /** What is piped in; absent means nothing. */
  readonly input?: string;
  /** A shell command to run first that sets a limit, such as `ulimit`. */
  readonly limit?: string;
};

export async function runProgram(
  argv: readonly string[],
  { env: own = {}, input = '', limit }: AsProcess = {},
): Promise<Ran> {
  const { PATH, NODE_COMPILE_CACHE, NODE_OPTIONS } = process.env;
  // A variable without a value is left out by `spawn`.
  const env = { PATH, NODE_COMPILE_CACHE, NODE_OPTIONS, ...own };
  const words = [process.execPath, program, ...argv];
  const [first = '', ...rest] = limit === undefined ? words : ['sh', '-c', `${limit}; exec "$0" "$@"`, ...words];
  const child = spawn(first, rest, { stdio: ['pipe', 'pipe', 'pipe'], env });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code: code ?? -1, out, err };
}
