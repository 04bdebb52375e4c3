/**
 * Till A and its disk die at some moment while it saves and sends. Till B imports the second copy, and A comes back at
 * some moment of B's work. The server's ledger tells whether each change was applied once (F63).
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { standingName } from '../../../electron/care/rescue/standing-copy.ts';
import { recoveryKeyOf } from '../../../electron/db/recovery-key.ts';
import type { Random } from '../../../electron/machine/clock.ts';
import {
  practiceConfig,
  practiceCredentials,
  secondPracticeCredentials,
} from '../../../electron/practice/practice-config.ts';
import { run } from '../../command-line/run.ts';
import { storedKey } from '../../db/offline-till.ts';
import { type PracticeProcess, startPracticeProcess } from './practice-process.ts';
import { PreviewProcess } from './preview-process.ts';

export type DeadDiskOptions = {
  readonly rounds: number;
  readonly random: Random;
  readonly progress: (line: string) => void;
};

export type DeadDiskResult = {
  readonly saves: number;
  /** What must be in the ledger: sent, or in a copy when A died. */
  readonly due: number;
  /** What B got from a copy. */
  readonly imported: number;
  readonly problems: readonly string[];
};

const customersPerRound = 10;
/** From a save to its place in the copy: the config's second, plus the writing on a busy machine. */
const copiedAfterMs = 1000;
const writtenWithinMs = 2500;
const drainWithinMs = 90_000;
/** When A comes back: while B imports, before B is open, while B works, and once B is done. */
const returns = ['at-import', 'before-b', 'beside-b', 'after-b'] as const;

