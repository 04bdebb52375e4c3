/**
 * `npm run test:mutants -- FILE…` writes one small fault after another into a file, and lists those that no test
 * notices. It tries only tests that import the file, directly or not, and run the faulty line, the nearest first.
 * `--tests N` limits it to the nearest N files, `--by TEST` (repeatable) to these, and `--seconds N` the time for each
 * fault. Exit code 1 if a fault survives that `mutants/equivalent.json` does not list. Texts (SQL included) are not
 * changed.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './bundles.ts';
import { type Coverage, coverageOf, passes, ranAt } from './check/coverage.ts';
import { reaching, readImportGraph, readSource, unitTests } from './check/import-graph.ts';
import { say } from './command-line.ts';
import { type Mutant, mutantsOf } from './mutants/mutants-of.ts';
import { nearestFirst } from './mutants/nearest.ts';
import { projectRoot } from './project-root.ts';

/** A fault that no test can tell from the original, and why. */
type Equivalent = { readonly file: string; readonly text: string; readonly mutated: string; readonly reason: string };

const equivalents: readonly Equivalent[] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'mutants', 'equivalent.json'), 'utf8'),
);

/** A random kill proves nothing about a fault. */
const killsAtRandom = /\/crash\//;

const preloaded = ['mutants/mutate-on-load.ts', 'check/use-packed-packages.ts'].flatMap((file) => [
  '--import',
  pathToFileURL(path.join(import.meta.dirname, file)).href,
]);

type Test = { readonly tookMs: number; readonly coverage: Coverage };

const urlOf = (file: string) => pathToFileURL(path.join(projectRoot, file)).href;

/** Runs a test unchanged once, and counts what it ran in the files. */
async function measure(test: string, files: readonly string[]): Promise<Test | null> {
  const startedMs = performance.now();
  const coverage = await coverageOf([test], files, 10 * 60_000);
  if (coverage === null) say(`${test} fails without any fault, and is left out`);
  return coverage === null ? null : { tookMs: performance.now() - startedMs, coverage };
}

const measured = new Map<string, Promise<Test | null>>();

async function survives(file: string, mutant: Mutant, nearest: readonly string[]): Promise<boolean> {
  const { start, end, reachedAt, becomes } = mutant;
  const env = { TILLSIDE_MUTANT: JSON.stringify({ url: urlOf(file), start, end, becomes }) };
  const untilMs = performance.now() + Number(values.seconds) * 1000;
  for (const name of nearest) {
    if (performance.now() > untilMs) break;
    const measuring = measured.get(name) ?? measure(name, files);
    measured.set(name, measuring);
    const test = await measuring;
    if (test === null || !ranAt(test.coverage, file, reachedAt, reachedAt + 1)) continue;
    // One that takes many times as long as usual hangs: the fault was noticed.
    if (!(await passes([...preloaded, name], env, 5 * test.tookMs + 20_000))) return false;
  }
  return true;
}

const { values, positionals } = parseArgs({
  options: {
    tests: { type: 'string', default: '1000' },
    by: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '3600' },
  },
  allowPositionals: true,
});
const files = positionals.map((file) => path.relative(projectRoot, path.resolve(file)).replaceAll('\\', '/'));
const graph = readImportGraph();
let surviving = 0;
// Lets the tests that run end with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await ensureBuilt(['packages'], say);
for (const file of files) {
  const steps = reaching(graph, [file]);
  const tests = unitTests().filter((test) => steps.has(test) && !killsAtRandom.test(test));
  const nearest = values.by ?? nearestFirst(file, tests, steps).slice(0, Number(values.tests));
  const isEquivalent = (mutant: Mutant) =>
    equivalents.some((one) => one.file === file && one.text === mutant.text && one.mutated === mutant.mutated);
  const mutants = mutantsOf(readSource(file)).filter((mutant) => !isEquivalent(mutant));
  say(`${file}: ${mutants.length} faults, ${nearest.length} test files`);
  const next = mutants.values();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (const mutant of next) {
        if (!(await survives(file, mutant, nearest))) continue;
        surviving += 1;
        process.stdout.write(`${file}:${mutant.line} survives:\n  ${mutant.text}\n  ${mutant.mutated}\n`);
      }
    }),
  );
}
process.stdout.write(surviving === 0 ? 'Every fault was noticed.\n' : `${surviving} faults were not noticed.\n`);
process.exitCode = surviving === 0 ? 0 : 1;
