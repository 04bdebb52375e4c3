/**
 * Control of the practice server over HTTP, for the crash rig (where the server outlives the till) and for end-to-end
 * specs in another process. It has its own port, because the API's port can be switched off, and requires a token.
 *
 * `POST /practice-control/NAME` with a JSON argument and `Authorization: Bearer TOKEN` answers `{ "ok": … }`.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { endpoints, faultKinds, faultOptionsSchema } from './faults.ts';
import { parseJson } from './json.ts';
import { Listener } from './listener.ts';
import type { PracticeControl } from './practice-control.ts';
import { practiceChangeSchema } from './practice-customer.ts';
import { orgConfigSchema } from './practice-org.ts';
import { type Hold, steps } from './steps.ts';

const controlPrefix = '/practice-control/';

const nothing = z.unknown();
const customerId = z.number().int();
const faultArgument = z.strictObject({ kind: z.enum(faultKinds), options: faultOptionsSchema.default({}) });
const holdFilter = z.strictObject({ customerId: customerId.optional(), endpoint: z.enum(endpoints).optional() });
const holdArgument = z.strictObject({ holdId: z.number().int() });

type Call = (argument: unknown) => unknown;

/** @returns a call that throws a ZodError for an invalid argument */
function call<Argument extends z.ZodType>(argument: Argument, run: (parsed: z.output<Argument>) => unknown): Call {
  return (sent) => run(argument.parse(sent));
}

function controlCalls(control: PracticeControl): ReadonlyMap<string, Call> {
  const holds = new Map<number, Hold>();
  let lastHoldId = 0;
  const holdOf = (holdId: number): Hold => {
    const hold = holds.get(holdId);
    if (hold === undefined) throw new Error(`no such hold: ${holdId}`);
    return hold;
  };
  const state = () => ({ connection: control.connection, fault: control.fault });
  return new Map<string, Call>([
    ['state', call(nothing, state)],
    [
      'setConnection',
      call(z.strictObject({ connection: z.boolean() }), async ({ connection }) => {
        await control.setConnection(connection);
        return state();
      }),
    ],
    [
      'setFault',
      call(faultArgument, ({ kind, options }) => {
        control.setFault(kind, options);
        return state();
      }),
    ],
    [
      'addFault',
      call(faultArgument, ({ kind, options }) => {
        control.addFault(kind, options);
        return state();
      }),
    ],
    ['setAwkward', call(z.strictObject({ awkward: z.boolean() }), ({ awkward }) => control.setAwkward(awkward))],
    ['setOrgConfig', call(orgConfigSchema.partial(), (config) => control.setOrgConfig(config))],
    [
      'hold',
      call(z.strictObject({ step: z.enum(steps), filter: holdFilter.default({}) }), ({ step, filter }) => {
        lastHoldId += 1;
        holds.set(lastHoldId, control.hold(step, filter));
        return { holdId: lastHoldId };
      }),
    ],
    ['reached', call(holdArgument, ({ holdId }) => holdOf(holdId).reached)],
    [
      'release',
      call(holdArgument, ({ holdId }) => {
        holdOf(holdId).release();
        holds.delete(holdId);
      }),
    ],
    ['ledger', call(nothing, () => control.ledger)],
    ['requests', call(nothing, () => control.requests)],
    ['customers', call(nothing, () => control.customers)],
    ['customer', call(z.strictObject({ userId: customerId }), ({ userId }) => control.customer(userId))],
    [
      'changeCustomer',
      call(z.strictObject({ userId: customerId, change: practiceChangeSchema }), ({ userId, change }) =>
        control.changeCustomer(userId, change),
      ),
    ],
    ['eraseCustomer', call(z.strictObject({ userId: customerId }), ({ userId }) => control.eraseCustomer(userId))],
    ['expireTokens', call(nothing, () => control.expireTokens())],
  ]);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function isAuthorised(request: IncomingMessage, token: string): boolean {
  const sent = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

/** @param token not empty; it gives full control of the practice customers */
export async function startControlServer(
  control: PracticeControl,
  token: string,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const calls = controlCalls(control);

  async function answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: unknown }> {
    if (!isAuthorised(request, token)) return { status: 403, body: { error: 'wrong token' } };
    const path = request.url ?? '';
    const run = path.startsWith(controlPrefix) ? calls.get(path.slice(controlPrefix.length)) : undefined;
    if (run === undefined || request.method !== 'POST') return { status: 404, body: { error: 'no such call' } };
    try {
      return { status: 200, body: { ok: (await run(parseJson(await readText(request)))) ?? null } };
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : 'failed' } };
    }
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  const listener = new Listener(server, '127.0.0.1', 0, 0);
  await listener.open();
  return { url: `http://127.0.0.1:${listener.port}`, close: () => listener.shut() };
}
