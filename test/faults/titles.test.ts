import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

const tests = path.resolve(import.meta.dirname, '..');
const failures = Array.from({ length: 63 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`);

/** The first argument of `it(`, `test(` and `describe(`, in any quotes. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/\b(?:it|test|describe)\(\s*(['"`])((?:(?!\1).)*)\1/g)].map((found) => found[2] ?? '');
}

it('every failure seen in the field, F01 to F63, has a test with its number in the title', () => {
  const titles = globSync('**/*.{test,spec}.ts', { cwd: tests })
    .filter((name) => path.basename(name) !== path.basename(import.meta.filename))
    .flatMap((name) => titlesIn(readFileSync(path.join(tests, name), 'utf8')));
  assert.ok(titles.length > 500, `only ${titles.length} titles were found`);
  const missing = failures.filter((number) => !titles.some((title) => new RegExp(`\\b${number}\\b`).test(title)));
  assert.deepEqual(missing, []);
});
