/** Which files of the project each file needs: those it imports, and those it starts or reads by name. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../project-root.ts';

type Needs = {
  /** Imported or started: what these need, it needs too. */
  readonly runs: readonly string[];
  /** The files of a folder that it reads: only their text matters to it. */
  readonly reads: readonly string[];
};

/** All paths start at the project's root, with `/`. */
export type ImportGraph = ReadonlyMap<string, Needs>;

const sources = '{electron,renderer,build,test}/**/*.{ts,mjs,js,svelte}';
const compiledMessages = 'renderer/i18n/compiled/';

function filesLike(pattern: string): string[] {
  return globSync(pattern, { cwd: projectRoot, exclude: [`${compiledMessages}**`], withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(projectRoot, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}

export const sourceFiles = (): string[] => filesLike(sources);

export const unitTests = (): string[] => filesLike('test/**/*.test.ts');

export const endToEndSpecs = (): string[] => filesLike('test/e2e/**/*.spec.ts');

export const readSource = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');

/** TypeScript unchanged, and the contents of the script tags of a Svelte component. */
export function scriptOf(file: string, text = readSource(file)): string {
  if (!file.endsWith('.svelte')) return text;
  return [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((found) => found[1]).join('\n');
}

/** The project's files that a file imports, types included. */
export function importsOf(file: string, text = readSource(file)): string[] {
  const { importedFiles } = ts.preProcessFile(scriptOf(file, text), true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => path.posix.join(path.posix.dirname(file), fileName.replace(/\?.*$/, '')));
}

/** Quoted texts that may be a path: with a slash, joined to a folder, or the fixed beginning of a path. */
function namedPaths(text: string): string[] {
  const whole = [...text.matchAll(/(['"])((?:\.{1,2}|[\w.-]+)\/[\w./-]*)\1/g)].map((found) => found[2] ?? '');
  const begun = [...text.matchAll(/`((?:[\w.-]+\/)+)\$\{/g)].map((found) => found[1] ?? '');
  const joined = [...text.matchAll(/path\.(?:join|resolve)\(\s*[\w.]+((?:,\s*'[^']+')+)/g)].map((found) =>
    [...(found[1] ?? '').matchAll(/'([^']+)'/g)].map((part) => part[1]).join('/'),
  );
  return [...whole, ...begun, ...joined];
}

function filesNamed(file: string, text: string): string[] {
  return [...new Set(namedPaths(text))].flatMap((name) => {
    const places = [path.posix.join(path.posix.dirname(file), name), path.posix.normalize(name)];
    return places.filter((place) => !place.startsWith('..') && existsSync(path.join(projectRoot, place)));
  });
}

/** The compiled messages stand for the texts they are made of. */
function filesAt(place: string): Needs {
  if (place.startsWith(compiledMessages)) return { runs: filesLike('renderer/i18n/messages/*.json'), reads: [] };
  const full = path.join(projectRoot, place);
  if (/^(?:\.\/?$|node_modules|dist)/.test(place) || !existsSync(full)) return { runs: [], reads: [] };
  return statSync(full).isDirectory()
    ? { runs: [], reads: filesLike(path.posix.join(place, '**')) }
    : { runs: [place], reads: [] };
}

export function readImportGraph(): ImportGraph {
  return new Map(
    sourceFiles().map((file) => {
      const text = readSource(file);
      const places = new Set([...importsOf(file, text), ...filesNamed(file, text)]);
      const found = [...places].map(filesAt);
      return [file, { runs: found.flatMap(({ runs }) => runs), reads: found.flatMap(({ reads }) => reads) }];
    }),
  );
}

/** Every file that needs one of `changed`, directly or through others, with the number of steps to the nearest. */
export function reaching(graph: ImportGraph, changed: readonly string[]): ReadonlyMap<string, number> {
  const runBy = usersOf(graph, 'runs');
  const readBy = usersOf(graph, 'reads');
  const steps = new Map(changed.map((file) => [file, 0]));
  for (const [file, step] of steps) {
    const users = [...(runBy.get(file) ?? []), ...(step === 0 ? (readBy.get(file) ?? []) : [])];
    for (const user of users) if (!steps.has(user)) steps.set(user, step + 1);
  }
  return steps;
}

function usersOf(graph: ImportGraph, how: keyof Needs): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const [file, needs] of graph) {
    for (const needed of new Set(needs[how])) {
      if (needed !== file) users.set(needed, [...(users.get(needed) ?? []), file]);
    }
  }
  return users;
}
