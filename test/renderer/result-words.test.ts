import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangeResult, SaveResult } from '../../electron/model/update-view.ts';
import { CallFailed } from '../../renderer/bridge.ts';
import { m } from '../../renderer/i18n/messages.ts';

const { Action } = await import('../../renderer/state/action.svelte.ts');
const { troubleOf } = await import('../../renderer/words/result-words.ts');

async function wordsFor(result: ChangeResult | SaveResult | CallFailed): Promise<string | null> {
  const action = new Action<[], ChangeResult | SaveResult>(() =>
    result instanceof CallFailed ? Promise.reject(result) : Promise.resolve(result),
  );
  await action.run();
  return troubleOf(action, null);
}

test('each reason for a failed step has its own words, and none is silent', async () => {
  assert.equal(await wordsFor({ kind: 'not-saved', why: 'disk-full' }), m.save_not_disk_full());
  assert.equal(await wordsFor({ kind: 'not-saved', why: 'busy' }), m.save_not_busy());
  assert.equal(await wordsFor(new CallFailed('no-answer', '')), m.save_not_no_answer());
  assert.equal(await wordsFor({ kind: 'moved-on' }), m.updates_moved_on());
  assert.equal(await wordsFor({ kind: 'staff-required' }), m.staff_needed());
  const problem = { key: 'email', code: 'email', detail: null, limit: null } as const;
  assert.equal(await wordsFor({ kind: 'invalid', problems: [problem] }), m.problem_email());
  assert.notEqual(await wordsFor({ kind: 'invalid', problems: [] }), null);
  assert.equal(await wordsFor({ kind: 'done' }), null);
});
