/** Which test files share a process. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unitTests } from '../../../build/check/import-graph.ts';
import { shareProcesses } from '../../../build/check/shared-processes.ts';
import { projectRoot } from '../../../build/project-root.ts';

it('every test runs once, and fewer processes start', (t) => {
  const tests = unitTests();
  const { files, end } = shareProcesses(tests);
  t.after(end);
  const imported = files.map((file) =>
    file.endsWith('.mjs')
      ? [...readFileSync(file, 'utf8').matchAll(/import\('([^']+)'\)/g)].map(([, url = '']) =>
          path.relative(projectRoot, fileURLToPath(url)).replaceAll('\\', '/'),
        )
      : [file],
  );
  assert.deepEqual(imported.flat().toSorted(), tests.toSorted());
  assert.ok(imported.every((group) => new Set(group.map((file) => path.dirname(file))).size === 1));
  assert.ok(files.length < tests.length * 0.6, `${files.length} processes`);
});

it('a file stays alone if its hooks or its user would change the other tests', (t) => {
  const { files, end } = shareProcesses(['test/customers/search.test.ts', 'test/customers/told.test.ts']);
  t.after(end);
  assert.deepEqual(files, ['test/customers/search.test.ts', 'test/customers/told.test.ts']);
});

it('a shared process names the failures that its tests hold, so that their lines are watched', (t) => {
  const { files, end } = shareProcesses(['test/updates/joining.test.ts', 'test/updates/rows.test.ts']);
  t.after(end);
  const [shared = ''] = files;
  assert.equal(files.length, 1);
  const named = readFileSync(shared, 'utf8').match(/\bF\d\d\b/g) ?? [];
  assert.ok(named.length > 0);
  for (const failure of named) {
    assert.ok(
      ['joining', 'rows'].some((name) =>
        readFileSync(path.join(projectRoot, `test/updates/${name}.test.ts`), 'utf8').includes(failure),
      ),
    );
  }
  end();
  assert.equal(existsSync(shared), false);
});
