import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { basicHeader, createAuth } from '../../electron/loyalty-api/auth.ts';
import { keptSecret } from '../../electron/loyalty-api/till-secret.ts';
import type { HttpRequest, HttpResult } from '../../electron/loyalty-api/transport.ts';
import { createFakeClock } from './fake-clock.ts';
import { answer, page, requestBody } from './samples.ts';

const config = { method: 'oauth', key: 'the-key', attributeTo: { type: 'TILL', code: 'till1' } } as const;

/** Authentication with a token server that answers `token-1`, `token-2` … or what `reply` says. */
function setUp(reply?: () => HttpResult, ttlSeconds: unknown = 300) {
  const requests: HttpRequest[] = [];
  const time = createFakeClock();
  const transport = async (request: HttpRequest): Promise<HttpResult> => {
    requests.push(request);
    const accessToken = `token-${requests.length}`;
    return reply?.() ?? answer({ data: { accessToken, ttlSeconds }, errors: null });
  };
  const shared = {
    baseUrl: 'https://api.example.com',
    transport,
    clock: time.clock,
    userAgent: 'Tillside/1',
    timeoutMs: 9,
  };
  const auth = createAuth({ ...shared, config, secret: 'the-secret' });
  const token = async () => {
    const granted = await auth.headers();
    return granted.kind === 'ready' ? granted.headers['X-CAP-API-OAUTH-TOKEN'] : `${granted.kind} ${granted.why}`;
  };
  return { auth, requests, time, token, shared };
}

test("Basic sends the till and the password's md5, and matches the vendor's check value", async () => {
  const expected = 'Basic dGlsbDE6MjAyY2I5NjJhYzU5MDc1Yjk2NGIwNzE1MmQyMzRiNzA=';
  assert.equal(basicHeader('till1', keptSecret('basic', '123')), expected);
  const { shared, requests } = setUp();
  const auth = createAuth({
    ...shared,
    config: { method: 'basic', till: 'till1' },
    secret: keptSecret('basic', '123'),
  });
  assert.deepEqual(await auth.headers(), { kind: 'ready', headers: { Authorization: expected } });
  assert.equal(await auth.renewed({}), null);
  assert.equal(auth.logIn, null);
  assert.equal(requests.length, 0);
  assert.doesNotMatch(inspect(auth, { depth: 9, showHidden: true }), /\b123\b/);
});

test('a token is requested as documented, with the attribution', async () => {
  const { auth, requests } = setUp();
  assert.deepEqual((await auth.headers()).kind === 'ready' && (await auth.headers()), {
    ...(await auth.headers()),
    headers: {
      'X-CAP-API-OAUTH-TOKEN': 'token-1',
      'X-CAP-API-ATTRIBUTION-ENTITY-TYPE': 'TILL',
      'X-CAP-API-ATTRIBUTION-ENTITY-CODE': 'till1',
    },
  });
  assert.equal(requests.length, 1);
  assert.equal(requests[0]?.url, 'https://api.example.com/v3/oauth/token/generate');
  assert.equal(requests[0]?.method, 'POST');
  assert.deepEqual(JSON.parse(requests[0]?.body ?? ''), { key: 'the-key', secret: 'the-secret' });
});

test('a token is reused while fresh and renewed before it expires', async () => {
  const { token, time } = setUp();
  assert.equal(await token(), 'token-1');
  time.pass(269_000);
  assert.equal(await token(), 'token-1');
  time.pass(2_000);
  assert.equal(await token(), 'token-2');
});

test('a token that expired while the computer slept is renewed', async () => {
  const { token, time } = setUp();
  await token();
  time.sleep(600_000);
  assert.equal(await token(), 'token-2');
});

test('a token with a short or missing lifetime is still usable', async () => {
  const short = setUp(undefined, '10');
  await short.token();
  short.time.pass(7_900);
  assert.equal(await short.token(), 'token-1');
  short.time.pass(200);
  assert.equal(await short.token(), 'token-2');
  for (const life of ['', 0, -5]) {
    const untold = setUp(undefined, life);
    await untold.token();
    untold.time.pass(200_000);
    assert.equal(await untold.token(), 'token-1');
  }
});

test('one renewal serves any number of calls in flight', async () => {
  const { token, requests } = setUp();
  assert.deepEqual(await Promise.all([token(), token(), token()]), ['token-1', 'token-1', 'token-1']);
  assert.equal(requests.length, 1);
});

test('several calls refused with the same token renew it once', async () => {
  const { auth, requests } = setUp();
  const first = await auth.headers();
  assert.equal(first.kind, 'ready');
  if (first.kind !== 'ready') return;
  await Promise.all([auth.renewed(first.headers), auth.renewed(first.headers)]);
  await auth.renewed(first.headers);
  assert.equal(requests.length, 2);
});

const troubles: readonly [string, HttpResult, string][] = [
  ['HTTP 401', answer('', { status: 401 }), 'held credentials'],
  ['a body without a token', answer({ data: null, errors: [{ code: 1, message: 'bad key' }] }), 'held credentials'],
  ['a 400 with errors', answer({ errors: [{ code: 1 }] }, { status: 400 }), 'held credentials'],
  ['an empty answer', answer(''), 'not-sent busy'],
  ['HTTP 503', answer('', { status: 503 }), 'not-sent busy'],
  ['HTTP 500', answer(page, { status: 500, headers: {} }), 'not-sent busy'],
  ['a captive portal', answer(page, { headers: {} }), 'not-sent sign-in-page'],
  ['no connection', { kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }, 'not-sent no-connection'],
  ['an exchange that got lost', { kind: 'lost', why: 'timeout', code: 'TIMEOUT' }, 'not-sent no-connection'],
  ['a body of 401', answer(requestBody(401)), 'held credentials'],
];
for (const [what, reply, expected] of troubles) {
  test(`${what} instead of a token leaves the call unsent: ${expected}`, async () => {
    const { token, requests } = setUp(() => reply);
    assert.equal(await token(), expected);
    await token();
    assert.equal(requests.length, 2, 'the next call tries again');
  });
}

test('a token that does not fit in a header is refused', async () => {
  const { token } = setUp(() => answer({ data: { accessToken: 'a\r\nX-Evil: 1', ttlSeconds: 300 } }));
  assert.equal(await token(), 'held credentials');
});

test('logging in by OAuth means getting a token', async () => {
  const { auth } = setUp();
  const login = await auth.logIn?.();
  assert.deepEqual(login?.kind === 'found' && login.value, {
    till: 'till1',
    organisation: '',
    organisationId: null,
    serverTimeMs: null,
  });
  const refused = await setUp(() => answer('', { status: 401 })).auth.logIn?.();
  assert.equal(refused?.kind, 'held');
});
