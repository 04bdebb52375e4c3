/** `npm test -- --changed [REF]`: the tests that the changed files can reach. */
import { execFileSync } from 'node:child_process';
import { projectRoot } from '../project-root.ts';
import { endToEndSpecs, reaching, readImportGraph, unitTests } from './import-graph.ts';

export type Selection = {
  readonly unit: readonly string[];
  readonly e2e: readonly string[];
  /** Some of them need the built app. */
  readonly built: boolean;
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

export function testsReachedBy(changed: readonly string[]): Selection {
  if (changed.some((file) => reachesAll.test(file))) return { unit: unitTests(), e2e: endToEndSpecs(), built: true };
  const graph = readImportGraph();
  const among = (tests: readonly string[], files: readonly string[]) => {
    const reached = reaching(graph, files);
    return tests.filter((test) => reached.has(test));
  };
  const unit = among(unitTests(), changed);
  const screen = changed.filter((file) => ofTheScreen.test(file));
  const e2e = among(endToEndSpecs(), screen);
  return { unit, e2e, built: e2e.length > 0 || among(unit, ['build/bundles.ts']).length > 0 };
}
