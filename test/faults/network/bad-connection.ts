/**
 * The network between a till and its server, as bare sockets: one request a connection, passed on whole or not at all,
 * and then whatever the network does to the answer.
 */
import { once } from 'node:events';
import net from 'node:net';

/** What happens to one request. */
export type Trouble = {
  /** Whether the server receives it. */
  readonly passesOn: boolean;
  /** Handles the till's socket; `answer` is the server's whole answer, empty if it never got the request. */
  readonly deal: (socket: net.Socket, answer: Buffer) => void;
};

export type BadConnection = {
  readonly url: string;
  /** Happens to the next request to this path, and only to that one. From then on, nothing is answered until `goOn`. */
  readonly expect: (path: string, trouble: Trouble) => void;
  readonly goOn: () => void;
  /** Happens to every connection from its first moment, before a request is read; null restores the network. */
  readonly refuseAll: (deal: ((socket: net.Socket) => void) | null) => void;
  readonly close: () => Promise<void>;
};

export async function startBadConnection(serverUrl: string): Promise<BadConnection> {
  const { port: serverPort } = new URL(serverUrl);
  const sockets = new Set<net.Socket>();
  let next: { readonly path: string; readonly trouble: Trouble } | null = null;
  let refuse: ((socket: net.Socket) => void) | null = null;
  let held = Promise.withResolvers<void>();
  held.resolve();

  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    // Resets are expected here.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };

  const server = net.createServer((socket) => {
    keep(socket);
    if (refuse !== null) {
      refuse(socket);
      return;
    }
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const request = Buffer.concat(chunks);
      if (!isWhole(request)) return;
      chunks.length = 0;
      void answer(request, socket);
    });
  });
  const answer = async (request: Buffer, socket: net.Socket) => {
    const met = next !== null && pathOf(request).includes(next.path) ? next.trouble : null;
    if (met === null) {
      const passed = await passOn(request, serverPort, keep);
      await held.promise;
      socket.end(passed);
      return;
    }
    next = null;
    held = Promise.withResolvers();
    met.deal(socket, met.passesOn ? await passOn(request, serverPort, keep) : Buffer.alloc(0));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The connection has no port.');

  return {
    url: `http://127.0.0.1:${address.port}`,
    expect: (path, trouble) => {
      next = { path, trouble };
    },
    goOn: () => held.resolve(),
    refuseAll: (deal) => {
      refuse = deal;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

const endOfHeaders = '\r\n\r\n';

function headersOf(request: Buffer): string {
  return request.toString('latin1').split(endOfHeaders)[0] ?? '';
}

function isWhole(request: Buffer): boolean {
  const end = request.indexOf(endOfHeaders);
  if (end < 0) return false;
  const length = Number(/^content-length: *(\d+)/im.exec(headersOf(request))?.[1] ?? 0);
  return request.length >= end + endOfHeaders.length + length;
}

function pathOf(request: Buffer): string {
  return headersOf(request).split(' ')[1] ?? '';
}

/** One request on its own connection; resolves with the whole answer once the server closes it. */
async function passOn(request: Buffer, port: string, keep: (socket: net.Socket) => void): Promise<Buffer> {
  const socket = net.connect(Number(port), '127.0.0.1');
  keep(socket);
  const headers = headersOf(request);
  const body = request.subarray(headers.length);
  const once = headers.replace(/^connection:.*\r\n/im, '');
  socket.write(Buffer.concat([Buffer.from(`${once}\r\nConnection: close`, 'latin1'), body]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
