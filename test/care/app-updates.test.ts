/** When Tillside looks for a new version, fetches it and installs it, with the test's own feed and clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppUpdates } from '../../electron/care/app-update/app-updates.ts';
import { silentLog } from '../../electron/machine/log.ts';
import type { AppUpdate } from '../../electron/model/app-update.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function rig({ mayInstall = true }: { mayInstall?: boolean } = {}) {
  const clock = virtualClock();
  const now = {
    offered: null as string | null,
    quiet: false,
    failure: null as Error | null,
    download: Promise.resolve(),
  };
  const done: string[] = [];
  const reported: AppUpdate[] = [];
  const updates = new AppUpdates({
    feed: {
      newestVersion: async () => {
        done.push('look');
        if (now.failure !== null) throw now.failure;
        return now.offered;
      },
      fetch: async () => {
        done.push('fetch');
        if (now.failure !== null) throw now.failure;
        await now.download;
      },
      installNow: () => done.push('install'),
    },
    mayInstall,
    isQuiet: () => now.quiet,
    changed: (update) => reported.push(update),
    clock,
    random: seededRandom(7),
    log: silentLog,
  });
  return { updates, clock, now, done, reported };
}

test('a till looks for a new version within ten minutes of its start, then every four hours', async () => {
  const { clock, done, reported, updates } = rig();
  assert.deepEqual(done, [], 'not in the minute when every till is switched on');
  await clock.pass(10 * minuteMs);
  assert.deepEqual(done, ['look']);
  await clock.pass(24 * hourMs);
  assert.equal(done.length, 7);
  assert.deepEqual(reported, []);
  assert.deepEqual(updates.state, { kind: 'current' });
});

test('a new version is fetched at once, and installed only when nobody is at the till', async () => {
  const { clock, now, done, reported, updates } = rig();
  now.offered = '1.4.0';
  await clock.pass(10 * minuteMs);
  assert.deepEqual(done, ['look', 'fetch']);
  assert.deepEqual(reported, [{ kind: 'ready', version: '1.4.0' }]);
  await clock.pass(9 * hourMs);
  assert.ok(!done.includes('install'), 'somebody edits or sends all day');
  assert.equal(done.filter((what) => what === 'fetch').length, 1, 'it is not fetched again');
  now.quiet = true;
  await clock.pass(minuteMs);
  assert.deepEqual(done.at(-1), 'install');
  assert.deepEqual(updates.state, { kind: 'ready', version: '1.4.0' });
});

test('a new version is only reported if an administrator has to install it', async () => {
  const { clock, now, done, reported } = rig({ mayInstall: false });
  now.offered = '1.4.0';
  now.quiet = true;
  await clock.pass(9 * hourMs);
  assert.deepEqual(new Set(done), new Set(['look']));
  assert.deepEqual(reported, [{ kind: 'available', version: '1.4.0' }], 'once');
  now.offered = '1.5.0';
  await clock.pass(4 * hourMs);
  assert.deepEqual(reported.at(-1), { kind: 'available', version: '1.5.0' });
});

test('a till tries again at its next look if the feed fails or a file is not what the feed says', async () => {
  const { clock, now, done, reported } = rig();
  now.failure = new Error('sha512 checksum mismatch');
  now.quiet = true;
  await clock.pass(5 * hourMs);
  assert.deepEqual(done, ['look', 'look']);
  assert.deepEqual(reported, []);
  now.failure = null;
  now.offered = '1.4.0';
  await clock.pass(4 * hourMs);
  assert.deepEqual(done.slice(2), ['look', 'fetch', 'install']);
});

test('no second download starts while one runs past the next look', async () => {
  const { clock, now, done, reported } = rig();
  const slow = Promise.withResolvers<void>();
  now.offered = '1.4.0';
  now.download = slow.promise;
  await clock.pass(20 * hourMs);
  assert.deepEqual(done, ['look', 'fetch']);
  slow.resolve();
  await clock.pass(4 * hourMs);
  assert.deepEqual(reported, [{ kind: 'ready', version: '1.4.0' }]);
  assert.deepEqual(done, ['look', 'fetch', 'look'], 'and it keeps looking');
});

test('nothing is installed while the till is closing', async () => {
  const { clock, now, done, updates } = rig();
  now.offered = '1.4.0';
  await clock.pass(10 * minuteMs);
  now.quiet = true;
  updates.close();
  await clock.pass(9 * hourMs);
  assert.deepEqual(done, ['look', 'fetch']);
  assert.equal(clock.timers(), 0);
});
