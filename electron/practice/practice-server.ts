/**
 * A loyalty API on this machine, with customers that stay changed, over real HTTP: practice mode, `npm start` without a
 * config, and the server of the tests. Faults happen on the sockets, as they would outside.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock, Random } from '../clock/clock.ts';
import { awkwardAnswer } from './awkward.ts';
import { CustomerBook } from './customer-book.ts';
import { type Endpoint, type Fault, Faults, type Met } from './faults.ts';
import { Listener } from './listener.ts';
import { type ApiAnswer, type ApiRequest, PracticeApi } from './practice-api.ts';
import { practiceCredentials, practiceOAuth, practiceTimeZone, secondPracticeCredentials } from './practice-config.ts';
import type { PracticeControl, SeenRequest } from './practice-control.ts';
import type { PracticeCustomer } from './practice-customer.ts';
import { defaultOrgConfig, type PracticeOrgConfig } from './practice-org.ts';
import { readStateFile, StateFile } from './state-file.ts';
import { Steps } from './steps.ts';
import { storeTime } from './store-time.ts';
import { wireCustomers, wireItemStatus, wireRefusal } from './wire-answers.ts';

export type PracticeServerOptions = {
  readonly customers: readonly PracticeCustomer[];
  readonly clock: Clock;
  readonly random: Random;
  /** 0 picks a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly orgConfig?: Partial<PracticeOrgConfig>;
  readonly tills?: readonly { readonly till: string; readonly secret: string }[];
  readonly timeZone?: string;
  readonly tokenSeconds?: number;
  readonly pointsPerUpdate?: number;
  readonly awkward?: boolean;
  /** Where changed customers are kept over a restart; nowhere without it. */
  readonly stateFile?: string;
};

export type PracticeServer = {
  readonly url: string;
  readonly control: PracticeControl;
  /** Cuts every connection and writes what is to be kept. */
  readonly close: () => Promise<void>;
};

const routes: ReadonlyMap<string, Endpoint> = new Map([
  ['POST /v1.1/customer/update', 'customer/update'],
  ['POST /v1.1/customer/update_identity', 'customer/update_identity'],
  ['GET /v1.1/customer/get', 'customer/get'],
  ['GET /v1.1/store/login', 'store/login'],
  ['GET /v1.1/store/staff', 'store/staff'],
  ['GET /v1.1/organization/configs', 'organization/configs'],
  ['GET /v1.1/organization/customfields', 'organization/customfields'],
  ['GET /v2/extendedFields', 'extendedFields'],
  ['POST /v3/oauth/token/generate', 'oauth/token'],
]);

const maxBodyBytes = 1_000_000;
const maxSeenRequests = 10_000;
const defaultSlowMs = 3_000;
const defaultRetryAfterSeconds = 5;

const errorPage =
  '<!doctype html><html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>';
const signInPage =
  '<!doctype html><html><head><title>Shopping Mall WiFi</title></head><body>Please sign in to use the network.</body></html>';

/** What goes back over the socket; `cut` ends the connection in its place, `silence` leaves it open. */
type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly text: string;
    }
  | { readonly kind: 'cut' }
  | { readonly kind: 'silence' };

/** @returns null where the body is too long, or its sender went away in the middle of it (daily life for a till) */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size > maxBodyBytes) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function singleHeaders(request: IncomingMessage): { readonly [name: string]: string | undefined } {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** v1.1 speaks XML to whoever does not ask for JSON; v2 knows JSON only. */
function speaksJson(url: URL): boolean {
  return (
    !url.pathname.startsWith('/v1.1/') || url.pathname.endsWith('.json') || url.searchParams.get('format') === 'json'
  );
}

function xmlReply(requestId: string): Reply {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'Content-Type': 'text/xml; charset=utf-8', 'X-Cap-Requestid': requestId },
    text: '<?xml version="1.0" encoding="UTF-8"?><response><status><success>false</success><code>400</code></status></response>',
  };
}

