import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { builtProgram } from './built.ts';
import { copyOf, openBench, saveMany } from './folder.ts';
import { type Goal, median } from './goals.ts';

const opening = z.object({ openMs: z.number(), firstResultMs: z.number(), cpuMs: z.number() });
const starts = 5;

/** Opens a till with 10,000 updates waiting, each time in a new process. */
export async function measureOpen(customers: number): Promise<readonly Goal[]> {
  const dataDir = await copyOf(customers, 'open');
  const db = openBench(dataDir);
  saveMany(db, Math.min(10_000, customers / 10), customers);
  db.close();
  const script = await builtProgram('open-process');
  const runs = Array.from({ length: starts }, () => {
    const ran = spawnSync(process.execPath, [script, dataDir], { encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return opening.parse(JSON.parse(ran.stdout));
  });
  const opened = median(runs.map(({ openMs }) => openMs));
  return [
    {
      job: 'open with 10,000 updates waiting, to the first result',
      value: median(runs.map(({ firstResultMs }) => firstResultMs)),
      unit: 'ms',
      atMost: 10,
      note: `${opened.toFixed(1)} ms until it was open; ${median(runs.map(({ cpuMs }) => cpuMs)).toFixed(1)} ms of the thread's CPU`,
    },
  ];
}
