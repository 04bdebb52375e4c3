/** One step of `npm test`: a program whose exit code says whether it passed. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../project-root.ts';
import type { Timed } from './slowest.ts';

export type Counts = { readonly passed: number; readonly failed: number };

export type Step = {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** Reads the number of passed tests from the output; absent if it runs no tests. */
  readonly counts?: (printed: string) => Counts | null;
  /** Reads how long its tests took. */
  readonly timed?: (printed: string) => Timed[];
};

export type StepResult = {
  readonly name: string;
  readonly ok: boolean;
  readonly durationMs: number;
  readonly printed: string;
  readonly counts: Counts | null;
  readonly timed: readonly Timed[];
};

/** Hundreds of processes compile the same modules. Reusing what the one before compiled saves a third of each start. */
const compiled = path.join(projectRoot, 'node_modules', '.cache', 'compiled');

/** Runs `node <args>` with the project's Node and keeps what it prints. */
export async function runStep({ name, args, env = {}, counts, timed }: Step): Promise<StepResult> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...args], {
    cwd: projectRoot,
    env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...env, FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      printed += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  const counted = counts?.(printed) ?? null;
  // A runner that fails without a summary counts as one failure, whatever it did before.
  const known = counts !== undefined && counted === null ? { passed: 0, failed: 1 } : counted;
  const ok = code === 0 && (known === null || known.failed === 0);
  return {
    name,
    ok,
    durationMs: performance.now() - startedMs,
    printed,
    counts: known !== null && !ok && known.failed === 0 ? { ...known, failed: 1 } : known,
    timed: timed?.(printed) ?? [],
  };
}

/** The summary of Node's test runner, by its `tap` or `spec` reporter. A skipped test did not pass. */
export function nodeTestCounts(printed: string): Counts | null {
  const told = (what: string) => Number(new RegExp(`^(?:#|ℹ) ${what} (\\d+)$`, 'm').exec(printed)?.[1] ?? Number.NaN);
  const passed = told('pass');
  const failed = told('fail') + told('cancelled');
  return Number.isNaN(passed + failed) ? null : { passed, failed };
}

/** The summary of Playwright's `list` reporter. A flaky test failed at least once. */
export function playwrightCounts(printed: string): Counts | null {
  const told = (what: string) => Number(new RegExp(`^ {2}(\\d+) ${what}\\b`, 'm').exec(printed)?.[1] ?? 0);
  const passed = told('passed');
  const failed = told('failed') + told('flaky') + told('interrupted') + told('did not run');
  return passed + failed === 0 ? null : { passed, failed };
}
