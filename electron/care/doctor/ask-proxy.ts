/** Asks a proxy for a tunnel to the server, as a request would, and returns its answer. */
import net from 'node:net';
import tls from 'node:tls';
import type { Clock } from '../../machine/clock.ts';
import { codeOf } from './code-of.ts';
import { bareHost, portOf } from './see-certificate.ts';

export type ProxyAnswer =
  | { readonly kind: 'tunnel'; readonly socket: net.Socket }
  /** The sign-in methods that a 407 offers, such as "Basic" or "Negotiate". */
  | { readonly kind: 'refused'; readonly status: number; readonly signInBy: readonly string[] }
  | { readonly kind: 'no-proxy' }
  | { readonly kind: 'no-answer'; readonly code: string };

export type AskProxy = {
  readonly proxy: URL;
  readonly target: URL;
  readonly timeoutMs: number;
  readonly clock: Clock;
};

const longestHead = 16_384;

export function askProxy({ proxy, target, timeoutMs, clock }: AskProxy): Promise<ProxyAnswer> {
  return new Promise((resolve) => {
    const place = { host: bareHost(proxy), port: portOf(proxy) };
    // The real request checks the proxy's certificate. The only secret sent here is the proxy's own password.
    const socket = proxy.protocol === 'https:' ? tls.connect(place) : net.connect(place);
    const cancel = clock.after(timeoutMs, () => done({ kind: 'no-answer', code: 'TIMEOUT' }));
    let head = '';
    function done(answer: ProxyAnswer): void {
      cancel();
      socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error');
      socket.on('error', () => undefined);
      if (answer.kind !== 'tunnel') socket.destroy();
      resolve(answer);
    }
    socket.once('error', (error) => done({ kind: 'no-answer', code: codeOf(error) }));
    socket.once('close', () => done(head === '' ? { kind: 'no-answer', code: 'CLOSED' } : { kind: 'no-proxy' }));
    socket.once(proxy.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      const asked = `${target.hostname}:${portOf(target)}`;
      socket.write(`CONNECT ${asked} HTTP/1.1\r\nHost: ${asked}\r\n${authorisation(proxy)}\r\n`);
    });
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1 && head.length < longestHead) return;
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
      if (status === undefined) return done({ kind: 'no-proxy' });
      if (status.startsWith('2')) return done({ kind: 'tunnel', socket });
      const signInBy = [...head.slice(0, end).matchAll(/^proxy-authenticate:\s*([\w-]+)/gim)].map(([, by = '']) => by);
      done({ kind: 'refused', status: Number(status), signInBy });
    });
  });
}

function authorisation({ username, password }: URL): string {
  if (username === '') return '';
  const credentials = `${plain(username)}:${plain(password)}`;
  return `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
