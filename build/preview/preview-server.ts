/** The preview's HTTP server: the built screen, the preload over its shim, calls and events. Loopback only. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AppFile, securityHeaders } from '../../electron/desktop/app-files.ts';
import type { Dispatcher } from '../../electron/ipc/dispatcher.ts';
import type { EventMessage } from '../../electron/ipc/schema.ts';
import { faultFacts } from '../../electron/machine/fault-facts.ts';
import type { Log } from '../../electron/machine/log.ts';
import { Access, type PreviewSender } from './access.ts';
import { EventStream } from './event-stream.ts';

const longestCallBytes = 4_000_000;
const host = '127.0.0.1';

export type PreviewServer = {
  /** Address with the token, valid while the preview runs. */
  readonly url: string;
  /** Address that opens the page once. */
  readonly newWindowUrl: () => string;
  readonly close: () => Promise<void>;
};

export type PreviewServerOptions = {
  /** 0 picks a free one. */
  readonly port: number;
  readonly files: ReadonlyMap<string, AppFile>;
  /** The preload for a page that has seen all events up to this one. */
  readonly preload: (firstEvent: number) => string;
  readonly log: Log;
  readonly dispatcher: Dispatcher<PreviewSender>;
  readonly subscribe: (listener: (message: EventMessage) => void) => () => void;
};

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function reply(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...securityHeaders, 'Content-Type': type });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  reply(response, status, 'text/plain; charset=utf-8', `${text}\n`);
}

/** @returns undefined if it is too long or not JSON */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > longestCallBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The page with the preload as its first script, like in a window. */
function withPreload(page: AppFile): Buffer {
  return Buffer.from(page.body.toString('utf8').replace('<head>', '<head><script src="/preload.js"></script>'));
}

/** @throws if the port is taken (`EADDRINUSE`) or the screen was not built */
export async function startPreviewServer(options: PreviewServerOptions): Promise<PreviewServer> {
  const { files, preload, dispatcher, log } = options;
  const index = files.get('/index.html');
  if (index === undefined) throw new Error('the screen was not built: there is no index.html');
  const page: AppFile = { type: index.type, body: withPreload(index) };
  const events = new EventStream();
  const server = createServer();
  const port = await listen(server, options.port);
  const access = new Access(port);
  const unsubscribe = options.subscribe((message) => events.publish(message));

  async function answerCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Only our own page can send JSON, since the preflight of any other gets no answer.
    if (!(header(request, 'content-type') ?? '').startsWith('application/json')) {
      return refuse(response, 415, 'calls are JSON');
    }
    const call = await readJson(request);
    if (typeof call !== 'object' || call === null) return refuse(response, 400, 'not a call');
    const sender = {
      host: request.headers.host,
      origin: header(request, 'origin'),
      site: header(request, 'sec-fetch-site'),
    };
    const envelope = await dispatcher.dispatch(sender, Reflect.get(call, 'name'), Reflect.get(call, 'argument'));
    reply(response, 200, 'application/json; charset=utf-8', JSON.stringify(envelope));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!access.isOurHost(request)) return refuse(response, 421, 'this is not the address of Tillside');
    const url = URL.parse(`http://${host}:${port}${request.url ?? '/'}`);
    if (url === null) return refuse(response, 400, 'not an address');
    const isPage = url.pathname === '/' || url.pathname === '/index.html';
    const entering = access.hasToken(url) || (isPage && access.useTicket(url));
    if (!entering && !access.hasCookie(request)) {
      return refuse(
        response,
        403,
        'The token is missing or old. Open Tillside with the address it printed at its start.',
      );
    }
    if (url.pathname === '/ipc') {
      return request.method === 'POST' ? answerCall(request, response) : refuse(response, 405, 'calls are POST');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'only GET');
    if (isPage) {
      if (entering) response.setHeader('Set-Cookie', access.cookie);
      return reply(response, 200, page.type, page.body);
    }
    if (url.pathname === '/preload.js') {
      return reply(response, 200, 'text/javascript; charset=utf-8', preload(events.last));
    }
    if (url.pathname === '/events' && request.method === 'GET') {
      response.writeHead(200, { ...securityHeaders, 'Content-Type': 'text/event-stream; charset=utf-8' });
      const after = Number(header(request, 'last-event-id') ?? url.searchParams.get('after') ?? events.last);
      return events.attach(response, Number.isInteger(after) ? after : events.last);
    }
    const file = files.get(url.pathname);
    return file === undefined
      ? refuse(response, 404, 'there is no such file')
      : reply(response, 200, file.type, file.body);
  }

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.write('error', 'preview request failed', faultFacts(error));
      if (!response.headersSent) refuse(response, 500, 'Tillside could not answer this');
      else response.destroy();
    });
  });

  return {
    url: `http://${host}:${port}/?token=${access.token}`,
    newWindowUrl: () => `http://${host}:${port}/?token=${access.newTicket()}`,
    close: () => {
      unsubscribe();
      events.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
}
