/**
 * A loyalty API that answers each request after a given delay: it applies every update, returns the customer as
 * changed, and knows everybody. It prints where it listens. For each line on standard input it prints the order in
 * which requests came, and starts over.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const [latencyMs = '50'] = process.argv.slice(2);
const lastNames = new Map<string, string[]>();
let requests = 0;
let updates = 0;
let most = 0;
let now = 0;

type Told = { readonly id?: unknown; readonly lastname?: unknown };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    now += 1;
    requests += 1;
    most = Math.max(most, now);
    setTimeout(() => {
      now -= 1;
      const body = request.method === 'POST' ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : null;
      response.writeHead(200, { 'Content-Type': 'application/json', 'X-Cap-Requestid': `bench-${requests}` });
      response.end(JSON.stringify(answerFor(request.url ?? '', body?.root?.customer?.[0])));
    }, Number(latencyMs));
  });
});

function answerFor(url: string, update: Told | undefined): unknown {
  if (update !== undefined) {
    updates += 1;
    const id = String(update.id);
    lastNames.set(id, [...(lastNames.get(id) ?? []), String(update.lastname)]);
    return answer({
      ...customer(id, String(update.lastname)),
      side_effects: { effect: [{ type: 'points', awarded_points: 50, total_points: 2330 }] },
      item_status: { success: 'true', code: '1000', message: 'Customer successfully updated' },
    });
  }
  const id = /[?&]id=(\d+)/.exec(url)?.[1];
  if (id === undefined) return { response: { status: { success: 'false', code: 500, message: 'not of this server' } } };
  return answer({
    ...customer(id, lastNames.get(id)?.at(-1) ?? 'Before'),
    item_status: { success: 'true', code: '1000', message: 'Customer successfully retrieved' },
  });
}

function customer(id: string, lastName: string) {
  return {
    user_id: id,
    lastname: lastName,
    loyalty_points: 2330,
    lifetime_points: 2400,
    current_slab: 'gold',
    updated_on: '2019-12-09 14:59:49',
  };
}

function answer(customer: unknown): unknown {
  const status = { success: 'true', code: 200, message: 'Success', total: '1', success_count: '1' };
  return { response: { status, customers: { customer: [customer] } } };
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.stdout.write(`${JSON.stringify({ port: address.port })}\n`);
});

const asked = createInterface({ input: process.stdin });
asked.on('line', () => {
  const outOfOrder = [...lastNames.values()].filter(
    (names) => names.length > 2 || (names.length === 2 && !names[0]?.startsWith('First')),
  ).length;
  process.stdout.write(`${JSON.stringify({ requests, updates, outOfOrder, most })}\n`);
  [requests, updates, most] = [0, 0, 0];
  lastNames.clear();
});
asked.on('close', () => process.exit());
