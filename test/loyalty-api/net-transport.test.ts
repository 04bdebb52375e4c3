/**
 * The desktop app's transport over a `net` that does what the test says. The fake has Electron's own types; main.ts
 * makes the compiler check that the real `net.request` fits.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { ClientRequest, ClientRequestConstructorOptions } from 'electron';
import { createNetTransport, type NetRequestOptions, troubleOf } from '../../electron/loyalty-api/net-transport.ts';
import type { HttpRequest, HttpResult } from '../../electron/loyalty-api/transport.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const options: NetRequestOptions = {
  method: 'POST',
  url: 'https://api.example.com/',
  redirect: 'manual',
  credentials: 'omit',
  cache: 'no-store',
  referrerPolicy: 'no-referrer',
} satisfies ClientRequestConstructorOptions;

class FakeResponse extends EventEmitter {
  readonly statusCode: number;
  readonly headers: Record<string, string | string[]>;
  constructor(statusCode: number, headers: Record<string, string | string[]> = {}) {
    super();
    this.statusCode = statusCode;
    this.headers = headers;
  }
}

class FakeRequest extends EventEmitter implements Pick<ClientRequest, 'setHeader' | 'abort'> {
  readonly options: NetRequestOptions;
  readonly headers: { [name: string]: string } = {};
  body: string | undefined | null = null;
  aborted = false;
  constructor(given: NetRequestOptions) {
    super();
    this.options = given;
  }
  setHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  end(body?: string): this {
    this.body = body;
    return this;
  }
  abort(): void {
    this.aborted = true;
  }
  /** Sends the answer in as many pieces as given. */
  answer(response: FakeResponse, ...pieces: readonly (string | Buffer)[]): void {
    this.emit('response', response);
    for (const piece of pieces) response.emit('data', Buffer.from(piece));
    response.emit('end');
  }
}

const asked: HttpRequest = {
  method: 'POST',
  url: options.url,
  headers: { 'X-Test': 'yes' },
  body: '{"name":"Zoë"}',
  timeoutMs: 5_000,
};

function send(given: HttpRequest = asked) {
  const clock = virtualClock();
  const opened: FakeRequest[] = [];
  const transport = createNetTransport({
    request: (asOptions) => {
      const request = new FakeRequest(asOptions);
      opened.push(request);
      return request;
    },
    clock,
  });
  const result: Promise<HttpResult> = transport(given);
  const [request] = opened;
  assert.ok(request);
  return { request, result, clock };
}

const summaryOf = (result: HttpResult) =>
  result.kind === 'answer' ? `answer ${result.status}` : `${result.kind} ${result.why}`;

