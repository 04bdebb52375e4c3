/** Who may talk to the preview's port: our own page on this machine, with the token. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import { isOurPage } from '../../build/preview/access.ts';
import { startPreviewServer } from '../../build/preview/preview-server.ts';
import { silentLog } from '../../electron/machine/log.ts';

type Answer = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string };

async function preview(t: TestContext) {
  const reached: unknown[] = [];
  const server = await startPreviewServer({
    port: 0,
    files: new Map([['/index.html', { type: 'text/html', body: Buffer.from('<head></head>') }]]),
    preload: () => '',
    log: silentLog,
    dispatcher: {
      dispatch: async (sender, name) => {
        if (!isOurPage(sender)) return { error: { code: 'not-allowed', message: '' } };
        reached.push(name);
        return { ok: null };
      },
      close: () => undefined,
    },
    subscribe: () => () => undefined,
  });
  t.after(() => server.close());
  const url = new URL(server.url);
  const token = url.searchParams.get('token') ?? '';
  const ask = (
    path: string,
    headers: { readonly [name: string]: string } = {},
    { method = 'GET', body = '' }: { method?: string; body?: string } = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const outgoing = httpRequest({ host: '127.0.0.1', port: url.port, path, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { server, url, token, ask, reached, cookie: `tillside-${url.port}=${token}` };
}

const json = { 'Content-Type': 'application/json' };

test('without the token there is nothing, and each guess is compared in constant time', async (t) => {
  const { ask, token, url, cookie } = await preview(t);
  const compare = t.mock.method(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  t.after(() => {
    compare.mock.restore();
    syncBuiltinESMExports();
  });
  const guesses = ['', 'a', token.slice(0, -1), `${token}a`, token.toUpperCase(), 'x'.repeat(10_000)];
  for (const guess of guesses) {
    assert.equal((await ask(`/?token=${guess}`)).status, 403);
    assert.equal(
      (await ask('/ipc', { Cookie: `tillside-${url.port}=${guess}`, ...json }, { method: 'POST' })).status,
      403,
    );
  }
  assert.ok(compare.mock.callCount() >= guesses.length * 2, 'every guess went through the comparison');
  for (const { arguments: given } of compare.mock.calls) {
    assert.deepEqual(
      given.map((one) => one.byteLength),
      [32, 32],
      'digests: the length of a guess reveals nothing',
    );
  }
  assert.equal((await ask('/')).status, 403);
  assert.equal((await ask(`/?token=${token}`)).status, 200);
  assert.equal((await ask('/', { Cookie: cookie })).status, 200);
  assert.ok(token.length >= 43, '256 bits');
});

test('another name that resolves to this address gets no answer', async (t) => {
  const { ask, token, url, cookie, reached } = await preview(t);
  for (const host of ['evil.example', `evil.example:${url.port}`, `127.0.0.1.evil.example:${url.port}`, '127.0.0.1']) {
    assert.equal((await ask(`/?token=${token}`, { Host: host })).status, 421, host);
    const call = await ask('/ipc', { Host: host, Cookie: cookie, ...json }, { method: 'POST', body: '{"name":"x"}' });
    assert.equal(call.status, 421, host);
  }
  assert.equal((await ask(`/?token=${token}`, { Host: `localhost:${url.port}` })).status, 200);
  assert.deepEqual(reached, []);
});

test('a page from elsewhere can call nothing, even with the cookie', async (t) => {
  const { ask, cookie, url, reached } = await preview(t);
  const call = (headers: { readonly [name: string]: string }, method = 'POST') =>
    ask('/ipc', { Cookie: cookie, ...headers }, { method, body: method === 'POST' ? '{"name":"sync.status"}' : '' });
  const others: readonly { readonly [name: string]: string }[] = [
    { Origin: 'http://evil.example' },
    { Origin: 'null' },
    { Origin: `https://127.0.0.1:${url.port}` },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ];
  for (const headers of others) {
    assert.match((await call({ ...json, ...headers })).body, /not-allowed/, JSON.stringify(headers));
  }
  // A form can send these without a preflight.
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    assert.equal((await call({ 'Content-Type': type })).status, 415, type);
  }
  assert.equal((await call(json, 'GET')).status, 405);
  assert.deepEqual(reached, []);
  assert.equal((await call({ ...json, Origin: url.origin, 'Sec-Fetch-Site': 'same-origin' })).body, '{"ok":null}');
});

test('the cookie works for our page alone, and an address on a command line opens it once', async (t) => {
  const { ask, token, server } = await preview(t);
  const [set = ''] = (await ask(`/?token=${token}`)).headers['set-cookie'] ?? [];
  assert.match(String(set), /; HttpOnly; SameSite=Strict$/);
  const once = new URL(server.newWindowUrl());
  assert.notEqual(once.searchParams.get('token'), token);
  assert.equal((await ask(once.pathname + once.search)).status, 200);
  assert.equal((await ask(once.pathname + once.search)).status, 403);
});

test('every answer forbids foreign scripts, frames and caches', async (t) => {
  const { ask, token } = await preview(t);
  for (const path of [`/?token=${token}`, '/', `/nothing?token=${token}`]) {
    const { headers } = await ask(path);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('no other machine reaches the port', async (t) => {
  const { url } = await preview(t);
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  // Nor this machine by other loopback addresses.
  for (const host of [...outer, ...(process.platform === 'linux' ? ['127.0.0.2'] : [])]) {
    const failed = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port: Number(url.port), timeout: 2000 });
      const settle = (result: boolean) => {
        socket.destroy();
        resolve(result);
      };
      socket.once('connect', () => settle(false));
      socket.once('error', () => settle(true));
      socket.once('timeout', () => settle(true));
    });
    assert.ok(failed, `${host} answers`);
  }
  assert.equal(url.hostname, '127.0.0.1');
});
