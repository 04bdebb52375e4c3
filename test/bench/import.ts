import { rmSync, statSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { searchCustomers } from '../../electron/customers/search.ts';
import { insertUnknownCustomer, searchRow } from '../../electron/customers/store.ts';
import { openTillDatabase } from '../../electron/data/till-database.ts';
import { Checkpointer } from '../../electron/db/checkpoint/checkpointer.ts';

import { inTransaction } from '../../electron/db/statements.ts';
import { readCustomer } from '../../electron/loyalty-api/wire/customer.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { benchCustomer, benchLine } from './customers.ts';
import { customersFile, emptyFolder, importInto, onFile, openBench } from './folder.ts';
import { type Goal, median } from './goals.ts';

/**
 * The floor: the same columns and records, ready in memory, into one table without indexes, written as the till writes:
 * encrypted, WAL, synchronous FULL, a commit every 20,000 rows. @returns rows a second
 */
function rawInsert(customers: number): number {
  const dataDir = emptyFolder('import-floor');
  const db = openTillDatabase(onFile(dataDir));
  db.exec(`create table raw (id integer primary key, user_id text, mobile text, email text, external_id text,
    first_name text, last_name text, tier text, name_forward text, name_backward text, mobile_backward text,
    email_key text, external_key text, record text) strict`);
  const insert = db.prepare('insert into raw values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const ready = Array.from({ length: 5_000 }, (_, at) => {
    const record = readCustomer(JSON.parse(benchLine(at)));
    const { row } = searchRow(record.fields, record.loyalty?.tier ?? null);
    return [
      String(benchCustomer(at).userId),
      row.mobile,
      row.email,
      row.external_id,
      row.first_name,
      row.last_name,
      row.tier,
      row.name_forward,
      row.name_backward,
      row.mobile_backward,
      row.email_key,
      row.external_key,
      JSON.stringify(record),
    ];
  });
  const startedMs = performance.now();
  for (let from = 0; from < customers; from += 20_000) {
    inTransaction(db, () => {
      for (let at = from; at < Math.min(customers, from + 20_000); at += 1) {
        insert.run(at, ...(ready[at % ready.length] ?? []));
      }
    });
  }
  const seconds = (performance.now() - startedMs) / 1000;
  db.close();
  rmSync(dataDir, { recursive: true });
  return customers / seconds;
}

export async function measureImport(customers: number, isCheck: boolean): Promise<readonly Goal[]> {
  customersFile(customers);
  const floors: number[] = [];
  const rates: number[] = [];
  const loops: number[] = [];
  let longestWal = 0;
  const rounds = isCheck ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    floors.push(rawInsert(customers));
    const dataDir = emptyFolder('import');
    const db = openBench(dataDir);
    const checkpointer = new Checkpointer(db, onFile(dataDir), (error) => {
      throw error;
    });
    const atWork = workMeanwhile(db);
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const wal = setInterval(() => {
      longestWal = Math.max(longestWal, statSync(`${onFile(dataDir).file}-wal`).size);
    }, 100);
    const startedMs = performance.now();
    await importInto(db, dataDir, customers);
    rates.push(customers / ((performance.now() - startedMs) / 1000));
    clearInterval(wal);
    loop.disable();
    loops.push(loop.percentile(99) / 1e6 - 1);
    atWork();
    await checkpointer.stop();
    db.close();
    rmSync(dataDir, { recursive: true });
  }
  return [
    {
      job: 'import with indexes over raw insert',
      value: median(rates) / median(floors),
      unit: '×',
      atLeast: 0.6,
      margin: 3,
      note: `${Math.round(median(rates))} rows/s over ${Math.round(median(floors))} rows/s`,
    },
    { job: 'event loop during import, p99', value: median(loops), unit: 'ms', atMost: 8, note: 'searching and saving' },
    { job: 'longest WAL during import', value: longestWal / 1e6, unit: 'MB', atMost: 128, note: '' },
  ];
}

/** Meanwhile somebody searches ten times a second and saves once a second. */
function workMeanwhile(db: ReturnType<typeof openBench>): () => void {
  const outbox = new Outbox(db, systemClock, systemRandom);
  const own = Array.from({ length: 200 }, (_, at) =>
    insertUnknownCustomer(db, { type: 'mobile', value: `9198000${String(at).padStart(5, '0')}` }),
  );
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    searchCustomers(db, benchCustomer(turn).firstName.slice(0, 4), 50, 'IN');
    if (turn % 10 !== 0) return;
    outbox.save({
      token: systemRandom.id(),
      customerId: own[turn % own.length] ?? 1,
      kind: 'fields',
      identifier: { type: 'mobile', value: `9198000${String(turn % own.length).padStart(5, '0')}` },
      changes: { lastName: `During${turn}` },
      baseline: {},
      confirmedFills: [],
      staff: null,
      till: 'bench',
    });
  }, 100);
  return () => clearInterval(timer);
}