export async function runDeadDisks({ rounds, random, progress }: DeadDiskOptions): Promise<DeadDiskResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-dead-disk-'));
  const env = { NODE_COMPILE_CACHE: path.join(folder, 'compiled'), ...process.env };
  const server = await startPracticeProcess(rounds * customersPerRound * 2, env);
  const total = { saves: 0, due: 0, imported: 0, problems: [] as string[] };
  try {
    const loyal = (await server.customers()).filter(({ type }) => type === 'LOYALTY');
    for (let round = 0; round < rounds; round += 1) {
      const own = path.join(folder, `round-${round}`);
      mkdirSync(own);
      const userIds = loyal
        .slice(round * customersPerRound, (round + 1) * customersPerRound)
        .map(({ userId }) => userId);
      const back = returns[Math.floor(random.fraction() * returns.length)] ?? 'after-b';
      const died = await new DeadDisk(server, own, env, random).round(round, userIds, back);
      total.saves += died.saves;
      total.due += died.due;
      total.imported += died.imported;
      total.problems.push(...died.problems.map((problem) => `round ${round}, A back ${back}: ${problem}`));
      progress(`round ${round}, A back ${back}: ${died.due} of ${died.saves} due, ${died.imported} imported`);
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return total;
}

type Till = { readonly dataDir: string; readonly configFile: string };

class DeadDisk {
  readonly #server: PracticeProcess;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #random: Random;
  readonly #share: string;
  readonly #tills = new Set<PreviewProcess>();

  constructor(server: PracticeProcess, folder: string, env: NodeJS.ProcessEnv, random: Random) {
    this.#server = server;
    this.#folder = folder;
    this.#env = env;
    this.#random = random;
    this.#share = path.join(folder, 'share');
    mkdirSync(this.#share);
  }

  async round(round: number, userIds: readonly number[], back: (typeof returns)[number]): Promise<DeadDiskResult> {
    const a = this.#till('a', practiceCredentials.till);
    const b = this.#till('b', secondPracticeCredentials.till);
    try {
      await this.#server.setConnection(true);
      await this.#server.clearFaults();
      await (await this.#open(b)).stop();
      const saved = await this.#untilDeath(await this.#open(a), round, userIds);
      const diedAtMs = performance.now();
      await this.#server.clearFaults();

      let risen: PreviewProcess | null = null;
      const rise = async () => {
        risen = await this.#open(a);
      };
      const [imported] = await Promise.all([this.#import(a, b), back === 'at-import' ? rise() : null]);
      await this.#server.setConnection(true);
      if (back === 'before-b') await rise();
      const openB = await this.#open(b);
      if (back === 'beside-b') await wait(this.#random.fraction() * 3000).then(rise);
      const unsent = [await this.#drained(openB, 'B')];
      if (back === 'after-b') {
        // Without A, nobody but B could have sent them.
        unsent.push(await this.#compare(saved, userIds, diedAtMs));
        await rise();
      }
      unsent.push(await this.#drained(risen, 'A'), await this.#drained(openB, 'B'));
      const problems = [...unsent.flat(), ...(await this.#compare(saved, userIds, diedAtMs))];
      for (const till of this.#tills) if (!till.isOver) await till.stop();
      const left = readdirSync(this.#share).filter((name) => name !== 'tillside-copies.id');
      if (left.length > 0 && problems.length === 0) problems.push(`${left.join(', ')} is left in the share`);
      const due = [...saved.values()].filter(({ atMs }) => isDue(atMs, diedAtMs)).length;
      return { saves: saved.size, due, imported, problems };
    } finally {
      for (const till of this.#tills) if (!till.isOver) await till.kill();
    }
  }

  #till(name: string, code: string): Till {
    const configFile = path.join(this.#folder, `${name}.json`);
    const base = practiceConfig(this.#server.url);
    writeFileSync(
      configFile,
      JSON.stringify({
        ...base,
        auth: { method: 'basic', till: code },
        api: { ...base.api, requestsPerMinute: 100_000, timeoutSeconds: 3 },
        // Imported updates wait longer than the other till may continue without looking.
        sync: { settleSeconds: 0.3, slowServerSeconds: name === 'b' ? 9 : 0.3 },
        rescue: { copyTo: this.#share, copyAfterSeconds: copiedAfterMs / 1000 },
      }),
    );
    return { dataDir: path.join(this.#folder, name), configFile };
  }

  async #open(till: Till): Promise<PreviewProcess> {
    const env = { ...this.#env, TILLSIDE_SECRET: practiceCredentials.secret };
    const preview = new PreviewProcess({ ...till, env });
    this.#tills.add(preview);
    assert.ok(await preview.ready, preview.errors);
    return preview;
  }

  /** @returns each change that the screen called saved, by name */
  async #untilDeath(
    preview: PreviewProcess,
    round: number,
    userIds: readonly number[],
  ): Promise<Map<string, { readonly userId: number; readonly atMs: number }>> {
    const customerIds: { readonly userId: number; readonly customerId: number }[] = [];
    for (const userId of userIds) {
      const found = await preview.call('customers.lookUpOnline', { query: `id:${userId}` });
      assert.equal(found.kind, 'found');
      const { customerId } = found.customer;
      assert.ok(customerId !== null);
      customerIds.push({ userId, customerId });
    }
    const saved = new Map<string, { readonly userId: number; readonly atMs: number }>();
    const livesMs = 500 + this.#random.fraction() * 8000;
    const death = wait(livesMs).then(() => preview.kill());
    await this.#server.setConnection(this.#random.fraction() < 0.2);
    const endsOffline = this.#random.fraction() < 0.7;
    for (const [index, { userId, customerId }] of customerIds.entries()) {
      const isEnd = endsOffline && index >= customerIds.length / 3;
      if (isEnd) await this.#server.setConnection(false);
      else if (this.#random.fraction() < 0.3) {
        await this.#server.setConnection(this.#random.fraction() < 0.3);
        await preview.tryCall('sync.sendNow');
      }
      if (this.#random.fraction() < 0.3) {
        await this.#server.addFault(this.#random.fraction() < 0.7 ? 'drop-reply' : 'drop-before', {
          times: 1,
          endpoint: 'customer/update',
        });
      }
      const lastName = `Dead ${round} ${userId}`;
      const answered = await preview.tryCall('updates.save', {
        token: crypto.randomUUID(),
        target: { customerId },
        changes: { lastName },
      });
      if (answered?.ok.kind === 'saved') saved.set(lastName, { userId, atMs: performance.now() });
      await wait(this.#random.fraction() * 900);
    }
    await death;
    return saved;
  }

  /** @returns how many came with the copy */
  async #import(a: Till, b: Till): Promise<number> {
    const key = storedKey(a.dataDir);
    const file = path.join(this.#share, standingName(practiceCredentials.till, key));
    if (!existsSync(file)) return 0;
    const words = ['outbox', 'import', file, '--data', b.dataDir, '--config', b.configFile, '--recovery-key', '--json'];
    const ran = await run(words, { env: { TILLSIDE_RECOVERY_KEY: recoveryKeyOf(key) } });
    // A came back meanwhile, had nothing left to send, and removed its copy.
    if (ran.code !== 0 && /cannot be read/.test(ran.err)) return 0;
    assert.equal(ran.code, 0, ran.err);
    const { added, isToldThere } = JSON.parse(ran.out);
    assert.equal(isToldThere, true);
    return Number(added);
  }

  /** @returns what is still unsent, and why */
  async #drained(preview: PreviewProcess | null, name: string): Promise<string[]> {
    if (preview === null) return [];
    const giveUpAtMs = performance.now() + drainWithinMs;
    for (;;) {
      const { unsent, counts } = await preview.call('sync.sendNow');
      if (unsent === 0) return [];
      if (counts.attention === unsent || performance.now() > giveUpAtMs) break;
      await wait(300);
    }
    const { updates } = await preview.call('updates.list', { which: 'open', limit: 50 });
    return updates.map(
      ({ state, reason, changes }) => `${changes[0]?.to} is ${state} on ${name}: ${JSON.stringify(reason)}`,
    );
  }

  async #compare(
    saved: ReadonlyMap<string, { readonly userId: number; readonly atMs: number }>,
    userIds: readonly number[],
    diedAtMs: number,
  ): Promise<string[]> {
    const times = new Map<string, number>();
    for (const { customerId, changes } of await this.#server.ledger()) {
      if (!userIds.includes(customerId)) continue;
      const name = String(changes.lastName);
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    const doubled = [...times]
      .filter(([, count]) => count > 1)
      .map(([name, count]) => `${name} was applied ${count} times`);
    const lost = [...saved].flatMap(([name, { atMs }]) =>
      isDue(atMs, diedAtMs) && !times.has(name)
        ? [`${name} was saved ${Math.round(diedAtMs - atMs)} ms before A died, and is lost`]
        : [],
    );
    return [...doubled, ...lost];
  }
}

function isDue(savedAtMs: number, diedAtMs: number): boolean {
  return diedAtMs - savedAtMs > copiedAfterMs + writtenWithinMs;
}
