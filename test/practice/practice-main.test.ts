import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { anchors } from '../../electron/practice/anchors.ts';
import { practiceCredentials } from '../../electron/practice/practice-config.ts';
import { ask, at, basic, errorCode } from './practice-client.ts';

const { ritaJames } = anchors;
const program = fileURLToPath(new URL('../../electron/practice/practice-main.ts', import.meta.url));
const token = 'a-token-for-tests';

async function run(t: TestContext, options: { readonly [key: string]: unknown }) {
  const child = spawn(process.execPath, [program, JSON.stringify({ customers: 20, ...options })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const ready: unknown = JSON.parse(String(line));
  assert.equal(at(ready, 'ready'), true);
  const url = String(at(ready, 'url'));
  const controlUrl = at(ready, 'controlUrl');
  const control = async (name: string, argument: unknown = {}, sentToken = token) => {
    const answered = await ask(`${controlUrl}/practice-control/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sentToken}` },
      body: JSON.stringify(argument),
    });
    return { status: answered.status, ok: at(answered.json, 'ok'), error: at(answered.json, 'error') };
  };
  const update = (firstname: string) =>
    ask(`${url}/v1.1/customer/update?format=json`, {
      method: 'POST',
      headers: basic(practiceCredentials.till, practiceCredentials.secret),
      body: JSON.stringify({ root: { customer: [{ id: String(ritaJames.userId), firstname }] } }),
    });
  return { child, url, controlUrl, control, update };
}

test('the practice server runs as a program, and whoever has the token controls it over HTTP', async (t) => {
  const { child, url, control, update } = await run(t, { controlToken: token });
  assert.deepEqual((await control('state')).ok, { connection: true, fault: 'none' });
  assert.equal((await control('state', {}, 'a-token-for-texts')).status, 403);
  assert.equal((await control('nothing')).status, 404);

  assert.equal((await control('setFault', { kind: 'gone' })).status, 400);
  await control('setFault', { kind: 'drop-reply', options: { times: 1 } });
  assert.equal(await update('Reeta').catch(errorCode), 'ECONNRESET');
  assert.equal((await update('Rita')).status, 200);
  const ledger = (await control('ledger')).ok;
  assert.deepEqual([at(ledger, 0, 'changes', 'firstName'), at(ledger, 1, 'changes', 'firstName')], ['Reeta', 'Rita']);
  assert.equal(at((await control('requests')).ok, 0, 'fault'), 'drop-reply');

  const { ok: changed } = await control('changeCustomer', { userId: ritaJames.userId, change: { lastName: 'Else' } });
  assert.equal(at(changed, 'lastName'), 'Else');
  assert.equal((await control('changeCustomer', { userId: ritaJames.userId, change: { surname: 'X' } })).status, 400);
  assert.equal(at((await control('customer', { userId: ritaJames.userId })).ok, 'lastName'), 'Else');
  assert.equal(at((await control('customers')).ok, 'length'), 20);

  const { ok: hold } = await control('hold', { step: 'received' });
  const answered = update('Held');
  assert.equal(at((await control('reached', hold)).ok, 'customerId'), ritaJames.userId);
  assert.equal(at((await control('ledger')).ok, 'length'), 2);
  await control('release', hold);
  assert.equal((await answered).status, 200);
  assert.equal((await control('reached', hold)).status, 400);

  assert.deepEqual((await control('setConnection', { connection: false })).ok, { connection: false, fault: 'none' });
  assert.equal(await update('Nobody').catch(errorCode), 'ECONNREFUSED');
  await control('setConnection', { connection: true });
  assert.equal((await update('Rita')).status, 200);

  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.equal(await ask(url).catch(errorCode), 'ECONNREFUSED');
});

test('without a token nobody controls it', async (t) => {
  const { controlUrl, url } = await run(t, {});
  assert.equal(controlUrl, undefined);
  const headers = basic(practiceCredentials.till, practiceCredentials.secret);
  assert.equal((await ask(`${url}/practice-control/ledger`, { method: 'POST', headers, body: '{}' })).status, 404);
});
