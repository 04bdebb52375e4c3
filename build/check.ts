/**
 * `npm test`: everything that must hold before a change lands. `--only=lint|types|unit|e2e` (several by comma) runs a
 * part; further arguments are test files of that part.
 */
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nodeTestCounts, playwrightCounts, runStep, type Step, type StepResult } from './check/step.ts';
import { haveChromium } from './chromium.ts';
import { say } from './command-line.ts';
import { installedElectron } from './electron-binary.ts';
import { projectRoot } from './project-root.ts';

const parts = ['lint', 'types', 'unit', 'e2e'] as const;
type Part = (typeof parts)[number];

const program = (name: string) => path.join('node_modules', ...name.split('/'));

const messages: Step = { name: 'messages', args: ['renderer/i18n/compile-messages.ts'] };
const bundles: Step = { name: 'builds', args: ['build/build-bundles.ts', 'main', 'preload', 'renderer'] };
const lint: Step = {
  name: 'lint and format',
  args: [program('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'],
};
const types: Step = {
  name: 'types',
  args: [
    program('typescript/bin/tsc'),
    '--noEmit',
    '-p',
    'tsconfig.json',
    // Checks only what changed, in a third of the time.
    '--incremental',
    '--tsBuildInfoFile',
    'node_modules/.cache/types.tsbuildinfo',
  ],
};
const svelte: Step = {
  name: 'types of the screen',
  args: [
    program('svelte-check/bin/svelte-check'),
    '--tsconfig',
    'tsconfig.json',
    '--fail-on-warnings',
    '--output',
    'machine',
  ],
};

/** Several times as long as the longest test takes on a slow machine. */
const testWithinMs = 5 * 60_000;

/** A test that hangs is reported by name. `--test-force-exit` would lose pending results, failures too. */
function unit(files: readonly string[]): Step {
  const tests = files.length > 0 ? files : globSync('test/**/*.test.ts', { cwd: projectRoot }).toSorted();
  // By itself Node leaves one core idle: half of a small machine, while most tests wait for a disk or a clock.
  const atOnce = `--test-concurrency=${availableParallelism()}`;
  const args = ['--test', atOnce, `--test-timeout=${testWithinMs}`, '--test-reporter=spec', ...tests];
  return { name: 'unit tests', args, counts: nodeTestCounts };
}

function endToEnd(files: readonly string[], env: { readonly [name: string]: string }): Step {
  return {
    name: 'end-to-end specs',
    args: [program('playwright/cli.js'), 'test', '--config', 'build/playwright.config.ts', '--reporter=list', ...files],
    env,
    counts: playwrightCounts,
  };
}

/** Runs steps one after another; a step is skipped if what it builds on failed. */
async function inOrder(steps: readonly Step[], results: StepResult[], stopAtFailure: boolean): Promise<void> {
  for (const step of steps) {
    say(`  … ${step.name}`);
    const result = await runStep(step);
    results.push(result);
    report(result);
    if (!result.ok && stopAtFailure) return;
  }
}

function report({ name, ok, durationMs, counts, printed }: StepResult): void {
  const told = counts === null ? '' : `, ${counts.passed} passed, ${counts.failed} failed`;
  say(`${ok ? '✔' : '✘'} ${name} (${(durationMs / 1000).toFixed(1)} s${told})`);
  if (!ok) say(printed.trimEnd());
}

/** @returns why the specs have nothing to run in, or their environment and the host's name */
async function host(): Promise<{ env: { readonly [name: string]: string }; name: string } | null> {
  if (process.env.TILLSIDE_E2E_HOST === 'electron') {
    if (installedElectron() === null) return null;
    return { env: { TILLSIDE_E2E_HOST: 'electron' }, name: `Electron ${packageVersion('electron')}` };
  }
  const file = await haveChromium(say);
  if (file === null) return null;
  return { env: { TILLSIDE_CHROMIUM: file }, name: `${await browserName(file)} over the preview` };
}

function packageVersion(name: string): string {
  const text = readFileSync(path.join(projectRoot, 'node_modules', name, 'package.json'), 'utf8');
  return String(JSON.parse(text).version);
}

async function browserName(file: string): Promise<string> {
  const { chromium } = await import('playwright');
  const { chromiumFlags, isRoot } = await import('./chromium.ts');
  const browser = await chromium.launch({ executablePath: file, args: chromiumFlags(isRoot()) });
  const name = `Chromium ${browser.version().split('.')[0]}`;
  await browser.close();
  return name;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string', default: parts.join(',') } },
    allowPositionals: true,
  });
  const wanted = values.only.split(',');
  const isPart = (name: string): name is Part => parts.some((part) => part === name);
  if (!wanted.every(isPart)) {
    say(`--only: found ${values.only}, expected one or more of ${parts.join(', ')}`);
    return 2;
  }
  const startedMs = performance.now();
  const results: StepResult[] = [];
  const specs = wanted.includes('e2e') ? await host() : null;
  const specFiles = positionals.filter((file) => file.includes('e2e'));
  const unitFiles = positionals.filter((file) => !file.includes('e2e'));

  await inOrder([messages], results, true);
  if (results.every((result) => result.ok)) {
    const still = [...(wanted.includes('lint') ? [lint] : []), ...(wanted.includes('types') ? [types, svelte] : [])];
    const running = [
      ...(wanted.includes('unit') || wanted.includes('e2e') ? [bundles] : []),
      ...(wanted.includes('unit') ? [unit(unitFiles)] : []),
      ...(specs === null ? [] : [endToEnd(specFiles, specs.env)]),
    ];
    // Two cores are enough for both, since the second mostly waits.
    await Promise.all([inOrder(still, results, false), inOrder(running, results, false)]);
  }
  if (wanted.includes('e2e') && specs === null) {
    say('✘ end-to-end specs: there is neither a Chromium nor an Electron to run them in, and none could be fetched.');
  }

  const failed = results.filter((result) => !result.ok);
  const missing = wanted.includes('e2e') && specs === null ? 1 : 0;
  const sum = (which: 'passed' | 'failed') => results.reduce((total, { counts }) => total + (counts?.[which] ?? 0), 0);
  say(`\nAll steps: ${Math.round((performance.now() - startedMs) / 1000)} s`);
  if (specs !== null) say(`End-to-end specs ran on: ${specs.name}`);
  if (failed.length > 0) say(`Did not pass: ${failed.map(({ name }) => name).join(', ')}`);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed') + missing} failed\n`);
  return failed.length + missing === 0 ? 0 : 1;
}

process.exitCode = await main();
