/** Real sockets on loopback. What the server saw decides: "not sent" must mean that it saw nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { before, type TestContext, test } from 'node:test';
import { createNodeTransport, type NodeTransportParameters } from '../../electron/loyalty-api/node-transport.ts';
import type { HttpRequest } from '../../electron/loyalty-api/transport.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';
import { type Certificates, makeCertificates } from './certificates.ts';

let certificates: Certificates;
before(() => {
  certificates = makeCertificates();
});

async function listen(context: TestContext, server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** A server on raw connections that keeps what each one sent. */
async function rawServer(context: TestContext, deal: (socket: net.Socket, received: string) => void) {
  const received: string[] = [];
  const server = net.createServer((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      received.push(chunk.toString('latin1'));
      deal(socket, text);
    });
  });
  return { port: await listen(context, server), received };
}

function transportFor(context: TestContext, parameters: Partial<NodeTransportParameters> = {}) {
  const transport = createNodeTransport({ clock: systemClock, env: {}, ...parameters });
  context.after(transport.close);
  return transport.send;
}

function to(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'POST', url, headers: { 'X-Test': 'yes' }, body: '{"name":"Zoë"}', timeoutMs: 5_000, ...more };
}

const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Cap-Requestid: r1\r\n\r\n{}';

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

test('an answer comes whole, with header names in lower case and repeated headers joined', async (context) => {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      response.writeHead(201, { 'X-Cap-Requestid': 'r1', 'X-Two': ['a', 'b'], 'Set-Cookie': ['c=1', 'd=2'] });
      response.end(JSON.stringify([request.method, request.url, request.headers['x-test'], body]));
    });
  });
  const port = await listen(context, server);
  const result = await transportFor(context)(to(`http://127.0.0.1:${port}/a?b=c`));
  assert.equal(result.kind, 'answer');
  if (result.kind !== 'answer') return;
  assert.equal(result.status, 201);
  assert.deepEqual(JSON.parse(result.body), ['POST', '/a?b=c', 'yes', '{"name":"Zoë"}']);
  assert.equal(result.headers['x-cap-requestid'], 'r1');
  assert.equal(result.headers['x-two'], 'a, b');
  assert.equal(result.headers['set-cookie'], 'c=1, d=2');
});

test('a redirect or a page is an answer like any other, and is not followed', async (context) => {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(302, { Location: '/elsewhere', 'Content-Type': 'text/html' }).end('<html>sign in</html>');
  });
  const port = await listen(context, server);
  const result = await transportFor(context)(to(`http://127.0.0.1:${port}/`));
  assert.equal(result.kind === 'answer' && result.status, 302);
  assert.equal(result.kind === 'answer' && result.body, '<html>sign in</html>');
  assert.deepEqual(seen, ['/']);
});

test('a refused connection means "not sent"', async (context) => {
  const result = await transportFor(context)(to(`http://127.0.0.1:${await closedPort()}/`));
  assert.deepEqual(result, { kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' });
});

test('a name that does not resolve means "not sent"', async (context) => {
  const result = await transportFor(context)(to('http://till.invalid/'));
  assert.equal(result.kind === 'not-sent' && result.why, 'name-not-found');
});

test('a request that cannot even be made means "not sent", and nothing is thrown', async (context) => {
  const send = transportFor(context);
  assert.equal((await send(to('no address'))).kind, 'not-sent');
  assert.equal((await send(to('http://127.0.0.1:1/', { headers: { Bad: 'a\r\nb' } }))).kind, 'not-sent');
});

test('a reset after the request was read means "lost"', async (context) => {
  const { port, received } = await rawServer(context, (socket) => socket.resetAndDestroy());
  const result = await transportFor(context)(to(`http://127.0.0.1:${port}/`));
  assert.equal(result.kind === 'lost' && result.why, 'connection-lost');
  assert.equal(received.length > 0, true);
});

test('a connection that closes as soon as it opens means "lost": bytes may have left', async (context) => {
  const port = await listen(
    context,
    net.createServer((socket) => socket.end()),
  );
  assert.equal((await transportFor(context)(to(`http://127.0.0.1:${port}/`))).kind, 'lost');
});

test('a server that never answers means "lost" when the time is up', async (context) => {
  const { port } = await rawServer(context, () => undefined);
  const result = await transportFor(context)(to(`http://127.0.0.1:${port}/`, { timeoutMs: 60 }));
  assert.deepEqual(result, { kind: 'lost', why: 'timeout', code: 'TIMEOUT' });
});

test('an answer that trickles past the time limit means "lost": the limit covers the whole exchange', async (context) => {
  const { port } = await rawServer(context, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(timer));
  });
  const result = await transportFor(context)(to(`http://127.0.0.1:${port}/`, { timeoutMs: 120 }));
  assert.deepEqual(result, { kind: 'lost', why: 'timeout', code: 'TIMEOUT' });
});

