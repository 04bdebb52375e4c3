import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { builtProgram } from './built.ts';
import { folderWith } from './folder.ts';
import type { Goal } from './goals.ts';

const residentShape = z.object({ before: z.number(), after: z.number() });

/** A process that only searches against one that does nothing; both report their resident memory. */
export async function measureMemory(customers: number): Promise<readonly Goal[]> {
  const dataDir = await folderWith(customers);
  const bareMb = Number(printedBy(['-e', 'gc(); process.stdout.write(String(process.memoryUsage.rss()))'])) / 1e6;
  const script = await builtProgram('memory-process');
  const { before, after } = residentShape.parse(JSON.parse(printedBy([script, dataDir, String(customers)])));
  const [loadedMb, searchedMb] = [before / 1e6, after / 1e6];
  const cacheMb = 64;
  return [
    {
      job: 'memory after 1,000 searches over bare Node',
      value: searchedMb - bareMb,
      unit: 'MB',
      atMost: cacheMb + 20,
      note: `modules ${Math.round(loadedMb - bareMb)} MB, searches ${Math.round(searchedMb - loadedMb)} MB`,
    },
  ];
}

function printedBy(args: readonly string[]): string {
  const ran = spawnSync(process.execPath, ['--expose-gc', ...args], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}
