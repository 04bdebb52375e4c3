import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calls } from '../../electron/ipc/schema.ts';
import { faultOf } from '../../renderer/state/fault.ts';

/** What each kind of error carries that the log must not hold. */
const secret = 'Rita James 919845012345';

test('a fault says what and where, never with what data, and always in a form the services accept', () => {
  const svelte = new Error(`https://svelte.dev/e/each_key_duplicate ${secret}`);
  const named = Object.assign(new TypeError(secret), { name: 'Odd: <name>' });
  const without = new Error(secret);
  delete without.stack;
  for (const error of [svelte, named, without, new RangeError(secret), secret, null, { secret }]) {
    const fault = faultOf(error);
    assert.doesNotMatch(JSON.stringify(fault), /Rita|9198/);
    assert.equal(
      calls['app.fault'].argument.safeParse({ part: 'page', ...fault }).success,
      true,
      JSON.stringify(fault),
    );
  }
  assert.equal(faultOf(svelte).fault, 'each_key_duplicate');
  assert.match(faultOf(svelte).where, /^fault\.test\.ts:\d+:\d+/);
});
