/** Runs campaigns side by side, each with its own server, folder and kills. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Random } from '../../../electron/machine/clock.ts';
import { Campaign } from './campaign.ts';
import { type Kill, kills } from './kills.ts';
import { Matrix } from './matrix.ts';
import { startPracticeProcess } from './practice-process.ts';

export type RigOptions = {
  /** Only kills whose name contains this; empty runs all. */
  readonly only?: string;
  readonly kills: number;
  /** How many tills are killed at the same time. */
  readonly tills: number;
  readonly random: Random;
  readonly progress: (kills: number) => void;
};

/** Each kind of kill equally often, as far as the number allows, in random order. */
function planned(count: number, from: readonly Kill[], random: Random): Kill[] {
  const plan: Kill[] = [];
  while (plan.length < count) plan.push(...shuffled(from, random).slice(0, count - plan.length));
  return plan;
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, at: random.fraction() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

export async function runCrashRig({ kills: count, tills, only = '', random, progress }: RigOptions): Promise<Matrix> {
  const chosen = kills.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new Error(`No kill has a name that contains "${only}".`);
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-crash-'));
  // There are hundreds of starts, so each program is compiled only once, or not at all if it was before.
  const env = { NODE_COMPILE_CACHE: path.join(folder, 'compiled'), ...process.env };
  const total = new Matrix(chosen.map(({ name }) => name));
  const plan = planned(count, chosen, random);
  const matrices = Array.from({ length: tills }, () => new Matrix([]));
  try {
    // A failed campaign must not remove the folder that the others still use.
    const ran = await Promise.allSettled(
      matrices.map(async (matrix, index) => {
        const own = path.join(folder, `campaign-${index + 1}`);
        mkdirSync(own);
        const server = await startPracticeProcess(1500, env);
        const report = () => progress(matrices.reduce((sum, one) => sum + one.kills, 0));
        try {
          const mine = plan.filter((_, at) => at % tills === index);
          await new Campaign({ server, folder: own, env, random, matrix, progress: report }).run(mine);
        } finally {
          await server.stop();
        }
      }),
    );
    for (const one of ran) if (one.status === 'rejected') throw one.reason;
  } finally {
    for (const matrix of matrices) total.add(matrix);
    rmSync(folder, { recursive: true, force: true });
  }
  return total;
}
