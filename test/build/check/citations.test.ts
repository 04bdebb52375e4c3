/** Which code a comment with a failure's number speaks of, and whether a test ran it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { citationsIn } from '../../../build/check/citations.ts';
import { coverageOf, ranAt } from '../../../build/check/coverage.ts';
import { readSource } from '../../../build/check/import-graph.ts';

describe('a failure that a comment names', () => {
  const speaksOf = (text: string) =>
    citationsIn('a.ts', text).map(({ failure, at }) => [failure, at === null ? null : text.slice(at, at + 9)]);

  it('speaks of the body of a function, of a statement, or of the whole file', () => {
    assert.deepEqual(speaksOf("/** All (F01). */\nimport a from 'a';\nconst b = () => a;"), [['F01', null]]);
    assert.deepEqual(speaksOf('/** One (F02, F03). */\nexport function b() { return 1; }'), [
      ['F02', '{ return '],
      ['F03', '{ return '],
    ]);
    assert.deepEqual(speaksOf('/** F04 */\nconst c = () => {\n  // F05\n  call();\n};'), [
      ['F04', '{\n  // F0'],
      ['F05', 'call();\n}'],
    ]);
    assert.deepEqual(speaksOf('class D {\n  /** F06 */\n  #e() { f(); }\n}'), [['F06', '{ f(); }\n']]);
  });

  it('is nothing that runs where it speaks of a type or of data', () => {
    assert.deepEqual(speaksOf('/** F10 */\nconst longestMs = 5;\ntype J =\n  /** F11 */\n  | 1 | 2;'), []);
    assert.deepEqual(speaksOf('/** F07 */\ntype G = { /** F08 */ h: 1 };\n/** F09 */\ninterface I {}'), []);
  });

  it('is held by a test that runs the place, and by no other', async () => {
    const file = 'electron/model/readings.ts';
    const place = (name: string) => readSource(file).indexOf('{', readSource(file).indexOf(`function ${name}(`) + 80);
    const ranIn = async (pattern: string) => {
      const coverage = await coverageOf(
        [`--test-name-pattern=${pattern}`, 'test/model/readings.test.ts'],
        [file],
        60_000,
      );
      assert.ok(coverage !== null);
      return ranAt(coverage, file, place('readingsOf'), place('readingsOf') + 1);
    };
    assert.deepEqual([await ranIn('F54'), await ranIn('no such test')], [true, false]);
  });
});
