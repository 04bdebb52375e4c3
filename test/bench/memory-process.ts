import { searchCustomers } from '../../electron/customers/search.ts';
import { openBench } from './folder.ts';
import { keysOf, searchKinds, searchLimit } from './search.ts';

const [dataDir = '', customers = '0'] = process.argv.slice(2);
globalThis.gc?.();
const before = process.memoryUsage.rss();
const db = openBench(dataDir);
const queries = searchKinds.flatMap((kind) => keysOf(kind, 40, Number(customers)));
const step = queries.length / 1000;
for (let at = 0; at < 1000; at += 1) searchCustomers(db, queries[Math.floor(at * step)] ?? '', searchLimit, 'IN');
globalThis.gc?.();
process.stdout.write(JSON.stringify({ before, after: process.memoryUsage.rss() }));
db.close();
