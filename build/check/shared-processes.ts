/**
 * Lets a few test files of a folder share a process. Starting one costs a quarter of a second, more than the tests of
 * most files.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../project-root.ts';
import { readSource } from './import-graph.ts';

/** Few enough for both cores to end at the same time, and for a hanging file to be found soon. */
const mostInOne = 6;

/** These take long, or start tills and programs of their own, so that a start costs them little. */
const alone = /^test\/(?:build|care|command-line|config|data|desktop|faults|hardening|packaging|region)\//;

/** A hook outside `describe` would also run for the tests of the other files, and another user stays another user. */
const changesOthers = /^(?:before|after)(?:Each)?\(|\bsetuid\b/m;

export type SharedProcesses = { readonly files: readonly string[]; readonly end: () => void };

/** @returns the files to give to the runner instead */
export function shareProcesses(tests: readonly string[]): SharedProcesses {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-tests-'));
  const files = groupsOf(tests).map(([first = '', ...others], at) => {
    if (others.length === 0) return first;
    const file = path.join(folder, `${path.basename(path.dirname(first))}-${at}.mjs`);
    writeFileSync(file, [first, ...others].map(importOf).join(''));
    return file;
  });
  return { files, end: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Names the failures that the file's tests hold, for `note-cited-lines.ts`. */
function importOf(test: string): string {
  const failures = new Set(readSource(test).match(/\bF\d\d\b/g));
  return `await import('${pathToFileURL(path.join(projectRoot, test)).href}'); // ${[...failures].join(' ')}\n`;
}

function groupsOf(tests: readonly string[]): string[][] {
  const groups: string[][] = [];
  const open = new Map<string, string[]>();
  for (const test of tests) {
    const folder = path.dirname(test);
    const mayShare = !alone.test(test) && !changesOthers.test(readSource(test));
    const group = mayShare ? (open.get(folder) ?? []) : [];
    if (group.length === 0) groups.push(group);
    group.push(test);
    if (mayShare) open.set(folder, group.length < mostInOne ? group : []);
  }
  return groups;
}
