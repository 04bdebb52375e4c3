/**
 * HTTP over Node's own client: for the preview, the command line and the tests.
 *
 * A request counts as *not sent* only if it failed while connecting (for https: before the TLS handshake was done,
 * through a proxy: before the tunnel was open). After that, bytes may have left, and every problem is *lost*, even a
 * reset of a kept-alive connection that the server closed just when it was used.
 *
 * Proxies come from the environment (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, in either case) through the `proxyEnv` of
 * Node 24's agents: a CONNECT tunnel for https, the absolute form for http, Basic authentication from the URL. Node
 * itself handles `NODE_EXTRA_CA_CERTS`.
 */
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import tls from 'node:tls';
import type { Clock } from '../machine/clock.ts';
import { proxyOfEnvironment, proxyTrouble, withScheme } from './proxy.ts';
import type { HttpRequest, HttpResult, Transport } from './transport.ts';

export type NodeTransport = {
  readonly send: Transport;
  /** Closes all connections; requests in flight are lost. */
  readonly close: () => void;
};

export type NodeTransportParameters = {
  readonly clock: Clock;
  /** The environment with the proxy settings; `process.env` in the product. */
  readonly env: { readonly [name: string]: string | undefined };
  /** Additional trusted certificates (PEM). */
  readonly extraCa?: readonly string[];
  /** How long an idle connection stays open. */
  readonly idleMs?: number;
};

const longestBodyBytes = 5 * 1024 * 1024;

/** Shorter than the idle time of servers and proxies (5 s with Node, more elsewhere), so that the till closes first. */
const defaultIdleMs = 4000;

const proxyNames = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const;

/** Fixes proxy settings for Node, which silently ignores one without a scheme and throws on an invalid one. */
function proxyEnvironment(env: NodeTransportParameters['env']): { [name: string]: string } {
  const settings: { [name: string]: string } = {};
  for (const name of proxyNames) {
    const value = env[name]?.trim();
    if (value === undefined || value === '') continue;
    if (/no_proxy/i.test(name)) settings[name] = value;
    else if (proxyTrouble(withScheme(value)) === null) settings[name] = withScheme(value);
  }
  return settings;
}

/** An error's code; connection errors also have host and port. */
function errorFacts(error: unknown): { readonly code: string; readonly hostname: unknown; readonly port: unknown } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', hostname: undefined, port: undefined };
  // If several addresses were tried, use the first.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const cause = first instanceof Error ? first : error;
  const own = 'code' in error ? error.code : 'code' in cause ? cause.code : undefined;
  return {
    code: typeof own === 'string' ? own : 'UNKNOWN',
    hostname: 'hostname' in cause ? cause.hostname : undefined,
    port: 'port' in cause ? cause.port : undefined,
  };
}

const tlsCodes =
  /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|EPROTO$|ERR_OSSL)/;

/** Why a connection could not be made. */
function notSent(error: unknown, target: URL, proxy: URL | null): HttpResult {
  const { code, hostname, port } = errorFacts(error);
  if (code === 'ERR_PROXY_TUNNEL' || code === 'ERR_PROXY_INVALID_CONFIG')
    return { kind: 'not-sent', why: 'proxy', code };
  const defaultPort = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const aboutProxy =
    proxy !== null &&
    (typeof hostname === 'string'
      ? hostname === proxy.hostname && hostname !== target.hostname
      : port === defaultPort(proxy) && port !== defaultPort(target));
  if (aboutProxy) return { kind: 'not-sent', why: 'proxy', code };
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return { kind: 'not-sent', why: 'name-not-found', code };
  if (tlsCodes.test(code)) return { kind: 'not-sent', why: 'tls', code };
  return { kind: 'not-sent', why: 'no-connection', code };
}

function headersOf(message: http.IncomingMessage): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

