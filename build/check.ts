/**
 * `npm test`: everything that must hold before a change lands. `--only=lint|types|unit|e2e` (several by comma) runs a
 * part; further arguments are test files of that part. `--changed [REF]` runs the tests that the files changed since REF
 * (`main`) can reach, the nearest first, as many as fit into a minute.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './bundles.ts';
import { changedFiles, type Selection, testsReachedBy } from './check/changed.ts';
import { type CitedLines, watchCitedLines } from './check/cited-lines.ts';
import { endToEndSpecs, unitTests } from './check/import-graph.ts';
import { shareProcesses } from './check/shared-processes.ts';
import { slowest, timedByNode, timedByPlaywright } from './check/slowest.ts';
import { nodeTestCounts, playwrightCounts, runStep, type Step, type StepResult } from './check/step.ts';
import { findHeadlessShell, haveChromium } from './chromium.ts';
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
/** TypeScript and Svelte files in one go, by the native compiler; from the second run on only what changed. */
const types: Step = {
  name: 'types',
  args: [
    program('svelte-check/bin/svelte-check'),
    '--tsconfig',
    'tsconfig.json',
    '--fail-on-warnings',
    '--output',
    'machine',
    '--tsgo',
    '--incremental',
  ],
};

/** Several times as long as the longest test takes on a slow machine. */
const testWithinMs = 5 * 60_000;

/** So many files take a few seconds. */
const nearAtOnce = 24;

const usePackedPackages = pathToFileURL(path.join(import.meta.dirname, 'check', 'use-packed-packages.ts')).href;

