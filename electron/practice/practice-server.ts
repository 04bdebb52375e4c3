/**
 * A loyalty API on this machine over real HTTP, with persistent customers. Practice mode, `npm start` without a config
 * and the tests use it. Faults happen on the sockets, as in reality.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock, Random } from '../machine/clock.ts';
import { awkwardAnswer } from './awkward.ts';
import { CallLimit } from './call-limit.ts';
import { CustomerBook } from './customer-book.ts';
import { type Endpoint, type Fault, Faults, type RequestTarget } from './faults.ts';
import { Listener } from './listener.ts';
import { type ApiRequest, PracticeApi } from './practice-api.ts';
import { practiceCredentials, practiceOAuth, practiceTimeZone, secondPracticeCredentials } from './practice-config.ts';
import type { PracticeControl, SeenRequest } from './practice-control.ts';
import type { PracticeCustomer } from './practice-customer.ts';
import { defaultOrgConfig, type PracticeOrgConfig } from './practice-org.ts';
import { jsonReply, type Reply, replyInsteadOf, type Spelling, xmlReply } from './replies.ts';
import { readStateFile, StateFile } from './state-file.ts';
import { Steps } from './steps.ts';
import { storeTime } from './store-time.ts';
import { TillAuthentication } from './till-authentication.ts';
import { wireRefusal } from './wire-answers.ts';

export type PracticeServerOptions = {
  readonly customers: readonly PracticeCustomer[];
  readonly clock: Clock;
  readonly random: Random;
  /** 0 picks a free one. */
  readonly port?: number;
  readonly host?: string;
  /** How long to wait for the port while another program has it; default: ten seconds. */
  readonly portPatienceMs?: number;
  readonly orgConfig?: Partial<PracticeOrgConfig>;
  readonly tills?: readonly { readonly till: string; readonly secret: string }[];
  readonly timeZone?: string;
  readonly tokenSeconds?: number;
  readonly pointsPerUpdate?: number;
  /** From all tills together; no limit without it. */
  readonly callsAMinute?: number;
  readonly awkward?: boolean;
  /** The file that keeps changed customers across restarts; default: none. */
  readonly stateFile?: string;
};

export type PracticeServer = {
  readonly url: string;
  readonly control: PracticeControl;
  /** Cuts all connections and saves the state. */
  readonly close: () => Promise<void>;
};

const routes: ReadonlyMap<string, Endpoint> = new Map([
  ['POST /v1.1/customer/update', 'customer/update'],
  ['POST /v1.1/customer/update_identity', 'customer/update_identity'],
  ['GET /v1.1/customer/get', 'customer/get'],
  ['GET /v1.1/customer/transactions', 'customer/transactions'],
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
const asIs: Spelling = (body) => body;

/** @returns null if the body is too long, or the sender disconnected in the middle */
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

/** v1.1 answers in XML unless the client asks for JSON; v2 is always JSON. */
function speaksJson(url: URL): boolean {
  return (
    !url.pathname.startsWith('/v1.1/') || url.pathname.endsWith('.json') || url.searchParams.get('format') === 'json'
  );
}

/** @throws if the port cannot be used */
export async function startPracticeServer(options: PracticeServerOptions): Promise<PracticeServer> {
  const { clock, random, stateFile } = options;
  const host = options.host ?? '127.0.0.1';
  const book = new CustomerBook(options.customers, stateFile === undefined ? undefined : readStateFile(stateFile));
  const state = stateFile === undefined ? null : new StateFile(stateFile, () => book.changes(), clock);
  const time = storeTime(options.timeZone ?? practiceTimeZone);
  let orgConfig: PracticeOrgConfig = { ...defaultOrgConfig, ...options.orgConfig };
  let awkward = options.awkward ?? false;
  const authentication = new TillAuthentication({
    clock,
    random,
    tills: options.tills ?? [practiceCredentials, secondPracticeCredentials],
    oauth: practiceOAuth,
    tokenSeconds: options.tokenSeconds ?? 300,
  });
  const api = new PracticeApi({
    book,
    config: () => orgConfig,
    authentication,
    clock,
    time,
    pointsPerUpdate: options.pointsPerUpdate ?? 50,
    explainWarnings: () => awkward,
  });
  const faults = new Faults();
  const limit = options.callsAMinute === undefined ? null : new CallLimit(options.callsAMinute, clock);
  const steps = new Steps();
  const seen: SeenRequest[] = [];
  let orders = 0;

  async function replyTo(
    request: ApiRequest,
    target: RequestTarget,
    fault: Fault | null,
    order: number,
  ): Promise<Reply> {
    const requestId = random.id();
    const spell: Spelling = (body) => (awkward ? awkwardAnswer(order, body) : body);
    const instead = fault === null ? null : replyInsteadOf(fault, requestId, spell);
    if (instead !== null) return instead;

    const entries = api.ledger.length;
    const reply = jsonReply(requestId, spell, api.answer(request, requestId));
    if (api.ledger.length > entries) state?.touch();
    await steps.pass('applied', target);
    switch (fault?.kind) {
      case 'drop-reply':
        return { kind: 'cut' };
      case 'truncated':
        return { ...reply, text: reply.text.slice(0, reply.text.length / 2) };
      case 'slow':
        await new Promise<void>((resolve) => clock.after(fault.delayMs ?? defaultSlowMs, resolve));
        return reply;
      default:
        return reply;
    }
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
      return send(jsonReply(random.id(), asIs, answer), response);
    }
    if (!speaksJson(url)) return send(xmlReply(random.id()), response);
    const asked: ApiRequest = { endpoint, query: url.searchParams, headers: singleHeaders(request), body };
    const target: RequestTarget = { endpoint, customerId: api.customerOf(asked) };
    orders += 1;
    const order = orders;
    await steps.pass('received', target);
    const fault = faults.take(target) ?? limit?.take() ?? null;
    const reply = await replyTo(asked, target, fault, order);
    const httpStatus = reply.kind === 'answer' ? reply.status : null;
    seen.push({ ...target, order, fault: fault?.kind ?? 'none', httpStatus });
    if (seen.length > maxSeenRequests) seen.shift();
    await send(reply, response);
    await steps.pass('replied', target);
  }

  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void serve(request, response);
  });
  const listener = new Listener(server, host, options.port ?? 0, options.portPatienceMs ?? 10_000);
  await listener.open();

  const control: PracticeControl = {
    get connection() {
      return listener.isOpen;
    },
    get fault() {
      return faults.current;
    },
    get localTime() {
      return time.local(clock.wallMs());
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
    expireTokens: () => authentication.expireTokens(),
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
