/** The house rule: a room imports only rooms below it, types included, and imports form no circle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, sourceFiles } from '../../build/check/import-graph.ts';

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

const house = 'electron/';

const imports = new Map(
  sourceFiles()
    .filter((file) => file.startsWith(house))
    .map((file) => [
      file.slice(house.length),
      importsOf(file)
        .filter((target) => target.startsWith(house))
        .map((target) => target.slice(house.length)),
    ]),
);

function floorOf(file: string): number {
  return rooms.indexOf(file.split('/')[0] ?? '');
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
