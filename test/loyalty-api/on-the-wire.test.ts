/**
 * What really leaves the till: the client over its own transport, with a server that keeps every request as it came.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createAuth } from '../../electron/loyalty-api/auth.ts';
import { createLoyaltyApi } from '../../electron/loyalty-api/client.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import { keptSecret } from '../../electron/loyalty-api/till-secret.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { makeCertificates } from './certificates.ts';
import { documentedUpdate, updateAnswerText, updateRequestText } from './samples.ts';

type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};

async function setUp(context: TestContext) {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      response.writeHead(200, { 'X-Cap-Requestid': `req-${seen.length}` }).end(updateAnswerText);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const transport = createNodeTransport({ clock: systemClock, env: {} });
  context.after(() => {
    transport.close();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const shared = {
    baseUrl: `http://127.0.0.1:${address.port}`,
    transport: transport.send,
    clock: systemClock,
    userAgent: 'Tillside/1.2.3',
    timeoutMs: 5_000,
  };
  const auth = createAuth({
    ...shared,
    config: { method: 'basic', till: 'till1' },
    secret: keptSecret('basic', '123'),
  });
  const last = (): Seen => {
    const request = seen.at(-1);
    assert.ok(request);
    return request;
  };
  return { api: createLoyaltyApi({ ...shared, auth, language: 'hi', timeZone: 'Asia/Kolkata' }), seen, last };
}

/** The headers meant for the API, without those every HTTP client sends. */
function apiHeaders({ headers }: Seen): { readonly [name: string]: unknown } {
  const { host: _host, connection: _kept, 'content-length': _length, 'accept-encoding': _encoding, ...own } = headers;
  return own;
}

const author = { staffCode: 'asha', till: 'till.7' };
const everyCall = {
  accept: 'application/json',
  'user-agent': 'Tillside/1.2.3',
  authorization: 'Basic dGlsbDE6MjAyY2I5NjJhYzU5MDc1Yjk2NGIwNzE1MmQyMzRiNzA=',
};
const everyChange = {
  ...everyCall,
  'content-type': 'application/json',
  'user-context-entity-type': 'STAFF',
  'user-context-entity-id': 'asha',
  'user-context-entity-source': 'API',
  'user-context-entity-source-id': 'till.7',
};

test("the documented update arrives to the letter, and the answer's request id is kept", async (context) => {
  const { api, last } = await setUp(context);
  const outcome = await api.updateCustomer({
    ...documentedUpdate,
    author,
  });
  assert.equal(`${last().method} ${last().url}`, 'POST /v1.1/customer/update?format=json');
  assert.deepEqual(JSON.parse(last().body), JSON.parse(updateRequestText));
  assert.deepEqual(apiHeaders(last()), everyChange);
  assert.equal('answer' in outcome && outcome.answer?.requestId, 'req-1');
});

test('one changed field is sent alone with one identifier; several values go as JSON in a string', async (context) => {
  const { api, last } = await setUp(context);
  await api.updateCustomer({
    identifier: { type: 'userId', value: '343445382' },
    changes: { 'custom.hobbies': '["Playing","Singing"]' },
    author,
  });
  assert.equal(
    last().body,
    String.raw`{"root":{"customer":[{"custom_fields":{"field":[{"name":"hobbies","value":"[\"Playing\",\"Singing\"]"}]},"id":"343445382"}]}}`,
  );
});

test('a request to change an identifier arrives as documented, with its author', async (context) => {
  const { api, last } = await setUp(context);
  await api.requestIdentityChange({ type: 'mobile', oldValue: '917713643123', newValue: '917713643124', author });
  assert.equal(`${last().method} ${last().url}`, 'POST /v1.1/customer/update_identity?format=json');
  assert.deepEqual(JSON.parse(last().body), {
    root: { customer: [{ identifier: 'mobile', old_value: '917713643123', new_value: '917713643124' }] },
  });
  assert.deepEqual(apiHeaders(last()), everyChange);
});

test("every read goes where it should, in the till's language and without an author", async (context) => {
  const { api, seen } = await setUp(context);
  await api.getCustomer({ type: 'email', value: 'rita@example.com' });
  await api.getCustomers('mobile', ['1', '2']);
  await api.login();
  await api.orgPolicy();
  await api.customFields();
  await api.extendedFields();
  await api.staff();
  const plain = 'user_id=true&subscriptions=true';
  const flags =
    `${plain}&mlp=true&gap_to_upgrade_for=0&gap_to_renew_for=0&expiry_schedule=true` +
    '&coupon_status=active&coupon_order_by=valid_till&coupon_sort_order=asc&coupon_limit=20';
  assert.deepEqual(
    seen.map(({ method, url, body }) => `${method} ${url}${body}`),
    [
      `GET /v1.1/customer/get?format=json&email=rita%40example.com&${flags}`,
      // The answer could not be read, so the lookup is repeated without the parts that not every server understands.
      `GET /v1.1/customer/get?format=json&email=rita%40example.com&${plain}`,
      `GET /v1.1/customer/get?format=json&mobile=1,2&${flags}`,
      'GET /v1.1/store/login.json?format=json',
      'GET /v1.1/organization/configs?format=json',
      'GET /v1.1/organization/customfields?format=json&scope=loyalty_registration',
      'GET /v2/extendedFields?format=json',
      'GET /v1.1/store/staff?format=json&type=ASSOCIATE',
      'GET /v1.1/store/staff?format=json&type=MANAGER',
    ],
  );
  for (const request of seen) assert.deepEqual(apiHeaders(request), { ...everyCall, language: 'hi' });
});

test('a till in the preview trusts a private authority named by NODE_EXTRA_CA_CERTS', async (context) => {
  const { ca, cert, key } = makeCertificates();
  const folder = temporaryFolder();
  const file = path.join(folder, 'private-ca.pem');
  writeFileSync(file, ca);
  const server = https.createServer({ cert, key }, (request, response) =>
    request.resume().on('end', () => response.end('{}')),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const source = (name: string) => JSON.stringify(new URL(`../../electron/${name}`, import.meta.url).href);
  const till = `
    const { createNodeTransport } = await import(${source('loyalty-api/node-transport.ts')});
    const { systemClock } = await import(${source('machine/system-clock.ts')});
    const { send, close } = createNodeTransport({ clock: systemClock, env: process.env });
    const url = 'https://127.0.0.1:${address.port}/';
    const { kind, why = '' } = await send({ method: 'GET', url, headers: {}, body: null, timeoutMs: 5000 });
    console.log(kind, why);
    close();`;
  const run = async (env: { readonly [name: string]: string }) => {
    const { NODE_EXTRA_CA_CERTS: _inherited, ...inherited } = process.env;
    const args = ['--no-warnings', '--input-type=module', '--eval', till];
    return (await promisify(execFile)(process.execPath, args, { env: { ...inherited, ...env } })).stdout.trim();
  };
  assert.equal(await run({}), 'not-sent tls');
  assert.equal(await run({ NODE_EXTRA_CA_CERTS: file }), 'answer');
});
