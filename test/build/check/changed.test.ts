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
  });

  it('for a program that tests start: those tests', () => {
    assert.ok(testsReachedBy(['test/db/saving-child.ts']).unit.includes('test/db/power-cut.test.ts'));
  });

  it("for a component's text: the tests that read all components, and all specs", () => {
    const { unit, e2e, built } = testsReachedBy(['renderer/pages/UpdatesPage.svelte']);
    assert.ok(unit.includes('test/renderer/messages.test.ts'));
    assert.ok(!unit.includes('test/renderer/formats.test.ts'));
    assert.deepEqual(e2e, endToEndSpecs());
    assert.ok(built);
  });

  it('for a spec: that spec', () => {
    assert.deepEqual(testsReachedBy(['test/e2e/staff.spec.ts']).e2e, ['test/e2e/staff.spec.ts']);
  });

  it('for a new version of a package: all tests', () => {
    assert.deepEqual(testsReachedBy(['package-lock.json']), { unit: unitTests(), e2e: endToEndSpecs(), built: true });
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