/** A test that hangs is reported by name. `--test-force-exit` would lose pending results, failures too. */
function unit(files: readonly string[], cited: CitedLines | null): Step {
  // Two more than Node takes by itself, which leaves one core idle: most tests wait for a disk or a clock.
  const atOnce = `--test-concurrency=${availableParallelism() + 1}`;
  const reporter = '--test-reporter=./build/check/timed-reporter.ts';
  const within = `--test-timeout=${testWithinMs}`;
  const args = ['--test', atOnce, within, reporter, ...(cited?.args ?? []), ...files];
  const env = { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${usePackedPackages}`, ...cited?.env };
  return { name: 'unit tests', args, env, counts: nodeTestCounts, timed: timedByNode };
}

/** A run of all unit tests must also run each line whose comment names a failure. */
async function runUnit(files: readonly string[], results: StepResult[]): Promise<void> {
  await ensureBuilt(['packages']);
  const cited = files.length === unitTests().length ? watchCitedLines() : null;
  const havePassed = await runShared(files, cited, results);
  const loose = cited?.loose() ?? [];
  cited?.end();
  if (!havePassed || loose.length === 0) return;
  const printed = loose.join('\n');
  const result = { name: 'failures that comments name', ok: false, durationMs: 0, printed, counts: null, timed: [] };
  results.push(result);
  report(result);
}

/** @returns whether all of them passed */
async function runShared(files: readonly string[], cited: CitedLines | null, results: StepResult[]): Promise<boolean> {
  await ensureBuilt(['packages']);
  const shared = shareProcesses(files);
  const havePassed = await inOrder([unit(shared.files, cited)], results, false);
  shared.end();
  return havePassed;
}

/** Starts no further tests after `untilMs`. @returns the files that were left out */
async function runNearest(
  files: readonly string[],
  untilMs: number,
  results: StepResult[],
): Promise<readonly string[]> {
  for (let at = 0; at < files.length; at += nearAtOnce) {
    if (performance.now() > untilMs) return files.slice(at);
    await runShared(files.slice(at, at + nearAtOnce), null, results);
  }
  return [];
}

function endToEnd(files: readonly string[], env: { readonly [name: string]: string }): Step {
  return {
    name: 'end-to-end specs',
    args: [program('playwright/cli.js'), 'test', '--config', 'build/playwright.config.ts', '--reporter=list', ...files],
    // Node reads TypeScript itself. Playwright's own way costs five seconds in a fresh clone.
    env: { ...env, PW_DISABLE_TS_ESM: '1' },
    counts: playwrightCounts,
    timed: timedByPlaywright,
  };
}

/**
 * Runs steps one after another; a step is skipped if what it builds on failed.
 * @returns whether all of them passed
 */
async function inOrder(steps: readonly Step[], results: StepResult[], stopAtFailure: boolean): Promise<boolean> {
  let allPassed = true;
  for (const step of steps) {
    say(`  … ${step.name}`);
    const result = await runStep(step);
    results.push(result);
    report(result);
    allPassed &&= result.ok;
    if (!result.ok && stopAtFailure) break;
  }
  return allPassed;
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
  return { env: {}, name: `${await browserName(findHeadlessShell(process.env) ?? file)} over the preview` };
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

/** All tests, the named ones, or those that the changed files reach. */
function select(named: readonly string[], onlyChanged: boolean): Selection {
  if (!onlyChanged) {
    const e2e = named.filter((file) => file.includes('e2e'));
    const some = named.filter((file) => !file.includes('e2e'));
    return named.length === 0
      ? { unit: unitTests(), e2e: endToEndSpecs(), left: [], built: true, untilMs: null }
      : { unit: some, e2e, left: [], built: true, untilMs: null };
  }
  const [ref = 'main'] = named;
  const changed = changedFiles(ref);
  const reached = testsReachedBy(changed);
  say(
    `${changed.length} files changed since ${ref}: ${reached.unit.length} of ${unitTests().length} files of unit tests, ` +
      `${reached.e2e.length} of ${endToEndSpecs().length} end-to-end specs`,
  );
  return reached;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string', default: parts.join(',') }, changed: { type: 'boolean', default: false } },
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
  const { unit: unitFiles, e2e: specFiles, left, built, untilMs } = select(positionals, values.changed);
  const notRun = [...left];
  const runsUnit = wanted.includes('unit') && unitFiles.length > 0;
  const runsSpecs = wanted.includes('e2e') && specFiles.length > 0;
  const specs = runsSpecs ? await host() : null;

  await Promise.all([
    inOrder([messages], results, true),
    inOrder(wanted.includes('lint') ? [lint] : [], results, false),
  ]);
  if (results.some((result) => result.name === messages.name && result.ok)) {
    // Each half waits for disks, clocks and pages half of the time: side by side they fill both cores.
    const tests = async () => {
      const isBuilt = await inOrder((runsUnit || runsSpecs) && built ? [bundles] : [], results, true);
      if (!isBuilt) return;
      await Promise.all([
        untilMs === null && runsUnit ? runUnit(unitFiles, results) : null,
        untilMs !== null && runsUnit
          ? runNearest(unitFiles, startedMs + untilMs, results).then((files) => notRun.push(...files))
          : null,
        inOrder(specs === null ? [] : [endToEnd(specFiles, specs.env)], results, false),
      ]);
    };
    await Promise.all([inOrder(wanted.includes('types') ? [types] : [], results, false), tests()]);
  }
  if (runsSpecs && specs === null) {
    say('✘ end-to-end specs: there is no Chromium or Electron to run them in, and neither could be downloaded.');
  }

  const failed = results.filter((result) => !result.ok);
  const missing = runsSpecs && specs === null ? 1 : 0;
  const sum = (which: 'passed' | 'failed') => results.reduce((total, { counts }) => total + (counts?.[which] ?? 0), 0);
  for (const [at, { ms, file, title }] of slowest(results.flatMap(({ timed }) => timed)).entries()) {
    if (at === 0) say('\nThe slowest tests:');
    say(`${(ms / 1000).toFixed(1).padStart(6)} s  ${file}  ${title}`);
  }
  say(`\nAll steps: ${Math.round((performance.now() - startedMs) / 1000)} s`);
  if (specs !== null) say(`End-to-end specs ran on: ${specs.name}`);
  if (notRun.length > 0) say(`Left to a whole run: ${notRun.length} test files that the change reaches too`);
  if (failed.length > 0) say(`Did not pass: ${failed.map(({ name }) => name).join(', ')}`);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed') + missing} failed\n`);
  return failed.length + missing === 0 ? 0 : 1;
}

process.exitCode = await main();