test('a truncated body means "lost", with a length and in chunks', async (context) => {
  for (const start of ['Content-Length: 100\r\n\r\n{"response"', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"res']) {
    const { port } = await rawServer(context, (socket) => socket.end(`HTTP/1.1 200 OK\r\n${start}`));
    const result = await transportFor(context)(to(`http://127.0.0.1:${port}/`));
    assert.equal(result.kind === 'lost' && result.why, 'connection-lost');
  }
});

test('an answer that is not HTTP means "lost"', async (context) => {
  const { port } = await rawServer(context, (socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
  assert.equal((await transportFor(context)(to(`http://127.0.0.1:${port}/`))).kind, 'lost');
});

test('an answer that switches protocols means "lost"', async (context) => {
  const { port } = await rawServer(context, (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  );
  assert.equal((await transportFor(context)(to(`http://127.0.0.1:${port}/`))).kind, 'lost');
});

test('an answer of more than 5 MB means "lost", one of 5 MB is read', async (context) => {
  const server = http.createServer((request, response) => {
    request.resume();
    response.end(Buffer.alloc(5 * 1024 * 1024 + (request.url === '/more' ? 1 : 0), 'x'));
  });
  const port = await listen(context, server);
  const send = transportFor(context);
  assert.equal((await send(to(`http://127.0.0.1:${port}/`))).kind, 'answer');
  assert.deepEqual(await send(to(`http://127.0.0.1:${port}/more`)), {
    kind: 'lost',
    why: 'connection-lost',
    code: 'BODY_TOO_LONG',
  });
});

test('a compressed answer that nobody asked for means "lost"', async (context) => {
  const { port } = await rawServer(context, (socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx'),
  );
  assert.deepEqual(await transportFor(context)(to(`http://127.0.0.1:${port}/`)), {
    kind: 'lost',
    why: 'connection-lost',
    code: 'ENCODED',
  });
});

test('connections are kept for the next request, and closed when idle', { timeout: 10_000 }, async (context) => {
  let connections = 0;
  const closed: Promise<unknown>[] = [];
  const server = http.createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: net.Socket) => {
    connections += 1;
    closed.push(once(socket, 'close'));
  });
  const port = await listen(context, server);
  const send = transportFor(context, { idleMs: 40 });
  await send(to(`http://127.0.0.1:${port}/`));
  await send(to(`http://127.0.0.1:${port}/`));
  assert.equal(connections, 1);
  await closed[0];
  await send(to(`http://127.0.0.1:${port}/`));
  assert.equal(connections, 2);
});

test('the idle limit does not end a request that is waiting for its answer', async (context) => {
  const server = http.createServer((_request, response) => setTimeout(() => response.end('{}'), 120));
  const port = await listen(context, server);
  assert.equal((await transportFor(context, { idleMs: 30 })(to(`http://127.0.0.1:${port}/`))).kind, 'answer');
});

test('a kept connection that is reset during a request means "lost", and nothing is resent automatically', async (context) => {
  const requests: string[] = [];
  const { port } = await rawServer(context, (socket, text) => {
    const count = text.split('POST ').length - 1;
    requests.push(`${count}`);
    if (count === 1) socket.write(whole);
    else socket.resetAndDestroy();
  });
  const send = transportFor(context);
  assert.equal((await send(to(`http://127.0.0.1:${port}/`))).kind, 'answer');
  const second = await send(to(`http://127.0.0.1:${port}/`));
  assert.equal(second.kind === 'lost' && second.why, 'connection-lost');
  assert.deepEqual(requests, ['1', '2']);
});

for (const [phase, whenInPhase] of [
  ['looks at its sockets', (run: () => void) => stat('.', run)],
  ['has looked at its sockets', (run: () => void) => setImmediate(run)],
  ['runs its timers', (run: () => void) => setTimeout(run, 1)],
] as const) {
  test(`a kept connection that was closed is not used, even just when the event loop ${phase}`, async (context) => {
    let kept: net.Socket | null = null;
    const { port } = await rawServer(context, (socket) => {
      kept = socket;
      socket.write(whole);
    });
    const send = transportFor(context);
    assert.equal((await send(to(`http://127.0.0.1:${port}/`))).kind, 'answer');
    const second = await new Promise((resolve) => {
      whenInPhase(() => {
        kept?.resetAndDestroy();
        resolve(send(to(`http://127.0.0.1:${port}/`)));
      });
    });
    assert.equal(Reflect.get(Object(second), 'kind'), 'answer');
  });
}

test('closing the transport ends what is in flight as "lost"', async (context) => {
  const transport = createNodeTransport({ clock: systemClock, env: {} });
  const { port } = await rawServer(context, () => transport.close());
  assert.equal((await transport.send(to(`http://127.0.0.1:${port}/`))).kind, 'lost');
});

async function secureServer(context: TestContext) {
  const seen: string[] = [];
  const server = https.createServer({ key: certificates.key, cert: certificates.cert }, (request, response) => {
    seen.push(request.url ?? '');
    request.resume().on('end', () => response.end('{"secure":true}'));
  });
  return { port: await listen(context, server), seen };
}

test("a private authority's certificate is accepted once the authority is known", async (context) => {
  const { port, seen } = await secureServer(context);
  const result = await transportFor(context, { extraCa: [certificates.ca] })(to(`https://127.0.0.1:${port}/in`));
  assert.equal(result.kind === 'answer' && result.body, '{"secure":true}');
  assert.deepEqual(seen, ['/in']);
});

test('with an untrusted certificate not one byte of the request is sent', async (context) => {
  const { port, seen } = await secureServer(context);
  const send = transportFor(context);
  for (let round = 0; round < 5; round += 1) {
    const result = await send(to(`https://127.0.0.1:${port}/in`));
    assert.equal(result.kind === 'not-sent' && result.why, 'tls');
  }
  assert.deepEqual(seen, []);
});

test('a certificate for another name means "not sent"', async (context) => {
  const { port, seen } = await secureServer(context);
  const result = await transportFor(context, { extraCa: [certificates.ca] })(to(`https://127.0.0.2:${port}/in`));
  assert.equal(result.kind, 'not-sent');
  assert.deepEqual(seen, []);
});

test('a server without TLS means "not sent"', async (context) => {
  const { port, received } = await rawServer(context, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const result = await transportFor(context)(to(`https://127.0.0.1:${port}/`, { body: '{"hidden":"text"}' }));
  assert.equal(result.kind === 'not-sent' && result.why, 'tls');
  assert.doesNotMatch(received.join(''), /hidden/);
});

test('a handshake that hangs until the time is up means "not sent"', async (context) => {
  const { port, received } = await rawServer(context, () => undefined);
  const options = { timeoutMs: 80, body: '{"hidden":"text"}' };
  const result = await transportFor(context)(to(`https://127.0.0.1:${port}/`, options));
  assert.deepEqual(result, { kind: 'not-sent', why: 'no-connection', code: 'TIMEOUT' });
  assert.doesNotMatch(received.join(''), /hidden/);
});

type Proxy = { readonly port: number; readonly asked: string[]; readonly address: string };

/** A proxy that wants `user`/`pass:word`. `tunnel` can hold a tunnel back until released. */
async function proxyServer(
  context: TestContext,
  tunnel: (open: () => void) => void = (open) => open(),
): Promise<Proxy> {
  const asked: string[] = [];
  const expected = `Basic ${Buffer.from('us er:pass:word').toString('base64')}`;
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.headers['proxy-authorization'] !== expected) {
      response.writeHead(407, { 'Proxy-Authenticate': 'Basic' }).end('<html>no</html>');
      return;
    }
    const { 'proxy-authorization': _mine, ...headers } = request.headers;
    const onward = http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.on('error', () => undefined);
    if (request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    tunnel(() => {
      const { port, hostname } = new URL(`http://${request.url}`);
      const onward = net.connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      context.after(() => onward.destroy());
    });
  });
  const port = await listen(context, server);
  return { port, asked, address: `http://us%20er:pass%3Aword@127.0.0.1:${port}` };
}

test("https goes through the proxy's tunnel with its password, twice through the same one", async (context) => {
  const { port, seen } = await secureServer(context);
  const proxy = await proxyServer(context);
  const send = transportFor(context, { extraCa: [certificates.ca], env: { HTTPS_PROXY: proxy.address } });
  for (let round = 0; round < 2; round += 1) {
    const result = await send(to(`https://127.0.0.1:${port}/in`));
    assert.equal(result.kind === 'answer' && result.body, '{"secure":true}');
  }
  assert.deepEqual(proxy.asked, [`CONNECT 127.0.0.1:${port}`]);
  assert.deepEqual(seen, ['/in', '/in']);
});

test('http goes to the proxy in absolute form with its password', async (context) => {
  const { port } = await rawServer(context, (socket) => socket.end(whole));
  const proxy = await proxyServer(context);
  const url = `http://127.0.0.1:${port}/in?a=b`;
  const result = await transportFor(context, { env: { http_proxy: proxy.address } })(to(url));
  assert.equal(result.kind === 'answer' && result.status, 200);
  assert.deepEqual(proxy.asked, [`POST ${url}`]);
});

test('a proxy that refuses the password means "not sent"', async (context) => {
  const { port, seen } = await secureServer(context);
  const proxy = await proxyServer(context);
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
  const result = await transportFor(context, { env })(to(`https://127.0.0.1:${port}/`));
  assert.deepEqual(result, { kind: 'not-sent', why: 'proxy', code: 'ERR_PROXY_TUNNEL' });
  const plain = await transportFor(context, { env: { HTTP_PROXY: env.HTTPS_PROXY } })(to('http://api.example/'));
  assert.equal(plain.kind === 'answer' && plain.status, 407);
  assert.deepEqual(seen, []);
});

test("an unusable proxy is reported as the proxy's fault: nothing bypasses it, and no error holds its password", async (context) => {
  const { port, received } = await rawServer(context, (socket) => socket.end(whole));
  for (const proxy of [
    'socks5://u:hunter2@127.0.0.1:1',
    'http://u:hunter2@[bad',
    'http://u:hunter2@h:99999',
    'ftp://h:1',
  ]) {
    const result = await transportFor(context, { env: { HTTP_PROXY: proxy } })(to(`http://127.0.0.1:${port}/`));
    assert.equal(result.kind === 'not-sent' && result.why, 'proxy', proxy);
    assert.doesNotMatch(JSON.stringify(result), /hunter2/);
  }
  const around = { HTTP_PROXY: 'socks5://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
  assert.deepEqual(received, []);
  assert.equal((await transportFor(context, { env: around })(to(`http://127.0.0.1:${port}/`))).kind, 'answer');
});

test("a proxy that is gone, or whose name does not resolve, is reported as the proxy's fault", async (context) => {
  const gone = `127.0.0.1:${await closedPort()}`;
  for (const proxy of [gone, `http://${gone}`, 'http://proxy.invalid:3128']) {
    const env = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
    for (const url of ['https://api.example/', 'http://api.example/']) {
      const result = await transportFor(context, { env })(to(url));
      assert.equal(result.kind === 'not-sent' && result.why, 'proxy');
    }
  }
});

test('NO_PROXY bypasses the proxy', async (context) => {
  const { port } = await rawServer(context, (socket) => socket.end(whole));
  const env = { HTTP_PROXY: `http://127.0.0.1:${await closedPort()}`, NO_PROXY: '127.0.0.1,localhost' };
  assert.equal((await transportFor(context, { env })(to(`http://127.0.0.1:${port}/`))).kind, 'answer');
});

test('with an untrusted certificate inside a tunnel nothing is sent', async (context) => {
  const { port, seen } = await secureServer(context);
  const proxy = await proxyServer(context);
  const result = await transportFor(context, { env: { HTTPS_PROXY: proxy.address } })(to(`https://127.0.0.1:${port}/`));
  assert.equal(result.kind === 'not-sent' && result.why, 'tls');
  assert.deepEqual(seen, []);
});

test('a tunnel that opens after the time is up carries nothing', async (context) => {
  const { port, seen } = await secureServer(context);
  let open: () => void = () => assert.fail('the tunnel was never asked for');
  const proxy = await proxyServer(context, (later) => {
    open = later;
  });
  const send = transportFor(context, { extraCa: [certificates.ca], env: { HTTPS_PROXY: proxy.address } });
  const result = await send(to(`https://127.0.0.1:${port}/late`, { timeoutMs: 100 }));
  assert.deepEqual(result, { kind: 'not-sent', why: 'no-connection', code: 'TIMEOUT' });
  open();
  // A second request through the same proxy completes in the time the first would have needed.
  const second = send(to(`https://127.0.0.1:${port}/second`));
  while (proxy.asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
  open();
  assert.equal((await second).kind, 'answer');
  assert.deepEqual(seen, ['/second']);
});
