/** Every way a connection can fail one request, and what the till must conclude. */
import type { NotSentReason, UnknownReason } from '../../../electron/model/outcome.ts';
import type { Trouble } from './bad-connection.ts';

type Expected =
  /** It certainly did not reach the server: it is sent again without costing an attempt. */
  | { readonly kind: 'not sent'; readonly why: NotSentReason }
  /** It may have reached the server: it is read back. */
  | { readonly kind: 'unknown'; readonly why: UnknownReason };

export type Row = {
  readonly words: string;
  readonly trouble: Trouble;
  readonly expected: Expected;
};

function says(head: string, body = ''): Trouble {
  const text = `HTTP/1.1 ${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
  return { passesOn: false, deal: (socket) => socket.end(text) };
}

const page = '<!DOCTYPE html><html><body>Please sign in</body></html>';
const badGateway = '<html><body>Bad gateway</body></html>';
/** Half of the answer's body has arrived when it happens. */
const half = (answer: Buffer) => answer.subarray(0, Math.floor((answer.indexOf('\r\n\r\n') + answer.length) / 2));

export const rows: readonly Row[] = [
  {
    words: 'the connection is reset before the server sees the request',
    trouble: { passesOn: false, deal: (socket) => socket.resetAndDestroy() },
    expected: { kind: 'unknown', why: 'connection-lost' },
  },
  {
    words: 'the connection is reset after the server applied it, before the answer',
    trouble: { passesOn: true, deal: (socket) => socket.resetAndDestroy() },
    expected: { kind: 'unknown', why: 'connection-lost' },
  },
  {
    words: 'the connection closes silently after the server applied it',
    trouble: { passesOn: true, deal: (socket) => socket.end() },
    expected: { kind: 'unknown', why: 'connection-lost' },
  },
  {
    words: 'the connection is reset in the middle of the answer',
    trouble: { passesOn: true, deal: (socket, answer) => socket.write(half(answer), () => socket.resetAndDestroy()) },
    expected: { kind: 'unknown', why: 'connection-lost' },
  },
  {
    words: 'the answer is cut short',
    trouble: { passesOn: true, deal: (socket, answer) => socket.end(half(answer)) },
    expected: { kind: 'unknown', why: 'connection-lost' },
  },
  {
    words: 'the connection hangs, and the server never sees the request',
    trouble: { passesOn: false, deal: () => undefined },
    expected: { kind: 'unknown', why: 'timeout' },
  },
  {
    words: 'the connection hangs after the server applied it',
    trouble: { passesOn: true, deal: () => undefined },
    expected: { kind: 'unknown', why: 'timeout' },
  },
  {
    words: 'the answer trickles in until the time is up',
    trouble: {
      passesOn: true,
      deal: (socket, answer) => {
        let at = 0;
        const drip = setInterval(() => {
          socket.write(answer.subarray(at, at + 1));
          at += 1;
        }, 50);
        socket.on('close', () => clearInterval(drip));
      },
    },
    expected: { kind: 'unknown', why: 'timeout' },
  },
  {
    words: 'something answers that is not HTTP',
    trouble: { passesOn: false, deal: (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n') },
    expected: { kind: 'unknown', why: 'connection-lost' },
  },
  {
    words: 'a page from the network answers instead of the server',
    trouble: says('200 OK\r\nContent-Type: text/html', page),
    expected: { kind: 'not sent', why: 'sign-in-page' },
  },
  {
    words: 'the network redirects to its own sign-in page',
    trouble: says('302 Found\r\nLocation: https://portal.example/sign-in'),
    expected: { kind: 'not sent', why: 'sign-in-page' },
  },
  {
    words: 'the network says that it requires a sign-in',
    trouble: says('511 Network Authentication Required\r\nContent-Type: text/html', page),
    expected: { kind: 'not sent', why: 'sign-in-page' },
  },
  {
    words: 'a proxy on the way requires a password',
    trouble: says('407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="shop"'),
    expected: { kind: 'not sent', why: 'proxy' },
  },
  {
    words: 'the server gets too many calls and names a wait',
    trouble: says('429 Too Many Requests\r\nRetry-After: 1'),
    expected: { kind: 'not sent', why: 'busy' },
  },
  {
    words: 'the server gets too many calls and names no wait',
    trouble: says('429 Too Many Requests'),
    expected: { kind: 'not sent', why: 'busy' },
  },
  {
    words: 'the server says that it is down for a moment (503)',
    trouble: says('503 Service Unavailable\r\nRetry-After: 0\r\nContent-Type: text/html', badGateway),
    expected: { kind: 'not sent', why: 'busy' },
  },
  {
    words: 'a gateway loses the server (502) after the server applied it',
    trouble: { ...says('502 Bad Gateway\r\nContent-Type: text/html', badGateway), passesOn: true },
    expected: { kind: 'unknown', why: 'server-error' },
  },
  {
    words: 'a gateway waits too long (504) and the server never sees the request',
    trouble: says('504 Gateway Timeout\r\nContent-Type: text/html', badGateway),
    expected: { kind: 'unknown', why: 'server-error' },
  },
  {
    words: 'the server fails (500) after it applied it',
    trouble: { ...says('500 Internal Server Error\r\nX-Cap-Requestid: r-500'), passesOn: true },
    expected: { kind: 'unknown', why: 'server-error' },
  },
  {
    words: 'an empty answer reports success after the server applied it',
    trouble: { ...says('200 OK\r\nX-Cap-Requestid: r-200'), passesOn: true },
    expected: { kind: 'unknown', why: 'unreadable-answer' },
  },
];
