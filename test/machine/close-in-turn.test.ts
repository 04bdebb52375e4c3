import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeInTurn } from '../../electron/machine/close-in-turn.ts';

test('F37 a part that cannot be closed does not keep the others open, and the log says which one', async () => {
  const done: string[] = [];
  await closeInTurn({ write: (level, event, facts) => done.push(`${level} ${event} ${JSON.stringify(facts)}`) }, [
    () => {
      throw new TypeError('broken');
    },
    async () => {
      await Promise.resolve();
      done.push('the database');
    },
    () => Promise.reject('not an error'),
    () => done.push('the lock'),
  ]);
  assert.deepEqual(done, [
    'error a part of the till did not close {"at":0,"error":"TypeError"}',
    'the database',
    'error a part of the till did not close {"at":2,"error":"unknown"}',
    'the lock',
  ]);
});
