/** Which tests `npm test -- --changed` runs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testsReachedBy } from '../../../build/check/changed.ts';
import { endToEndSpecs, importsOf, reaching, unitTests } from '../../../build/check/import-graph.ts';

describe('the tests that changed files reach', () => {
  it('for a room of the services: the unit tests that import it, directly or through others, and no specs', () => {
    const { unit, e2e } = testsReachedBy(['electron/updates/joining.ts']);
    assert.ok(unit.includes('test/updates/baseline.test.ts'), 'its own');
    assert.ok(unit.includes('test/faults/told.test.ts'), 'those of rooms above');
    assert.ok(!unit.includes('test/model/readings.test.ts'), 'not those of rooms below');
    assert.deepEqual(e2e, []);
    assert.equal(unit[0], 'test/updates/joining.test.ts', 'the nearest first');
  });

  it('within a minute: the long ones are left to a whole run, unless they changed themselves', () => {
    const matrix = 'test/faults/folder-matrix.test.ts';
    const { unit, left, untilMs } = testsReachedBy(['electron/db/open.ts', 'electron/model/outcome.ts']);
    assert.ok(!unit.includes('test/faults/crash/crash.test.ts') && left.includes('test/faults/crash/crash.test.ts'));
    assert.ok(untilMs !== null && untilMs < 60_000);
    assert.ok(testsReachedBy([matrix]).unit.includes(matrix));
    assert.deepEqual(
      unit.filter((test) => left.includes(test)),
      [],
    );
  });

  it('for a program that tests start: those tests', () => {
    assert.ok(testsReachedBy(['test/db/saving-child.ts']).unit.includes('test/db/power-cut.test.ts'));
  });

  it("for a component's text: the tests that read all components, and the specs that go through all states", () => {
    const { unit, e2e, left, built } = testsReachedBy(['renderer/pages/UpdatesPage.svelte']);
    assert.ok(unit.includes('test/renderer/messages.test.ts'));
    assert.ok(!unit.includes('test/renderer/formats.test.ts'));
    assert.ok(e2e.includes('test/e2e/screen/tree.spec.ts') && e2e.includes('test/e2e/screen/main-job.spec.ts'));
    const later = left.filter((test) => test.startsWith('test/e2e/'));
    assert.deepEqual([...e2e, ...later].toSorted(), endToEndSpecs().toSorted());
    assert.ok(built);
  });

  it('for a spec: that spec', () => {
    assert.deepEqual(testsReachedBy(['test/e2e/staff.spec.ts']).e2e, ['test/e2e/staff.spec.ts']);
  });

  it('for a new version of a package: all tests', () => {
    const { unit, ...others } = testsReachedBy(['package-lock.json']);
    assert.deepEqual(unit.toSorted(), unitTests().toSorted());
    assert.deepEqual(others, { e2e: endToEndSpecs(), left: [], built: true, untilMs: null });
  });
});

describe('the graph of imports', () => {
  it('includes what components and types import', () => {
    const text = "<p>import x from './no.ts'</p><script lang=\"ts\">import type { A } from '../state/a.ts';</script>";
    assert.deepEqual(importsOf('renderer/parts/B.svelte', text), ['renderer/state/a.ts']);
  });

  it('counts the steps to each file that imports or reads one, but follows only imports any further', () => {
    const graph = new Map([
      ['a', { runs: ['b'], reads: [] }],
      ['b', { runs: ['c', 'b'], reads: [] }],
      ['reader', { runs: [], reads: ['b', 'c'] }],
      ['c', { runs: ['a'], reads: [] }],
      ['apart', { runs: [], reads: [] }],
    ]);
    assert.deepEqual(Object.fromEntries(reaching(graph, ['c'])), { c: 0, b: 1, reader: 1, a: 2 });
    assert.deepEqual(Object.fromEntries(reaching(graph, ['a'])), { a: 0, c: 1, b: 2 });
  });
});