/** @throws where the port may not be used */
export async function startPracticeServer(options: PracticeServerOptions): Promise<PracticeServer> {
  const { clock, random, stateFile } = options;
  const host = options.host ?? '127.0.0.1';
  const book = new CustomerBook(options.customers, stateFile === undefined ? undefined : readStateFile(stateFile));
  const state = stateFile === undefined ? null : new StateFile(stateFile, () => book.changes(), clock);
  const time = storeTime(options.timeZone ?? practiceTimeZone);
  let orgConfig: PracticeOrgConfig = { ...defaultOrgConfig, ...options.orgConfig };
  let awkward = options.awkward ?? false;
  const api = new PracticeApi({
    book,
    config: () => orgConfig,
    clock,
    random,
    time,
    tills: options.tills ?? [practiceCredentials, secondPracticeCredentials],
    oauth: practiceOAuth,
    tokenSeconds: options.tokenSeconds ?? 300,
    pointsPerUpdate: options.pointsPerUpdate ?? 50,
    explainWarnings: () => awkward,
  });
  const faults = new Faults();
  const steps = new Steps();
  const seen: SeenRequest[] = [];
  let orders = 0;

  const jsonReply = (order: number, requestId: string, { httpStatus, body }: ApiAnswer): Reply => ({
    kind: 'answer',
    status: httpStatus,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Cap-Requestid': requestId },
    text: JSON.stringify(awkward ? awkwardAnswer(order, body) : body),
  });

  /** What a fault answers without the API having seen the request; `null` where the API is asked. */
  function replyInsteadOf(fault: Fault, order: number, requestId: string): Reply | null {
    switch (fault.kind) {
      case 'none':
      case 'slow':
      case 'drop-reply':
      case 'truncated':
        return null;
      case 'drop-before':
        return { kind: 'cut' };
      case 'hang':
        return { kind: 'silence' };
      case 'busy': {
        const retryAfter = String(fault.retryAfterSeconds ?? defaultRetryAfterSeconds);
        const body = wireRefusal(fault.code ?? 429, fault.message ?? 'Too many requests');
        const reply = jsonReply(order, requestId, { httpStatus: fault.inBody === true ? 200 : 429, body });
        return reply.kind === 'answer' ? { ...reply, headers: { ...reply.headers, 'Retry-After': retryAfter } } : reply;
      }
      case 'server-error':
        return {
          kind: 'answer',
          status: fault.code ?? 500,
          headers: { 'Content-Type': 'text/html', 'X-Cap-Requestid': requestId },
          text: errorPage,
        };
      case 'captive-portal':
        return fault.redirect === true
          ? { kind: 'answer', status: 302, headers: { Location: 'http://wifi.example.net/sign-in' }, text: '' }
          : { kind: 'answer', status: 200, headers: { 'Content-Type': 'text/html' }, text: signInPage };
      case 'refuse': {
        const code = fault.code ?? 10_002;
        const message = fault.message ?? 'Failed to update customer details';
        const item = { item_status: wireItemStatus({ code, message, warnings: [] }) };
        return jsonReply(order, requestId, { httpStatus: 200, body: wireCustomers([item], [code]) });
      }
      case 'credentials': {
        const body = wireRefusal(401, fault.message ?? 'Unauthorized. Invalid credentials');
        return jsonReply(order, requestId, { httpStatus: fault.inBody === true ? 200 : 401, body });
      }
      case 'permission': {
        const body = wireRefusal(403, fault.message ?? 'Access is denied by access control');
        return jsonReply(order, requestId, { httpStatus: fault.inBody === true ? 200 : 403, body });
      }
    }
  }

  async function replyTo(request: ApiRequest, met: Met, fault: Fault | null, order: number): Promise<Reply> {
    const requestId = random.id();
    const instead = fault === null ? null : replyInsteadOf(fault, order, requestId);
    if (instead !== null) return instead;

    const entries = api.ledger.length;
    const reply = jsonReply(order, requestId, api.answer(request, requestId));
    if (api.ledger.length > entries) state?.touch();
    await steps.pass('applied', met);
    if (fault?.kind === 'drop-reply') return { kind: 'cut' };
    if (fault?.kind === 'slow') {
      await new Promise<void>((resolve) => clock.after(fault.delayMs ?? defaultSlowMs, resolve));
    }
    if (fault?.kind === 'truncated' && reply.kind === 'answer') {
      return { ...reply, text: reply.text.slice(0, reply.text.length / 2) };
    }
    return reply;
  }

  function send(reply: Reply, response: ServerResponse): Promise<void> {
    if (reply.kind === 'silence' || response.destroyed) return Promise.resolve();
    if (reply.kind === 'cut') {
      response.destroy();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      response.on('close', resolve);
      response.writeHead(reply.status, { ...reply.headers, 'Content-Length': Buffer.byteLength(reply.text) });
      response.end(reply.text);
    });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://practice.invalid');
    const endpoint = routes.get(`${request.method} ${url.pathname.replace(/\.json$/, '')}`);
    const body = await readBody(request);
    if (body === null) return send({ kind: 'cut' }, response);
    if (endpoint === undefined) {
      const answer = { httpStatus: 404, body: wireRefusal(404, 'Requested resource not found') };
      return send(jsonReply(0, random.id(), answer), response);
    }
    if (!speaksJson(url)) return send(xmlReply(random.id()), response);
    const asked: ApiRequest = { endpoint, query: url.searchParams, headers: singleHeaders(request), body };
    const met: Met = { endpoint, customerId: api.customerOf(asked) };
    orders += 1;
    const order = orders;
    await steps.pass('received', met);
    const fault = faults.take(met);
    const reply = await replyTo(asked, met, fault, order);
    const httpStatus = reply.kind === 'answer' ? reply.status : null;
    seen.push({ ...met, order, fault: fault?.kind ?? 'none', httpStatus });
    if (seen.length > maxSeenRequests) seen.shift();
    await send(reply, response);
    await steps.pass('replied', met);
  }

  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void serve(request, response);
  });
  const listener = new Listener(server, host, options.port ?? 0);
  await listener.open();

  const control: PracticeControl = {
    get connection() {
      return listener.isOpen;
    },
    get fault() {
      return faults.current;
    },
    setConnection: (connection) => (connection ? listener.open() : listener.shut()),
    setFault: (kind, faultOptions = {}) => {
      faults.clear();
      faults.add(kind, faultOptions);
    },
    addFault: (kind, faultOptions = {}) => faults.add(kind, faultOptions),
    setAwkward: (value) => {
      awkward = value;
    },
    setOrgConfig: (change) => {
      orgConfig = { ...orgConfig, ...change };
    },
    onStep: (stepListener) => steps.listen(stepListener),
    hold: (step, filter = {}) => steps.hold(step, filter),
    get ledger() {
      return api.ledger;
    },
    get requests() {
      return seen;
    },
    countOf: (endpoint) => seen.filter((request) => request.endpoint === endpoint).length,
    get customers() {
      return book.all();
    },
    customer: (userId) => book.get(userId),
    changeCustomer: (userId, change) => {
      const known = book.get(userId);
      if (known === null) return null;
      const changed = {
        ...known,
        ...change,
        customFields: { ...known.customFields, ...change.customFields },
        extendedFields: { ...known.extendedFields, ...change.extendedFields },
        updatedOn: time.local(clock.wallMs()),
      };
      book.put(changed);
      state?.touch();
      return changed;
    },
    eraseCustomer: (userId) => {
      book.erase(userId);
      state?.touch();
    },
    expireTokens: () => api.expireTokens(),
  };

  return {
    url: `http://${host}:${listener.port}`,
    control,
    close: async () => {
      await listener.shut();
      await state?.flush();
    },
  };
}
