import assert from 'node:assert/strict';
import { it } from 'node:test';
import { run } from './run.ts';

it('suggests the command or option that was most likely meant, and never one that is far away', async () => {
  for (const [typed, meant] of [
    ['docter', 'doctor'],
    ['doc', 'doctor'],
    ['suport-bundle x.zip', 'support-bundle'],
    ['outbox exprot', 'outbox export'],
    ['outbx list', 'outbox list'],
    ['export', 'outbox export'],
    ['fly', null],
    ['outbox fly', null],
  ] as const) {
    const { code, err } = await run(typed.split(' '));
    assert.equal(code, 64);
    assert.equal(/unknown command "[^"]+"\. Did you mean "(.+)"\?/.exec(err)?.[1] ?? null, meant, typed);
  }
  assert.match((await run(['doctor', '--ful'])).err, /'--ful'\. Did you mean --full\? See: /);
  assert.doesNotMatch((await run(['outbox', 'list', '--fast'])).err, /Did you mean/);
  const secret = await run(['pin', 'hunter']);
  assert.doesNotMatch(secret.err, /hunter/);
});
