import { spawnSync } from 'node:child_process';
import { folderWith } from './folder.ts';
import type { Goal } from './goals.ts';

/** A process that only searches, against one that does nothing; both tell their resident memory. */
export async function measureMemory(customers: number): Promise<readonly Goal[]> {
  const dataDir = await folderWith(customers);
  const bare = residentMb(['--expose-gc', '-e', 'gc(); process.stdout.write(String(process.memoryUsage.rss()))']);
  const script = new URL('./memory-process.ts', import.meta.url).pathname;
  const searching = residentMb(['--expose-gc', script, dataDir, String(customers)]);
  const cacheMb = 64;
  return [
    {
      job: 'memory after 1,000 searches over bare Node',
      value: searching - bare,
      unit: 'MB',
      atMost: cacheMb + 20,
      told: `${Math.round(searching)} MB over ${Math.round(bare)} MB`,
    },
  ];
}

function residentMb(args: readonly string[]): number {
  const ran = spawnSync(process.execPath, [...args], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return Number(ran.stdout) / 1e6;
}
