/**
 * `npm test`: format and lint, types, unit and integration tests, builds, end-to-end specs. `--only=NAME[,NAME]` runs
 * some of the steps. Every step runs, so that one run tells everything; any that fails makes the run fail.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium.ts';
import { projectRoot } from './project-root.ts';

type Counts = { readonly passed: number; readonly failed: number };
type Outcome = { readonly ok: boolean; readonly counts: Counts | null };
type Step = { readonly name: string; readonly title: string; readonly run: () => Promise<Outcome> };

const bin = (name: string) => path.join(projectRoot, 'node_modules', '.bin', name);
const node = process.execPath;

/** Runs a program, shows what it prints, and reads it for counts. */
function run(program: string, args: readonly string[], count: (output: string) => Counts | null): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.on('error', () => resolve({ ok: false, counts: null }));
    child.on('close', (code) => resolve({ ok: code === 0, counts: count(output) }));
  });
}

const uncounted = () => null;

function nodeTestCounts(output: string): Counts {
  const numberAfter = (word: string) => Number(new RegExp(`^ℹ ${word} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  return { passed: numberAfter('pass'), failed: numberAfter('fail') + numberAfter('cancelled') };
}

function specCounts(output: string): Counts {
  const numberBefore = (word: string) => Number(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'm').exec(output)?.[1] ?? 0);
  return { passed: numberBefore('passed'), failed: numberBefore('failed') + numberBefore('flaky') };
}

async function specs(): Promise<Outcome> {
  const chromium = await findChromium(process.platform, process.env);
  if (chromium === null) {
    process.stdout.write(
      'There is no Chromium to run the end-to-end specs in. Install one, or run `npm test` again online.\n',
    );
    return { ok: false, counts: { passed: 0, failed: 1 } };
  }
  const outcome = await run(bin('playwright'), ['test', '--config', 'build/playwright.config.ts'], specCounts);
  process.stdout.write('End-to-end specs ran on: Chromium over the preview (not on Electron).\n');
  return outcome;
}

const steps: readonly Step[] = [
  { name: 'lint', title: 'Format and lint', run: () => run(bin('biome'), ['check', '.'], uncounted) },
  {
    name: 'types',
    title: 'Types',
    run: async () => {
      await run(node, ['renderer/i18n/compile-messages.ts'], uncounted);
      const services = await run(bin('tsc'), ['--noEmit', '-p', 'tsconfig.json'], uncounted);
      const screen = await run(bin('svelte-check'), ['--tsconfig', './tsconfig.json', '--fail-on-warnings'], uncounted);
      return { ok: services.ok && screen.ok, counts: null };
    },
  },
  {
    name: 'build',
    title: 'Builds',
    run: () => run(node, ['build/build-bundles.ts', 'main', 'preload', 'renderer'], uncounted),
  },
  {
    name: 'unit',
    title: 'Unit and integration tests',
    run: () => {
      const files = globSync('test/**/*.test.ts', { cwd: projectRoot }).filter((file) => !file.includes('e2e'));
      return run(node, ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files], nodeTestCounts);
    },
  },
  { name: 'e2e', title: 'End-to-end specs', run: specs },
];

async function main(args: readonly string[]): Promise<number> {
  const only = args
    .find((arg) => arg.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const unknown = only?.filter((name) => !steps.some((step) => step.name === name)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no step ${unknown.join(', ')}. Steps: ${steps.map(({ name }) => name).join(', ')}.\n`,
    );
    return 2;
  }
  const total = { passed: 0, failed: 0 };
  const lines: string[] = [];
  for (const step of steps.filter(({ name }) => only?.includes(name) ?? true)) {
    process.stdout.write(`\n== ${step.title}\n`);
    const startedMs = performance.now();
    const { ok, counts } = await step.run();
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    total.passed += counts?.passed ?? (ok ? 1 : 0);
    total.failed += counts?.failed ?? (ok ? 0 : 1);
    if (!ok && counts?.failed === 0) total.failed += 1;
    lines.push(`${ok ? 'good  ' : 'FAILED'} ${step.title}, ${seconds} s`);
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
