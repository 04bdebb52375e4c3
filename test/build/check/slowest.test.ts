import assert from 'node:assert/strict';
import { it } from 'node:test';
import { slowest, timedByNode, timedByPlaywright, timedLine } from '../../../build/check/slowest.ts';

it('how long tests took is read from what either runner prints', () => {
  const one = { ms: 1234, file: 'test/a.test.ts', title: 'says › (12ms) so' };
  assert.deepEqual(timedByNode(`✔ says (3.1ms)\n${timedLine(one)}ℹ tests 1\n`), [one]);
  const printed = [
    '  ✓   1 form.spec.ts:27:1 › every field (3.4s)',
    '  ✘  12 screen/tree.spec.ts:9:3 › the tree › of one (1.5m)',
    '  ✓   3 form.spec.ts:40:1 › is quick (312ms)',
    '  -   4 form.spec.ts:50:1 › left out',
  ];
  assert.deepEqual(timedByPlaywright(printed.join('\n')), [
    { ms: 3400, file: 'form.spec.ts', title: 'every field' },
    { ms: 90_000, file: 'screen/tree.spec.ts', title: 'the tree › of one' },
    { ms: 312, file: 'form.spec.ts', title: 'is quick' },
  ]);
});

it('the ten slowest tests are named, the slowest first', () => {
  const tests = Array.from({ length: 12 }, (_, ms) => ({ ms, file: 'a', title: `${ms}` }));
  assert.deepEqual(
    slowest(tests).map(({ ms }) => ms),
    [11, 10, 9, 8, 7, 6, 5, 4, 3, 2],
  );
});
