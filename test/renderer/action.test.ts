import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallFailed } from '../../renderer/bridge.ts';
import { deferred } from './rig.ts';

const { Action } = await import('../../renderer/state/action.svelte.ts');

test('a second press while an action runs does nothing', async () => {
  const answer = deferred<string>();
  let runs = 0;
  const action = new Action(() => {
    runs += 1;
    return answer.promise;
  });
  const first = action.run();
  assert.equal(action.running, true);
  assert.equal(await action.run(), null);
  answer.resolve('done');
  assert.equal(await first, 'done');
  assert.deepEqual([runs, action.running, action.result], [1, false, 'done']);
});

test('an action without an answer says so itself; a bug goes to the error handler', async () => {
  const unanswered = new Action(() => Promise.reject(new CallFailed('no-answer', 'nobody there')));
  assert.equal(await unanswered.run(), null);
  assert.deepEqual([unanswered.failed, unanswered.running], [true, false]);
  unanswered.clear();
  assert.equal(unanswered.failed, false);

  const broken = new Action(() => Promise.reject(new TypeError('a bug')));
  await assert.rejects(broken.run(), TypeError);
  assert.deepEqual([broken.failed, broken.running], [false, false]);
});

test('the result of the last run is gone as soon as the next one begins', async () => {
  const answers = [Promise.resolve('first'), deferred<string>().promise];
  const action = new Action(() => answers.shift() ?? Promise.resolve(''));
  await action.run();
  assert.equal(action.result, 'first');
  void action.run();
  assert.equal(action.result, null);
});