export function createNodeTransport(parameters: NodeTransportParameters): NodeTransport {
  const { clock, env, extraCa = [], idleMs = defaultIdleMs } = parameters;
  const proxyEnv = proxyEnvironment(env);
  const keeping = { keepAlive: true, timeout: idleMs, proxyEnv };
  const plainAgent = new http.Agent(keeping);
  const ca = extraCa.length === 0 ? {} : { ca: [...tls.getCACertificates('default'), ...extraCa] };
  const secureAgent = new https.Agent({ ...keeping, ...ca });

  /** Avoids a kept-alive connection that the server has just closed: a request on it would be *lost*. */
  async function send(request: HttpRequest): Promise<HttpResult> {
    await oneEventLoopRound();
    return exchange(request);
  }

  function exchange(request: HttpRequest): Promise<HttpResult> {
    return new Promise((resolve) => {
      let mayHaveLeft = false;
      let settled = false;
      let outgoing: http.ClientRequest | null = null;
      const cancelTimeout = clock.after(request.timeoutMs, () => {
        settle(
          mayHaveLeft
            ? { kind: 'lost', why: 'timeout', code: 'TIMEOUT' }
            : { kind: 'not-sent', why: 'no-connection', code: 'TIMEOUT' },
        );
      });

      /** Ends the exchange, once. A failed request is destroyed, so that a late connection cannot send it after all. */
      function settle(result: HttpResult): void {
        if (settled) return;
        settled = true;
        cancelTimeout();
        resolve(result);
        if (result.kind !== 'answer') outgoing?.destroy();
      }

      function lost(code: string): void {
        settle({ kind: 'lost', why: 'connection-lost', code });
      }

      try {
        const proxy = proxyOfEnvironment(request.url, env);
        const trouble = proxy === null ? null : proxyTrouble(proxy);
        // Never bypass a proxy that IT has set, even if it cannot be used.
        if (trouble !== null) return settle({ kind: 'not-sent', why: 'proxy', code: trouble });
        const target = new URL(request.url);
        const secure = target.protocol === 'https:';
        const body = request.body === null ? null : Buffer.from(request.body, 'utf8');
        outgoing = (secure ? https : http).request(target, {
          method: request.method,
          agent: secure ? secureAgent : plainAgent,
          headers: {
            ...request.headers,
            // A compressed answer would have to be unpacked before we know that it comes from the server.
            'Accept-Encoding': 'identity',
            ...(body === null ? {} : { 'Content-Length': String(body.length) }),
          },
        });
        outgoing.on('socket', (socket: net.Socket) => {
          // A kept-alive connection, or one through a proxy, is already open when we get it.
          if (!socket.connecting) mayHaveLeft = true;
          else {
            socket.once(secure ? 'secureConnect' : 'connect', () => {
              mayHaveLeft = true;
            });
          }
        });
        outgoing.on('error', (error) => {
          if (mayHaveLeft) lost(errorFacts(error).code);
          else settle(notSent(error, target, proxy === null ? null : URL.parse(proxy)));
        });
        outgoing.on('response', (message) => readAnswer(message, settle, lost));
        outgoing.end(body ?? undefined);
      } catch (error) {
        settle({ kind: 'not-sent', why: 'no-connection', code: errorFacts(error).code });
      }
    });
  }

  return {
    send,
    close: () => {
      plainAgent.destroy();
      secureAgent.destroy();
    },
  };
}

/** Waits one full round of the event loop, so that everything received so far is read, including a connection's end. */
async function oneEventLoopRound(): Promise<void> {
  const before = eventLoopRounds();
  await setImmediate();
  // If we are in the middle of a round, it has been counted already.
  if (eventLoopRounds() === before) await setImmediate();
}

function eventLoopRounds(): number {
  return performance.nodeTiming.uvMetricsInfo.loopCount;
}

function readAnswer(
  message: http.IncomingMessage,
  settle: (result: HttpResult) => void,
  lost: (code: string) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const encoding = message.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    lost('ENCODED');
    return;
  }
  message.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > longestBodyBytes) lost('BODY_TOO_LONG');
    else chunks.push(chunk);
  });
  message.on('error', (error) => lost(errorFacts(error).code));
  message.on('end', () => {
    if (!message.complete) return lost('CUT');
    settle({
      kind: 'answer',
      status: message.statusCode ?? 0,
      headers: headersOf(message),
      body: Buffer.concat(chunks).toString('utf8'),
    });
  });
}
