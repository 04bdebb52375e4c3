import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Asked, onlineResult } from '../../electron/desk/online-result.ts';
import { customer } from '../renderer/rig.ts';

const found = (customerId: number): Asked['result'] => ({ kind: 'found', customer: { ...customer(), customerId } });

test('F54: whatever the answers to the readings, somebody is found only if they name exactly one person and none failed', () => {
  const results = fc.constantFrom<Asked['result']>(
    found(1),
    found(2),
    { kind: 'not-found' },
    { kind: 'refused' },
    { kind: 'failed', why: 'offline' },
    { kind: 'erased' },
  );
  const asked = fc.record<Asked>({
    answersTo: fc.constantFrom('mobile', 'externalId', 'cardNumber', 'userId'),
    result: results,
  });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 6 }), (answers) => {
      const result = onlineResult(answers);
      const people = new Set(
        answers.flatMap(({ result }) => (result.kind === 'found' ? [result.customer.customerId] : [])),
      );
      const anyFailed = answers.some(({ result }) => result.kind === 'failed');
      if (result.kind === 'found') {
        assert.ok(people.size === 1 && !anyFailed);
      } else if (result.kind === 'choose') {
        assert.ok(people.size > 1 || anyFailed);
        assert.deepEqual(new Set(result.people.map(({ customer }) => customer.customerId)), people);
      } else {
        assert.equal(people.size, 0);
        // F31: "nobody" only if head office really looked.
        if (result.kind === 'not-found') assert.ok(!anyFailed && answers[0]?.result.kind !== 'refused');
      }
    }),
  );
});
