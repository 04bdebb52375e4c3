import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';
import { openBenchTill } from './bench-till.ts';
import { benchConfig } from './config.ts';
import { copyOf, openBench, saveMany } from './folder.ts';
import { type Goal, median } from './goals.ts';

const latencyMs = 50;

/** `looks`: each update is compared with the server first, the default after a restart; that doubles the requests. */
type Plan = { readonly inFlight: number; readonly updates: number; readonly looks: boolean };

const plans: readonly Plan[] = [
  { inFlight: 4, updates: 1_000, looks: false },
  { inFlight: 16, updates: 5_000, looks: false },
  { inFlight: 64, updates: 5_000, looks: false },
  { inFlight: 64, updates: 5_000, looks: true },
];
const checkPlans: readonly Plan[] = [{ inFlight: 16, updates: 1_000, looks: false }];

const counted = z.object({ requests: z.number(), updates: z.number(), outOfOrder: z.number(), most: z.number() });
type Flushed = z.infer<typeof counted> & { readonly seconds: number; readonly cpuMs: number };

/** Sends a backlog over real sockets to a server in its own process. */
export async function measureFlush(customers: number, isCheck: boolean): Promise<readonly Goal[]> {
  const server = await startServer();
  const goals: Goal[] = [];
  for (const plan of isCheck ? checkPlans : plans) {
    const runs: Flushed[] = [];
    const bare: number[] = [];
    for (let round = 0; round < (isCheck ? 1 : 3); round += 1) {
      runs.push(await flush(customers, plan, server));
      bare.push(await bareSeconds(plan, server));
    }
    goals.push(...goalsOf(plan, runs, median(bare)));
  }
  server.stop();
  return goals;
}

function goalsOf({ inFlight, updates, looks }: Plan, runs: readonly Flushed[], bareSeconds: number): Goal[] {
  const name = `flush, ${inFlight} in flight${looks ? ', looking first' : ''}`;
  const requests = Math.max(...runs.map((run) => run.requests));
  const seconds = median(runs.map((run) => run.seconds));
  const idealSeconds = (requests / inFlight) * (latencyMs / 1000);
  const rate = `${Math.round(updates / seconds)} updates/s in ${requests} requests`;
  return [
    { job: `${name}, over N/RTT`, value: idealSeconds / seconds, unit: '×', atLeast: 0.9, note: rate },
    {
      job: `${name}, over a bare client`,
      value: ((requests / updates) * bareSeconds) / seconds,
      unit: '×',
      atLeast: 0.9,
      margin: 8,
      note: `${Math.round(updates / bareSeconds)} requests/s bare`,
    },
    {
      job: `${name}, CPU an update`,
      value: median(runs.map((run) => run.cpuMs)) / updates,
      unit: 'ms',
      atMost: 0.3,
      note: '',
    },
    {
      job: `${name}, customers out of order`,
      value: Math.max(...runs.map((run) => run.outOfOrder)),
      unit: '',
      atMost: 0,
      margin: 1,
      note: `at most ${Math.max(...runs.map((run) => run.most))} requests at once`,
    },
  ];
}

const listening = z.object({ port: z.number() });

type Server = {
  readonly port: number;
  readonly count: () => Promise<z.infer<typeof counted>>;
  readonly stop: () => void;
};

async function startServer(): Promise<Server> {
  const script = new URL('./flush-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, String(latencyMs)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const nextLine = async (): Promise<unknown> => {
    const [line]: unknown[] = await once(lines, 'line');
    return JSON.parse(String(line));
  };
  const { port } = listening.parse(await nextLine());
  return {
    port,
    count: async () => {
      const answered = nextLine();
      child.stdin.write('count\n');
      return counted.parse(await answered);
    },
    stop: () => child.stdin.end(),
  };
}

async function flush(customers: number, { inFlight, updates, looks }: Plan, server: Server): Promise<Flushed> {
  const dataDir = await copyOf(customers, 'flush');
  const db = openBench(dataDir);
  saveMany(db, updates, customers);
  db.close();
  secretFile(dataDir, null).write('api-secret', 'bench');
  const transport = createNodeTransport({ clock: systemClock, env: {} });
  const config = parseMachineConfig(
    { ...benchConfig(`http://127.0.0.1:${server.port}`, inFlight), sync: { readBack: looks } },
    'bench',
  );
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const till = await openBenchTill(dataDir, config, transport.send);
  const emptyAt = new Promise<number>((resolve, reject) => {
    const stop = till.subscribe((message) => {
      if (message.name !== 'sync.changed') return;
      const { counts, unsent } = message.payload;
      if (counts.attention > 0) reject(new Error('an update needs a person'));
      if (unsent > 0) return;
      stop();
      resolve(performance.now());
    });
  });
  const seconds = ((await emptyAt) - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await till.close();
  transport.close();
  const came = await server.count();
  if (came.updates !== updates) throw new Error(`${came.updates} updates came, ${updates} were saved`);
  return { ...came, seconds, cpuMs: (user + system) / 1000 };
}

/** The same number of requests through Node's own client, with nothing around it. */
async function bareSeconds({ inFlight, updates }: Plan, { port, count }: Server): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  let left = updates;
  const post = (at: number) =>
    new Promise<void>((resolve, reject) => {
      const body = JSON.stringify({ root: { customer: [{ id: String(at), lastname: `First${at}` }] } });
      const request = http.request({ host: '127.0.0.1', port, method: 'POST', agent }, (response) => {
        response.on('data', () => undefined);
        response.on('end', resolve);
      });
      request.on('error', reject);
      request.end(body);
    });
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left > 0) {
        left -= 1;
        await post(left);
      }
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  agent.destroy();
  await count();
  return seconds;
}
