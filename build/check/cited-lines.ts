/**
 * Whether the tests of a failure run the lines whose comments name it. While the unit tests run, a preloaded module adds
 * a call at each of these lines as the file is loaded, and writes down which of them ran in a test with that number in
 * its title: hundreds of times cheaper than what V8 counts.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../project-root.ts';
import { type Citation, citationsIn, withCalls } from './citations.ts';
import { readSource, sourceFiles } from './import-graph.ts';

/** What the preloaded module reads: the source of each file with calls, and the failure of each call. */
export type CitedPlan = { readonly sources: { readonly [url: string]: string }; readonly failures: readonly string[] };

export type CitedLines = {
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** A sentence for each citation that no test of its failure has run. */
  readonly loose: () => string[];
  readonly end: () => void;
};

const preload = pathToFileURL(path.join(import.meta.dirname, 'note-cited-lines.ts')).href;

export function watchCitedLines(
  files: readonly string[] = sourceFiles().filter((file) => /^(?:electron|renderer)\/.*\.ts$/.test(file)),
): CitedLines {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-cited-'));
  const citations: Citation[] = [];
  const sources: { [url: string]: string } = {};
  for (const file of files) {
    const text = readSource(file);
    const found = citationsIn(file, text).map((citation) => ({ ...citation, id: citations.push(citation) - 1 }));
    if (found.length > 0) sources[pathToFileURL(path.join(projectRoot, file)).href] = withCalls(text, found);
  }
  const plan: CitedPlan = { sources, failures: citations.map(({ failure }) => failure) };
  writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(plan));
  const ran = path.join(folder, 'ran');
  writeFileSync(ran, '');
  // A test may become another user, to see what that one may not do.
  chmodSync(folder, 0o755);
  chmodSync(ran, 0o666);
  return {
    args: ['--import', preload],
    env: { TILLSIDE_CITED: folder },
    loose: () => {
      const ids = new Set(readFileSync(ran, 'utf8').split('\n'));
      return citations
        .filter((_, id) => !ids.has(String(id)))
        .map(({ file, line, failure }) => `${file}:${line} names ${failure}, but no test of ${failure} runs it.`);
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
