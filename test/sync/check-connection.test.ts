/** What IT and staff hear when they check the connection. */
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { LoyaltyApi } from '../../electron/loyalty-api/loyalty-api.ts';
import { Organisation } from '../../electron/org/organisation.ts';
import { checkConnection } from '../../electron/sync/check-connection.ts';
import type { SyncContext } from '../../electron/sync/context.ts';
import { SyncEngine } from '../../electron/sync/engine.ts';
import { okAnswer } from '../helpers/engine-rig.ts';
import { contextOfOneCustomer } from './context-of-one.ts';

type Login = Awaited<ReturnType<LoyaltyApi['login']>>;
const rejection = { code: 1, field: null, message: null };

/** Checks the connection, and lists what the engine and the organisation were told. */
async function check(t: TestContext, context: SyncContext) {
  const heard: unknown[] = [];
  const engine: SyncEngine = Object.create(SyncEngine.prototype);
  const organisation: Organisation = Object.create(Organisation.prototype);
  t.mock.method(engine, 'changed', () => heard.push('changed'));
  t.mock.method(engine, 'tryNow', () => heard.push('try now'));
  t.mock.method(engine, 'noteServerTime', (ms: number | null) => heard.push(ms));
  t.mock.method(organisation, 'keepLogin', () => heard.push('kept'));
  return { result: await checkConnection(context, engine, organisation), heard };
}

it('a till that is accepted sends at once, and shows how wrong its clock is', async (t) => {
  const { context, server, clock } = contextOfOneCustomer(t);
  const told = { kind: 'connected', organisation: 'o', till: 't' };
  const silent = await check(t, context);
  assert.deepEqual(silent, { result: { ...told, clockDifferenceMs: null }, heard: ['kept', null, 'try now'] });
  server.serverTimeMs = clock.wallMs() - 700;
  const { result, heard } = await check(t, context);
  assert.deepEqual(result, { ...told, clockDifferenceMs: 700 });
  assert.deepEqual(heard, ['kept', clock.wallMs() - 700, 'try now']);
});

const failures: readonly (readonly [Login, string])[] = [
  [{ kind: 'held', why: 'credentials', answer: okAnswer }, 'credentials'],
  [{ kind: 'held', why: 'permission', answer: okAnswer }, 'permission'],
  [{ kind: 'failed', why: 'tls', retryAfterMs: null }, 'tls'],
  [{ kind: 'failed', why: 'till-stopped', retryAfterMs: null }, 'connection-lost'],
  [{ kind: 'not-found', answer: okAnswer }, 'unreadable-answer'],
  [{ kind: 'refused', rejection, answer: okAnswer }, 'unreadable-answer'],
];
for (const [outcome, why] of failures) {
  it(`${outcome.kind} ${'why' in outcome ? outcome.why : ''} is reported as ${why}`, async (t) => {
    const { context, server } = contextOfOneCustomer(t);
    t.mock.method(server.api, 'login', async () => outcome);
    assert.deepEqual(await check(t, context), { result: { kind: 'failed', why }, heard: ['changed'] });
  });
}

it("another organisation's server is a failure (F45)", async (t) => {
  const { context, server } = contextOfOneCustomer(t);
  await check(t, context);
  server.organisationId = '2';
  const result = { kind: 'failed', why: 'other-organisation' };
  assert.deepEqual(await check(t, context), { result, heard: ['changed'] });
});

it('a till without a password says so, and sends no request', async (t) => {
  const { context, server } = contextOfOneCustomer(t);
  const locked: SyncContext = Object.create(context, { api: { value: () => null } });
  assert.deepEqual(await check(t, locked), { result: { kind: 'failed', why: 'no-secret' }, heard: [] });
  assert.equal(server.calls, 0);
});