describe("the desktop app's transport", () => {
  it('sends requests with no redirects, session credentials, cache or kept connection', async () => {
    const { request, result } = send();
    assert.deepEqual(request.options, options);
    assert.deepEqual(request.headers, { 'X-Test': 'yes', Connection: 'close' });
    assert.equal(request.body, '{"name":"Zoë"}');
    request.answer(new FakeResponse(200));
    await result;
    assert.equal(send({ ...asked, method: 'GET', body: null }).request.body, undefined);
  });

  it('returns the whole answer, with header names in lower case and repeated headers joined', async () => {
    const { request, result, clock } = send();
    const body = Buffer.from('{"city":"Köln"}');
    const headers = { 'X-Cap-Requestid': 'r-1', 'X-Two': ['a', 'b'] };
    // Cut in the middle of a character.
    request.answer(new FakeResponse(201, headers), body.subarray(0, 11), body.subarray(11));
    assert.deepEqual(await result, {
      kind: 'answer',
      status: 201,
      headers: { 'x-cap-requestid': 'r-1', 'x-two': 'a, b' },
      body: '{"city":"Köln"}',
    });
    assert.equal(request.aborted, false);
    assert.equal(clock.timers(), 0);
    // Chromium closes it afterwards; that changes nothing.
    request.emit('close');
  });

  it('follows no redirect: its target reveals a captive portal (F08)', async () => {
    const { request, result } = send();
    request.emit('redirect', 302, 'GET', 'http://portal.example/', { Location: ['http://portal.example/'] });
    assert.deepEqual(await result, {
      kind: 'answer',
      status: 302,
      headers: { location: 'http://portal.example/' },
      body: '',
    });
    assert.equal(request.aborted, true);
  });

  it("guesses no proxy password: a proxy's 407 is reported as one, and nothing was sent", async () => {
    const { request, result } = send();
    const given: unknown[][] = [];
    request.emit('login', { isProxy: true }, (...words: unknown[]) => given.push(words));
    assert.deepEqual(given, [[]]);
    request.answer(new FakeResponse(407), '<html>');
    assert.equal(summaryOf(await result), 'not-sent proxy');
  });

  const troubles: readonly (readonly [string, string])[] = [
    ['net::ERR_NAME_NOT_RESOLVED', 'not-sent name-not-found'],
    ['net::ERR_PROXY_CONNECTION_FAILED', 'not-sent proxy'],
    ['net::ERR_TUNNEL_CONNECTION_FAILED', 'not-sent proxy'],
    ['net::ERR_MANDATORY_PROXY_CONFIGURATION_FAILED', 'not-sent proxy'],
    ['net::ERR_CERT_AUTHORITY_INVALID', 'not-sent tls'],
    ['net::ERR_CERT_DATE_INVALID', 'not-sent tls'],
    ['net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH', 'not-sent tls'],
    ['net::ERR_CONNECTION_REFUSED', 'not-sent no-connection'],
    ['net::ERR_INTERNET_DISCONNECTED', 'not-sent no-connection'],
    ['net::ERR_CONNECTION_TIMED_OUT', 'not-sent no-connection'],
    ['net::ERR_ADDRESS_UNREACHABLE', 'not-sent no-connection'],
    // From here on bytes may have left.
    ['net::ERR_CONNECTION_RESET', 'lost connection-lost'],
    ['net::ERR_CONNECTION_CLOSED', 'lost connection-lost'],
    ['net::ERR_CONNECTION_ABORTED', 'lost connection-lost'],
    ['net::ERR_EMPTY_RESPONSE', 'lost connection-lost'],
    ['net::ERR_NETWORK_CHANGED', 'lost connection-lost'],
    ['net::ERR_NETWORK_IO_SUSPENDED', 'lost connection-lost'],
    ['net::ERR_SSL_PROTOCOL_ERROR', 'lost connection-lost'],
    ['net::ERR_TIMED_OUT', 'lost timeout'],
    ['net::ERR_OF_A_LATER_CHROMIUM', 'lost connection-lost'],
    ['something else', 'lost connection-lost'],
  ];
  for (const [message, expected] of troubles) {
    it(`${message} instead of an answer becomes: ${expected}`, async () => {
      const { request, result } = send();
      request.emit('error', new Error(message));
      assert.equal(summaryOf(await result), expected);
      assert.equal(summaryOf(troubleOf(message)), expected);
    });
  }

  it('any trouble in the middle of an answer makes it lost, whatever its name', async () => {
    for (const trouble of [
      'net::ERR_CONNECTION_REFUSED',
      'net::ERR_CERT_DATE_INVALID',
      'net::ERR_CONTENT_LENGTH_MISMATCH',
    ]) {
      const { request, result } = send();
      const response = new FakeResponse(200);
      request.emit('response', response);
      response.emit('data', Buffer.from('{"resp'));
      response.emit('error', new Error(trouble));
      assert.equal(summaryOf(await result), 'lost connection-lost');
    }
    const cut = send();
    const response = new FakeResponse(200);
    cut.request.emit('response', response);
    response.emit('aborted');
    assert.equal(summaryOf(await cut.result), 'lost connection-lost');
    const closed = send();
    closed.request.emit('close');
    assert.equal(summaryOf(await closed.result), 'lost connection-lost');
  });

  it('gives up when the time is up, cuts the exchange, and accepts no late answer', async () => {
    const { request, result, clock } = send();
    await clock.pass(4_999);
    assert.equal(request.aborted, false);
    await clock.pass(1);
    assert.deepEqual(await result, { kind: 'lost', why: 'timeout', code: 'TIMEOUT' });
    assert.equal(request.aborted, true);
    request.answer(new FakeResponse(200), '{}');
    assert.equal(summaryOf(await result), 'lost timeout');
  });

  it('reads no more than 5 MB', async () => {
    const { request, result } = send();
    const half = Buffer.alloc(2.5 * 1024 * 1024, 'x');
    request.answer(new FakeResponse(200), half, half, 'x');
    assert.deepEqual(await result, { kind: 'lost', why: 'connection-lost', code: 'BODY_TOO_LONG' });
    assert.equal(request.aborted, true);
  });

  it('has sent nothing if Electron does not even accept the request', async () => {
    const transport = createNetTransport({
      request: () => {
        throw new TypeError('Invalid URL');
      },
      clock: virtualClock(),
    });
    assert.deepEqual(await transport(asked), { kind: 'not-sent', why: 'no-connection', code: 'TypeError' });
  });
});
