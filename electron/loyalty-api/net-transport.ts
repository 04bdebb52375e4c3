/**
 * HTTP over Electron's `net`, which uses the platform's proxy settings, PAC scripts and certificate store.
 *
 * Chromium says less than Node about how far a request got, so the error's name decides: errors that can only occur
 * while connecting are *not sent*; everything else is *lost*. Chromium also repeats a request, even a POST, if a
 * kept-alive connection breaks before the answer, and this API must never see an update twice. So there are no
 * kept-alive connections: we send `Connection: close`, and the desktop app turns off HTTP/2 and QUIC.
 */
import type { Clock } from '../machine/clock.ts';
import type { HttpRequest, HttpResult, Transport } from './transport.ts';

export type NetRequestOptions = {
  readonly method: string;
  readonly url: string;
  readonly redirect: 'manual';
  readonly credentials: 'omit';
  readonly cache: 'no-store';
  readonly referrerPolicy: 'no-referrer';
};

type NetHeaders = { readonly [name: string]: string | readonly string[] };

/** The parts of Electron's `ClientRequest` and `IncomingMessage` that we use. */
export type NetResponse = {
  readonly statusCode: number;
  readonly headers: NetHeaders;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end' | 'aborted', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
};

export type NetRequest = {
  setHeader(name: string, value: string): void;
  on(event: 'response', listener: (response: NetResponse) => void): unknown;
  on(
    event: 'redirect',
    listener: (status: number, method: string, url: string, headers: Record<string, string[]>) => void,
  ): unknown;
  on(event: 'login', listener: (info: { isProxy: boolean }, answer: (user?: string) => void) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  end(body?: string): unknown;
  abort(): void;
};

export type NetTransportParameters = {
  /** Electron's `net.request`. */
  readonly request: (options: NetRequestOptions) => NetRequest;
  readonly clock: Clock;
};

const longestBodyBytes = 5 * 1024 * 1024;

const nameErrors = /^(NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|DNS_|ICANN_NAME_COLLISION)/;
const proxyErrors =
  /^(PROXY_|TUNNEL_CONNECTION_FAILED|HTTPS_PROXY_TUNNEL_RESPONSE|SOCKS_|PAC_|MANDATORY_PROXY_|NO_SUPPORTED_PROXIES|UNEXPECTED_PROXY_AUTH|UNABLE_TO_REUSE_CONNECTION_FOR_PROXY_AUTH)/;
/** Without `SSL_PROTOCOL_ERROR` and the record errors, which also occur in the middle of an exchange. */
const tlsErrors =
  /^(CERT_|CERTIFICATE_TRANSPARENCY_REQUIRED|SSL_VERSION_OR_CIPHER_MISMATCH|SSL_CLIENT_AUTH|SSL_PINNED_KEY_NOT_IN_CERT_CHAIN|SSL_UNRECOGNIZED_NAME_ALERT|SSL_OBSOLETE_|SSL_SERVER_CERT_|ECH_NOT_NEGOTIATED|BAD_SSL_CLIENT_AUTH_CERT)/;
const connectErrors =
  /^(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_FAILED|CONNECTION_TIMED_OUT|ADDRESS_UNREACHABLE|ADDRESS_INVALID|NETWORK_ACCESS_DENIED|BLOCKED_BY_|DISALLOWED_URL_SCHEME|UNKNOWN_URL_SCHEME|INVALID_URL|UNSAFE_PORT|TEMPORARILY_THROTTLED|HOST_RESOLVER_QUEUE_TOO_LARGE|PRECONNECT_MAX_SOCKET_LIMIT)/;

/** @param message Electron's error message: `net::ERR_…` */
export function troubleOf(message: string): Exclude<HttpResult, { readonly kind: 'answer' }> {
  const name = /net::ERR_(\w+)/.exec(message)?.[1];
  const code = name === undefined ? 'UNKNOWN' : `net::ERR_${name}`;
  if (name === undefined) return { kind: 'lost', why: 'connection-lost', code };
  if (nameErrors.test(name)) return { kind: 'not-sent', why: 'name-not-found', code };
  if (proxyErrors.test(name)) return { kind: 'not-sent', why: 'proxy', code };
  if (tlsErrors.test(name)) return { kind: 'not-sent', why: 'tls', code };
  if (connectErrors.test(name)) return { kind: 'not-sent', why: 'no-connection', code };
  return { kind: 'lost', why: name === 'TIMED_OUT' ? 'timeout' : 'connection-lost', code };
}

function flat(headers: NetHeaders): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : value.join(', '),
    ]),
  );
}

export function createNetTransport({ request: open, clock }: NetTransportParameters): Transport {
  return (request: HttpRequest) =>
    new Promise<HttpResult>((resolve) => {
      let outgoing: NetRequest | null = null;
      let settled = false;
      const cancelTimeout = clock.after(request.timeoutMs, () => {
        settle({ kind: 'lost', why: 'timeout', code: 'TIMEOUT' });
      });

      /** Ends the exchange, once. If it has not finished, it is aborted. */
      function settle(result: HttpResult, whole = false): void {
        if (settled) return;
        settled = true;
        cancelTimeout();
        resolve(result);
        if (!whole) outgoing?.abort();
      }

      function readAnswer(response: NetResponse): void {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk) => {
          size += chunk.length;
          if (size > longestBodyBytes) settle({ kind: 'lost', why: 'connection-lost', code: 'BODY_TOO_LONG' });
          else chunks.push(chunk);
        });
        response.on('aborted', () => settle({ kind: 'lost', why: 'connection-lost', code: 'CUT' }));
        response.on('error', (error) => settle({ ...troubleOf(error.message), kind: 'lost', why: 'connection-lost' }));
        response.on('end', () => {
          // The proxy wants a password, so nothing reached the server.
          if (response.statusCode === 407) settle({ kind: 'not-sent', why: 'proxy', code: 'HTTP_407' }, true);
          else {
            const body = Buffer.concat(chunks).toString('utf8');
            settle({ kind: 'answer', status: response.statusCode, headers: flat(response.headers), body }, true);
          }
        });
      }

      try {
        outgoing = open({
          method: request.method,
          url: request.url,
          redirect: 'manual',
          credentials: 'omit',
          cache: 'no-store',
          referrerPolicy: 'no-referrer',
        });
        for (const [name, value] of Object.entries(request.headers)) outgoing.setHeader(name, value);
        outgoing.setHeader('Connection', 'close');
        outgoing.on('response', readAnswer);
        // Not followed, because its target identifies a captive portal (F08).
        outgoing.on('redirect', (status, _method, _url, headers) =>
          settle({ kind: 'answer', status, headers: flat(headers), body: '' }),
        );
        // Sends no password, so that the exchange ends with the 407 or 401.
        outgoing.on('login', (_info, answer) => answer());
        outgoing.on('error', (error) => settle(troubleOf(error.message)));
        outgoing.on('close', () => settle({ kind: 'lost', why: 'connection-lost', code: 'CLOSED' }));
        outgoing.end(request.body ?? undefined);
      } catch (error) {
        // Electron throws for an invalid header or URL, before it connects.
        const code = error instanceof Error ? error.name : 'UNKNOWN';
        settle({ kind: 'not-sent', why: 'no-connection', code });
      }
    });
}
