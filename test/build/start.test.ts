/** `npm start` on a machine without a display. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureBuilt } from '../../build/bundles.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { run } from './program.ts';

test('without a display it says why, prints the address, and Ctrl+C stops everything', async (t) => {
  await ensureBuilt(['preload', 'renderer']);
  const start = run(t, 'start', ['--data', temporaryFolder()]);
  const said = await start.says(/Open http:\S+ in a browser/, 'stderr');
  assert.match(said, /practice mode, with sample customers/);
  assert.match(said, /There is no desktop window because this machine has no display/);
  const url = /http:\S+/.exec(said)?.[0] ?? '';
  assert.equal((await fetch(url)).status, 200);
  start.child.kill('SIGINT');
  assert.equal(await start.ended, 0);
  await assert.rejects(fetch(url));
});
