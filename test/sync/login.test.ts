/** What each answer to a login says about the till. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LoyaltyApi } from '../../electron/loyalty-api/loyalty-api.ts';
import { isWelcome, login } from '../../electron/sync/login.ts';
import { okAnswer } from '../helpers/engine-rig.ts';
import { contextOfOneCustomer } from './context-of-one.ts';

type Outcome = Awaited<ReturnType<LoyaltyApi['login']>>;
const rejection = { code: 1, field: null, message: null };

it('a login counts in the pace of its lane, and shows that the server is there', async (t) => {
  const { context, server } = contextOfOneCustomer(t);
  const taken = t.mock.method(context.pace, 'take');
  const outcome = await login(context, server.api, 'backlog');
  assert.equal(outcome.kind, 'found');
  assert.deepEqual(
    taken.mock.calls.map((call) => call.arguments),
    [['backlog']],
  );
  assert.deepEqual([context.connection.connection, context.connection.paused], [{ kind: 'online' }, null]);
});

it('a till whose data is of another organisation stops sending, and the log says so once', async (t) => {
  const { context, server, logged } = contextOfOneCustomer(t);
  await login(context, server.api, 'counter');
  server.organisationId = '2';
  for (let count = 0; count < 2; count += 1) {
    await login(context, server.api, 'counter');
    assert.equal(context.connection.paused, 'other-organisation');
    assert.deepEqual(logged, ['error the server speaks for another organisation']);
  }
});

it('an answer to an old password says nothing about the organisation', async (t) => {
  const { context, server } = contextOfOneCustomer(t);
  await login(context, server.api, 'counter');
  server.organisationId = '2';
  await login(context, { ...server.api }, 'counter');
  assert.equal(context.connection.paused, null);
});

const others: readonly (readonly [Outcome, 'online' | 'offline' | 'untried', 'credentials' | null, boolean])[] = [
  [{ kind: 'held', why: 'credentials', answer: okAnswer }, 'online', 'credentials', false],
  [{ kind: 'held', why: 'permission', answer: okAnswer }, 'online', null, true],
  [{ kind: 'failed', why: 'tls', retryAfterMs: null }, 'offline', null, false],
  [{ kind: 'not-found', answer: okAnswer }, 'online', null, true],
  [{ kind: 'refused', rejection, answer: okAnswer }, 'online', null, true],
];
for (const [outcome, connection, paused, welcome] of others) {
  it(`${outcome.kind} ${'why' in outcome ? outcome.why : ''} leaves the till ${connection}`, async (t) => {
    const { context, server } = contextOfOneCustomer(t);
    const passed = t.mock.method(context.blame, 'loginPassed');
    t.mock.method(server.api, 'login', async () => outcome);
    assert.equal(await login(context, server.api, 'counter'), outcome);
    assert.deepEqual([context.connection.connection.kind, context.connection.paused], [connection, paused]);
    assert.equal(passed.mock.callCount(), welcome ? 1 : 0);
    assert.equal(isWelcome(outcome), welcome);
  });
}
