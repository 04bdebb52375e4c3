/** What the log says about the connection: enough to tell from a desk why a till does not send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogFacts, LogLevel } from '../../electron/machine/log.ts';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import { connectionLog } from '../../electron/sync/connection-log.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const idle: SyncStatus = {
  state: 'all-sent',
  unsent: 0,
  counts: { queued: 0, sending: 0, unknown: 0, attention: 0, nextVisit: 0 },
  doubleAwards: 0,
  inFiles: { updates: 0, firstAtMs: null, lastAtMs: null },
  oldestSavedAtMs: null,
  paused: null,
  connection: { kind: 'untried' },
  lastAnswerAtMs: null,
  nextTryAtMs: null,
  clockSkewMs: null,
};
const offline = (why: 'timeout' | 'name-not-found'): SyncStatus => ({ ...idle, connection: { kind: 'offline', why } });
const online: SyncStatus = { ...idle, connection: { kind: 'online' } };

function loggedConnection() {
  const clock = virtualClock();
  const said: (readonly [LogLevel, string, LogFacts])[] = [];
  const note = connectionLog({ write: (level, event, facts = {}) => said.push([level, event, facts]) }, clock);
  return { clock, said, note };
}

test('the log says once that the server cannot be reached and why, and later how long that lasted', async () => {
  const { clock, said, note } = loggedConnection();
  note(idle);
  note(offline('name-not-found'));
  await clock.pass(60_000);
  note({ ...offline('name-not-found'), unsent: 3 });
  note(online);
  note({ ...online, unsent: 1 });
  assert.deepEqual(said, [
    ['warn', 'the server cannot be reached', { why: 'name-not-found', unsent: 0 }],
    ['info', 'the server answers', { offlineSeconds: 60 }],
  ]);
});

test('the log says that sending is paused, why, and when it resumes', async () => {
  const { clock, said, note } = loggedConnection();
  note(online);
  note({ ...online, paused: 'credentials', unsent: 2 });
  note({ ...online, paused: 'credentials', unsent: 4 });
  await clock.pass(5000);
  note({ ...online, paused: 'permission', unsent: 4 });
  note(online);
  assert.deepEqual(said, [
    ['info', 'the server answers', { offlineSeconds: 0 }],
    ['error', 'sending is paused', { why: 'credentials', unsent: 2 }],
    ['error', 'sending is paused', { why: 'permission', unsent: 4 }],
    ['info', 'sending goes on', {}],
  ]);
});

test("F14: a connection that fails differently every few seconds does not fill a whole day's log", async () => {
  const { clock, said, note } = loggedConnection();
  for (let second = 0; second < 86_400; second += 20) {
    note(second % 40 === 0 ? offline('timeout') : offline('name-not-found'));
    await clock.pass(20_000);
  }
  assert.ok(said.length <= 24 * 12 + 1, `${said.length} lines`);
  assert.ok(said.length > 24);
});

test('the log counts each outage from its own first failure, and says how long the last one was', async () => {
  const { clock, said, note } = loggedConnection();
  await clock.pass(2000);
  note(online);
  await clock.pass(1000);
  for (const seconds of [2, 1000]) {
    note(offline('timeout'));
    await clock.pass(seconds * 1000 + 499);
    note(online);
    await clock.pass(1000);
  }
  assert.deepEqual(
    said.map(([, event, facts]) => [event, facts.offlineSeconds]),
    [
      ['the server answers', 0],
      ['the server cannot be reached', undefined],
      ['the server answers', 2],
      ['the server cannot be reached', undefined],
      ['the server answers', 1000],
    ],
  );
});

test('the log says after five minutes that the reason has changed (F14)', async () => {
  const { clock, said, note } = loggedConnection();
  note(offline('timeout'));
  await clock.pass(299_999);
  note(offline('name-not-found'));
  assert.equal(said.length, 1);
  await clock.pass(1);
  note(offline('name-not-found'));
  assert.deepEqual(said[1], ['warn', 'the server cannot be reached', { why: 'name-not-found', unsent: 0 }]);
});
