/** What the doctor says about a proxy, with a real proxy for each kind of trouble. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { checkRoute } from '../../electron/care/doctor/check-route.ts';
import { inOrder } from '../../electron/care/doctor/finding.ts';
import { proxyOfChromium } from '../../electron/loyalty-api/proxy.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';
import { makeCertificates } from '../loyalty-api/certificates.ts';

const password = 'hunter2';

async function listen(t: TestContext, server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** A proxy that gives everybody this answer. */
function proxySaying(t: TestContext, said: string | null): Promise<number> {
  return listen(
    t,
    net.createServer((socket) => socket.once('data', () => (said === null ? undefined : socket.end(said)))),
  );
}

/** A proxy that leads every tunnel to one place, whatever was asked for. */
function proxyTo(t: TestContext, port: number, asked: string[] = []): Promise<number> {
  const server = http.createServer();
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    t.after(() => onward.destroy());
  });
  return listen(t, server);
}

async function findingsOf(proxy: string | null, { url = 'https://api.example.com', trustsSystem = false } = {}) {
  const proxyFor = () => Promise.resolve(proxy);
  const found = inOrder(await checkRoute({ url, proxyFor, trustsSystem, timeoutMs: 700, clock: systemClock }));
  const text = JSON.stringify(found);
  assert.doesNotMatch(text, new RegExp(`${password}|someone`));
  return found.map(({ check, severity, found: words }) => `${severity} ${check}: ${words}`).join('\n');
}

const at = (port: number) => `http://someone:${password}@127.0.0.1:${port}`;

describe('the doctor, with a proxy', () => {
  const answers: readonly (readonly [what: string, said: string | null, expected: RegExp])[] = [
    [
      '407 by Negotiate',
      '407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM',
      /did not accept the user and password.*HTTP 407/,
    ],
    ['403', '403 Forbidden', /^act proxy: The proxy .* blocks api\.example\.com:443 \(HTTP 403\)/],
    ['502', '502 Bad Gateway', /cannot reach api\.example\.com:443 \(HTTP 502\)/],
    ['418', '418 Teapot', /does not connect to api\.example\.com:443 \(HTTP 418\)/],
  ];
  for (const [what, said, expected] of answers) {
    it(`that answers ${what}`, async (t) => {
      const port = await proxySaying(t, `HTTP/1.1 ${said}\r\nContent-Length: 0\r\n\r\n`);
      assert.match(await findingsOf(at(port)), expected);
    });
  }

  it('that requires a sign-in and got none: names the ways to sign in', async (t) => {
    const port = await proxySaying(t, 'HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\n\r\n');
    assert.match(
      await findingsOf(`http://127.0.0.1:${port}`),
      /^act proxy: .* requires sign-in by Negotiate \(HTTP 407\)$/,
    );
  });

  it('that refuses, hangs, drops the connection, or is no proxy', async (t) => {
    const gone = net.createServer();
    const port = await listen(t, gone);
    gone.close();
    assert.match(await findingsOf(at(port)), /^act proxy: Cannot reach the proxy .* \(ECONNREFUSED\)$/);
    assert.match(await findingsOf(at(await proxySaying(t, null))), /^act proxy: .* does not answer$/);
    assert.match(
      await findingsOf(at(await proxySaying(t, ''))),
      /^act proxy: .* closes the connection without an answer$/,
    );
    assert.match(
      await findingsOf(at(await proxySaying(t, 'SSH-2.0-x\r\n\r\n'))),
      /^act proxy: .* does not answer as a proxy$/,
    );
    assert.match(
      await findingsOf(`http://someone:${password}@proxy.invalid:1`),
      /^act proxy: Can't resolve proxy proxy\.invalid/,
    );
  });

  it("that works: reads the server's certificate through the tunnel, and names the user to the proxy", async (t) => {
    const made = makeCertificates();
    const port = await listen(t, https.createServer({ cert: made.cert, key: made.key }));
    const asked: string[] = [];
    const words = await findingsOf(at(await proxyTo(t, port, asked)));
    assert.match(words, /^fine proxy: Through http:\/\/127\.0\.0\.1:\d+, which connects to api\.example\.com$/m);
    assert.match(
      words,
      /^act tls: The proxy .* inspects TLS: it shows .* by Private CA, which this machine does not trust/m,
    );
    const expected = `Basic ${Buffer.from(`someone:${password}`).toString('base64')}`;
    assert.deepEqual(asked, [`api.example.com:443 ${expected}`]);
  });

  it('that opens the tunnel and then passes nothing on', async (t) => {
    const port = await proxyTo(
      t,
      await listen(
        t,
        net.createServer((socket) => socket.end()),
      ),
    );
    assert.match(
      await findingsOf(at(port)),
      /^act tls: No TLS connection to api\.example\.com \((CLOSED|ECONNRESET)\)$/m,
    );
  });

  it('of another kind, or with an unreadable setting: reports it without the password', async () => {
    const socks = `socks5://someone:${password}@127.0.0.1:1080`;
    assert.match(await findingsOf(socks), /^act proxy: socks5:\/\/127\.0\.0\.1:1080 is a SOCKS proxy/);
    assert.match(await findingsOf(socks, { trustsSystem: true }), /^fine proxy: Through socks5:\/\/127\.0\.0\.1:1080/);
    for (const unreadable of [`http://someone:${password}@[bad`, `http://someone:${password}@h:99999`, 'ftp://h:1']) {
      assert.match(await findingsOf(unreadable), /^act proxy: This machine's proxy setting is not valid$/);
    }
  });
});

describe("the proxy found in Chromium's answer", () => {
  for (const [said, expected] of [
    ['DIRECT', null],
    ['', null],
    ['PROXY p.example:8080; DIRECT', 'http://p.example:8080'],
    ['HTTPS p.example:443', 'https://p.example:443'],
    ['SOCKS5 p.example:1080;DIRECT', 'socks5://p.example:1080'],
    ['SOCKS p.example:1080', 'socks://p.example:1080'],
  ] as const) {
    it(`"${said}"`, () => assert.equal(proxyOfChromium(said), expected));
  }
});
