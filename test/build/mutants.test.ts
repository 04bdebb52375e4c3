/** The faults that `npm run test:mutants` writes into a file, and the list of those that no test can notice. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { coverageOf, ranAt } from '../../build/check/coverage.ts';
import { readSource } from '../../build/check/import-graph.ts';
import { mutantsOf } from '../../build/mutants/mutants-of.ts';
import { nearestFirst } from '../../build/mutants/nearest.ts';
import { projectRoot } from '../../build/project-root.ts';

const faultsIn = (text: string) => mutantsOf(text).map(({ mutated }) => mutated);

it('operators, conditions, statements, returned values and constants are changed, one at a time', () => {
  assert.deepEqual(faultsIn('if (a < 3) go();'), ['if (a <= 3) go();', 'if (a < 4) go();', 'if (a < 3) ;']);
  assert.deepEqual(faultsIn('const b = !done ? c ?? d : true;'), [
    'const b = !(!done) ? c ?? d : true;',
    'const b = !done ? c && d : true;',
    'const b = !done ? c ?? d : false;',
  ]);
  assert.deepEqual(faultsIn('function f() { return e; }'), ['function f() { return undefined; }']);
});

it('types, imports and values such as null stay as they are', () => {
  assert.deepEqual(faultsIn("import a from 'b';\ntype C = 1 | true;\nconst f = (g: 2) => { return null; };"), []);
});

it('each fault in the list of those that no test can notice is still possible, and has a reason', () => {
  const list = JSON.parse(readFileSync(path.join(projectRoot, 'build', 'mutants', 'equivalent.json'), 'utf8'));
  for (const { file, text, mutated, reason } of list) {
    const isThere = mutantsOf(readSource(file)).some((one) => one.text === text && one.mutated === mutated);
    assert.ok(isThere, `${file}: ${text}`);
    assert.ok(reason.length > 20, text);
  }
});

it("a file's own tests are tried first, then those that import it, then those of its room", () => {
  const steps = new Map([
    ['test/desk/far.test.ts', 2],
    ['test/faults/far.test.ts', 4],
    ['test/sync/far.test.ts', 3],
    ['test/desk/imports-it.test.ts', 1],
    ['test/sync/imports-it.test.ts', 1],
    ['test/sync/pace.test.ts', 1],
    ['test/sync/pace-moments.test.ts', 2],
  ]);
  assert.deepEqual(nearestFirst('electron/sync/pace.ts', [...steps.keys()], steps), [
    'test/sync/pace.test.ts',
    'test/sync/pace-moments.test.ts',
    'test/desk/imports-it.test.ts',
    'test/sync/imports-it.test.ts',
    'test/sync/far.test.ts',
    'test/faults/far.test.ts',
    'test/desk/far.test.ts',
  ]);
});

it('a fault is tried by the tests that run its line, and by no other', async () => {
  const file = 'electron/model/readings.ts';
  const text = readSource(file);
  const place = text.indexOf('{', text.indexOf('function readingsOf(') + 80);
  const isRunBy = async (pattern: string) => {
    const args = [`--test-name-pattern=${pattern}`, 'test/model/readings.test.ts'];
    const coverage = await coverageOf(args, [file], 60_000);
    assert.ok(coverage !== null);
    return ranAt(coverage, file, place, place + 1);
  };
  assert.deepEqual([await isRunBy('F54'), await isRunBy('no such test')], [true, false]);
});
