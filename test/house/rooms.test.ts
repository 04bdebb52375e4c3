/** The house rule: a room imports only rooms below it, types included, and imports form no circle. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { projectRoot } from '../../build/project-root.ts';

/** From the ground up: each room may import those before it. Files outside the rooms stand alone. */
const rooms = [
  'model',
  'machine',
  'config',
  'db',
  'loyalty-api',
  'customers',
  'updates',
  'org',
  'data',
  'sync',
  'region',
  'desk',
  'care',
  'practice',
  'ipc',
  'till-options.ts',
  'till-sync.ts',
  'till-region.ts',
  'till-desks.ts',
  'till-care.ts',
  'till.ts',
  'open-till.ts',
  'start-till.ts',
  'command-line',
  'desktop',
  'main.ts',
  'preload.ts',
];

const house = path.join(projectRoot, 'electron');

function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(house, file), 'utf8'), true, true);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => path.join(path.dirname(file), name))
    .filter((target) => !target.startsWith('..'));
}

const imports = new Map(globSync('**/*.ts', { cwd: house }).map((file) => [file, importsOf(file)]));

function floorOf(file: string): number {
  return rooms.indexOf(file.split(path.sep)[0] ?? '');
}

test('every file is in a room of the list', () => {
  assert.ok(imports.size > 100, 'the files of the house were found');
  assert.deepEqual(
    [...imports.keys()].filter((file) => floorOf(file) === -1),
    [],
  );
});

test('no room imports one above it', () => {
  const upward = [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => floorOf(target) > floorOf(file)).map((target) => `${file} imports ${target}`),
  );
  assert.deepEqual(upward, []);
});

test('imports form no circle', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, way: readonly string[]) => {
    const at = way.indexOf(file);
    if (at !== -1) circles.push([...way.slice(at), file].join(' → '));
    if (at !== -1 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  assert.deepEqual(circles, []);
});
