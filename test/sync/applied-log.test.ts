import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AppliedLog } from '../../electron/sync/applied-log.ts';

it('a read is overtaken only by an update of the same customer that was applied after it started (F61)', () => {
  const log = new AppliedLog();
  assert.equal(log.isOvertaken(1, log.position()), false);
  const before = log.position();
  log.note(1);
  const between = log.position();
  log.note(2);
  assert.deepEqual([log.isOvertaken(1, before), log.isOvertaken(2, before)], [true, true]);
  assert.deepEqual([log.isOvertaken(1, between), log.isOvertaken(2, between)], [false, true]);
  assert.deepEqual([log.isOvertaken(3, before), log.isOvertaken(2, log.position())], [false, false]);
});
