import assert from 'node:assert/strict';
import { it } from 'node:test';
import { allTitles, failureIndex } from '../../build/check/failures.ts';

const failures = Array.from({ length: 63 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`);

it('every failure seen in the field, F01 to F63, has a test with its number in the title', () => {
  const titles = allTitles().filter(({ file }) => file !== 'test/faults/titles.test.ts');
  assert.ok(titles.length > 500, `only ${titles.length} titles were found`);
  const index = failureIndex(titles);
  assert.deepEqual(
    failures.filter((number) => !index.has(number)),
    [],
  );
});
