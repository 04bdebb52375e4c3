/** A bare HTTP client and a hand-driven clock for the practice server's tests. */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { TestContext } from 'node:test';
import type { Clock } from '../../electron/machine/clock.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import { practiceCredentials } from '../../electron/practice/practice-config.ts';
import {
  type PracticeServer,
  type PracticeServerOptions,
  startPracticeServer,
} from '../../electron/practice/practice-server.ts';
import { sampleCustomers } from '../../electron/practice/sample-customers.ts';

export type Answered = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly text: string;
  readonly json: unknown;
};

export type Asking = {
  readonly method?: 'GET' | 'POST';
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One request on its own connection; rejects with the system's error if no answer comes. */
export function ask(url: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** The value at a path of keys; a number is a place in a list. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (holder, key) => (typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined),
    value,
  );
}

export function basic(till: string, secret: string): { readonly authorization: string } {
  const hash = createHash('md5').update(secret).digest('hex');
  return { authorization: `Basic ${Buffer.from(`${till}:${hash}`).toString('base64')}` };
}

const till = basic(practiceCredentials.till, practiceCredentials.secret);

export function get(server: PracticeServer, path: string, headers: { readonly [name: string]: string } = {}) {
  return ask(`${server.url}${path}`, { headers: { ...till, ...headers } });
}

export function post(
  server: PracticeServer,
  path: string,
  body: unknown,
  headers: { readonly [name: string]: string } = {},
) {
  return ask(`${server.url}${path}`, {
    method: 'POST',
    headers: { ...till, ...headers, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export type Item = { readonly [key: string]: unknown };

export function update(server: PracticeServer, item: Item, headers: { readonly [name: string]: string } = {}) {
  return post(server, '/v1.1/customer/update?format=json', { root: { customer: [item] } }, headers);
}

/** The one customer in an answer. */
export function itemOf(answered: Answered): unknown {
  return at(answered.json, 'response', 'customers', 'customer', 0);
}

export function itemCode(answered: Answered): unknown {
  return at(itemOf(answered), 'item_status', 'code');
}

export function warningsOf(answered: Answered): unknown {
  return at(itemOf(answered), 'item_status', 'warnings', 'warning') ?? [];
}

export async function getCustomer(server: PracticeServer, query: string): Promise<unknown> {
  const path = `/v1.1/customer/get?format=json&${query}&user_id=true&subscriptions=true&mlp=true`;
  return itemOf(await get(server, path));
}

export type HandClock = Clock & { readonly advance: (byMs: number) => void };

/** 24 November 2026, 09:30 in India, until moved by hand. */
const startMs = Date.parse('2026-11-24T04:00:00Z');

export function handClock(): HandClock {
  let nowMs = 0;
  let timers: { readonly dueMs: number; readonly run: () => void }[] = [];
  return {
    wallMs: () => startMs + nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, run) => {
      const timer = { dueMs: nowMs + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance: (byMs) => {
      nowMs += byMs;
      const due = timers.filter(({ dueMs }) => dueMs <= nowMs);
      timers = timers.filter(({ dueMs }) => dueMs > nowMs);
      for (const { run } of due) run();
    },
  };
}

/** A server that closes with its test. */
export async function serve(
  test: TestContext,
  options: Partial<PracticeServerOptions> = {},
): Promise<PracticeServer & { readonly clock: HandClock }> {
  const clock = handClock();
  const server = await startPracticeServer({
    customers: sampleCustomers(40),
    clock,
    random: systemRandom,
    ...options,
  });
  test.after(() => server.close());
  return { ...server, clock };
}
