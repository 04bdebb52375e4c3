/** Which code a test runs, as V8 counts it, in all processes and threads of the test. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../project-root.ts';

type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number };

/** By file: every range that V8 counted, separately for each process. */
export type Coverage = ReadonlyMap<string, readonly Range[]>;

/** Runs Node in the project. A run that takes too long is killed and did not pass. */
export async function passes(
  args: readonly string[],
  env: { readonly [name: string]: string },
  withinMs: number,
): Promise<boolean> {
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio: 'ignore',
    timeout: Math.ceil(withinMs),
    killSignal: 'SIGKILL',
  });
  // A fault may make it run for ever.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  process.removeListener('exit', end);
  return code === 0;
}

/** @returns null if the run did not pass */
export async function coverageOf(
  args: readonly string[],
  files: readonly string[],
  withinMs: number,
): Promise<Coverage | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-coverage-'));
  try {
    return (await passes(args, { NODE_V8_COVERAGE: folder }, withinMs)) ? readCoverage(folder, files) : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCoverage(folder: string, files: readonly string[]): Coverage {
  const fileOf = new Map(files.map((file) => [pathToFileURL(path.join(projectRoot, file)).href, file]));
  const found = new Map<string, Range[]>();
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    for (const { url, functions } of result) {
      // The desktop's tests load the main process any number of times, each with a mark.
      const file = fileOf.get(url.replace(/\?.*$/, ''));
      if (file === undefined) continue;
      const ranges = functions.flatMap((one: { readonly ranges: readonly Range[] }) => one.ranges);
      found.set(file, [...(found.get(file) ?? []), ...ranges]);
    }
  }
  return found;
}

/** The smallest range around a place says whether it ran; of several processes one is enough. */
export function ranAt(coverage: Coverage, file: string, start: number, end: number): boolean {
  const around = (coverage.get(file) ?? []).filter((range) => range.startOffset <= start && range.endOffset >= end);
  const smallest = Math.min(...around.map((range) => range.endOffset - range.startOffset));
  return around.some((range) => range.endOffset - range.startOffset === smallest && range.count > 0);
}
