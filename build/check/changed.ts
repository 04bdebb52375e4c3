/** `npm test -- --changed [REF]`: the tests that the changed files can reach. */
import { execFileSync } from 'node:child_process';
import { distanceOf } from '../mutants/nearest.ts';
import { projectRoot } from '../project-root.ts';
import { endToEndSpecs, reaching, readImportGraph, sourceFiles, unitTests } from './import-graph.ts';

export type Selection = {
  /** Nearest first, for a run that ends early. */
  readonly unit: readonly string[];
  readonly e2e: readonly string[];
  /** Reached too, but too long for a quick answer. */
  readonly left: readonly string[];
  /** Some of them need the built app. */
  readonly built: boolean;
  /** No further unit tests start after this time; null: all of them do. */
  readonly untilMs: number | null;
};

/** Another version of a package may change anything. */
const reachesAll = /^package(?:-lock)?\.json$/;

/**
 * Code that only a browser spec can check. Unit tests cover the services: a spec starts a whole till, so by imports
 * every change would run all specs.
 */
const ofTheScreen =
  /^(?:renderer\/|electron\/(?:preload\.ts|ipc\/)|build\/preview\/|build\/playwright|test\/e2e\/|test\/helpers\/)/;

/** Files that differ from the point where this branch left `ref`, committed or not. */
export function changedFiles(ref: string): string[] {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: projectRoot, encoding: 'utf8' }).split('\n').filter(Boolean);
  const [base = ref] = git('merge-base', 'HEAD', ref);
  return [...git('diff', '--name-only', '--no-renames', base), ...git('ls-files', '--others', '--exclude-standard')];
}

/** Leaves time for the last tests to end within a minute. */
const quickMs = 40_000;

/** Each takes ten seconds or more. They run if they changed themselves, or what only they use. */
const long =
  /^test\/(?:build\/(?:fleet|preview|start)\.|packaging\/|faults\/(?:crash\/|every-order|folder-matrix|many-tills|second-copy))/;

/** Every state of the screen, and what staff do all day. The other specs take six minutes. */
const quickSpecs = /^test\/e2e\/screen\/(?:main-job|popup|rows|tree)\.spec\.ts$/;

export function testsReachedBy(changed: readonly string[]): Selection {
  const graph = readImportGraph();
  const isAll = changed.some((file) => reachesAll.test(file));
  const steps = reaching(graph, isAll ? sourceFiles() : changed);
  const screen = reaching(graph, isAll ? sourceFiles() : changed.filter((file) => ofTheScreen.test(file)));
  const distance = (test: string) => Math.min(...changed.map((file) => distanceOf(file, test, steps)));
  const isSoon = (test: string) => (steps.get(test) ?? 0) <= 1;
  const unit = unitTests()
    .filter((test) => steps.has(test))
    .toSorted((one, other) => distance(one) - distance(other));
  const e2e = endToEndSpecs().filter((spec) => screen.has(spec));
  const isQuick = (test: string) => isAll || isSoon(test) || !long.test(test);
  const isQuickSpec = (spec: string) => isAll || changed.includes(spec) || quickSpecs.test(spec);
  const quick = { unit: unit.filter(isQuick), e2e: e2e.filter(isQuickSpec) };
  const needsBuilt = reaching(graph, ['build/bundles.ts']);
  return {
    ...quick,
    left: [...unit.filter((test) => !isQuick(test)), ...e2e.filter((spec) => !isQuickSpec(spec))],
    untilMs: isAll ? null : quickMs,
    built: quick.e2e.length > 0 || quick.unit.some((test) => needsBuilt.has(test)),
  };
}
