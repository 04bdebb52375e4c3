import { attachRegion } from '../../electron/customers/region.ts';
import { openTillDatabase } from '../../electron/data/till-database.ts';

import { benchKey, folderWith, onFile } from './folder.ts';
import { type Goal, median, percentile } from './goals.ts';
import { keysOf, misspeltOf, searchKinds, timesOf } from './search.ts';

const rounds = 3;

type Took = {
  /** The time of each query, by round. */
  readonly ms: readonly number[][];
  /** The thread's own CPU time for all queries, by round, without what other programs take. */
  readonly cpuMs: number[];
};

/**
 * The same kinds of queries on all customers and on a tenth of them, alternating, so that both see the same conditions.
 */
export async function measureSearch(customers: number, isCheck: boolean): Promise<readonly Goal[]> {
  const databases = [];
  for (const size of [customers, customers / 10]) {
    const dataDir = await folderWith(size);
    const db = openTillDatabase(onFile(dataDir));
    attachRegion(db, dataDir, benchKey);
    databases.push({ db, size });
  }
  const people = isCheck ? 20 : 150;
  const goals: Goal[] = [];
  const means: (readonly [number, number])[] = [];
  for (const kind of [...searchKinds, 'misspelt']) {
    const isMisspelt = kind === 'misspelt';
    const runs = databases.map(({ db, size }) => {
      const queries = isMisspelt ? misspeltOf(people, size) : keysOf(kind, people, size);
      const took: Took = { ms: queries.map(() => []), cpuMs: [] };
      return { db, queries, took };
    });
    // The first round loads the pages that the others need.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { db, queries, took } of runs) {
        const cpu = process.threadCpuUsage();
        const inRound = timesOf(db, queries);
        const { user, system } = process.threadCpuUsage(cpu);
        if (round === 0) continue;
        took.cpuMs.push((user + system) / 1000);
        for (const [at, ms] of inRound.entries()) took.ms[at]?.push(ms);
      }
    }
    const [large, small] = runs.map(({ took, queries }) => ({
      p99: percentile(took.ms.map(median), 0.99),
      cpuMs: median(took.cpuMs) / queries.length,
      keys: queries.length,
    }));
    if (large === undefined || small === undefined) throw new Error('nothing was measured');
    goals.push({
      job: `search, ${kind}, p99`,
      value: large.p99,
      unit: 'ms',
      atMost: isMisspelt ? 15 : 2,
      note: `${large.keys} keys, ${large.cpuMs.toFixed(2)} ms of CPU each`,
    });
    if (isMisspelt) continue;
    goals.push({
      job: `search, ${kind}, p99 over that of a tenth`,
      value: large.p99 / small.p99,
      unit: '×',
      atMost: 2.5,
      note: `${large.p99.toFixed(2)} ms over ${small.p99.toFixed(2)} ms`,
    });
    means.push([large.cpuMs, small.cpuMs]);
  }
  for (const { db } of databases) db.close();
  const [large, small] = [0, 1].map((which) => means.reduce((sum, mean) => sum + (mean[which] ?? 0), 0) / means.length);
  goals.push({
    job: 'search, all kinds, CPU a key over that of a tenth',
    value: (large ?? Number.NaN) / (small ?? Number.NaN),
    unit: '×',
    atMost: 2.5,
    margin: 2,
    note: `${large?.toFixed(2)} ms over ${small?.toFixed(2)} ms`,
  });
  return goals;
}
