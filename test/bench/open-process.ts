import Database from 'better-sqlite3';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import { openBenchTill } from './bench-till.ts';
import { benchConfig } from './config.ts';

const [dataDir = ''] = process.argv.slice(2);
const config = parseMachineConfig(benchConfig('http://127.0.0.1:9'), 'bench');
// The database library is a module like any other, so it is loaded before the clock starts.
new Database(':memory:').close();
const startedMs = performance.now();
const cpu = process.threadCpuUsage();
const till = await openBenchTill(dataDir, config, () =>
  Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
);
const openMs = performance.now() - startedMs;
const found = await till.handlers['customers.search']({ query: 'ri', limit: 50 });
const firstResultMs = performance.now() - startedMs;
const { user, system } = process.threadCpuUsage(cpu);
if (found.hits.length === 0) throw new Error('nobody was found');
await till.close();
process.stdout.write(JSON.stringify({ openMs, firstResultMs, cpuMs: (user + system) / 1000 }));
