/**
 * Runs one till after another on real folders and kills each while staff save, the connection comes and goes, and a
 * non-idempotent server awards 50 points a call. After each kill the folder is inspected as it was left and the till
 * restarted. Once everything is sent, its books are compared with the server's ledger.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../../electron/machine/clock.ts';
import { practiceConfig, practiceCredentials } from '../../../electron/practice/practice-config.ts';
import { type CampaignTill, newTill } from './campaign-till.ts';
import { afterApplied, type Doing, type Kill } from './kills.ts';
import type { Matrix } from './matrix.ts';
import { makeOlder } from './older-version.ts';
import type { PracticeProcess, ServerCustomer } from './practice-process.ts';
import { PreviewProcess } from './preview-process.ts';
import { drainWithinMs, settleUp } from './settle-up.ts';
import { StaffAtWork } from './staff-at-work.ts';
import { readLeftBehind } from './till-folder.ts';

const customersPerTill = 6;
/** F02 */
const unknownWithinMs = 5000;
const stepWithinMs = 20_000;

export type CampaignOptions = {
  readonly server: PracticeProcess;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly random: Random;
  readonly matrix: Matrix;
  /** Reported after each kill. */
  readonly progress: (kills: number) => void;
};

export class Campaign {
  readonly #options: CampaignOptions;
  readonly #configFile: string;
  readonly #staff: StaffAtWork;
  #customersLeft: readonly ServerCustomer[] = [];
  #folders = 0;
  #till: CampaignTill | null = null;
  #lastKill = 'the first start';
  #startMs = 500;

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#staff = new StaffAtWork(options.server, options.random);
    this.#configFile = path.join(options.folder, 'config.json');
    const base = practiceConfig(options.server.url);
    const api = { ...base.api, requestsPerMinute: 100_000, timeoutSeconds: 5 };
    writeFileSync(
      this.#configFile,
      JSON.stringify({ ...base, api, sync: { settleSeconds: 0.3, slowServerSeconds: 0.3 } }),
    );
  }

  /** Kills in the given order, then compares the books and stops cleanly. */
  async run(kills: readonly Kill[]): Promise<void> {
    this.#customersLeft = (await this.#options.server.customers()).filter(({ type }) => type === 'LOYALTY');
    for (const kill of kills) {
      switch (kill.how) {
        case 'start-step':
          if (kill.on === 'sending') await this.#lifeUntil(afterApplied);
          else await this.#changeFolder();
          if (kill.on === 'older-version') await this.#leaveOlderVersion();
          await this.#startUntil(kill);
          break;
        case 'random':
          if (kill.during === 'first-start') await this.#changeFolder();
          if (kill.during === 'start' || kill.during === 'first-start') await this.#startUntil(kill);
          else await this.#lifeUntil(kill);
          break;
        default:
          await this.#lifeUntil(kill);
      }
    }
    await this.#endCleanly();
  }

  get #rig() {
    const { server, matrix } = this.#options;
    return { server, matrix, staff: this.#staff };
  }

  get #folder(): CampaignTill {
    this.#till ??= newTill(path.join(this.#options.folder, `till-${++this.#folders}`));
    return this.#till;
  }

  #start(kill: Extract<Kill, { how: 'start-step' }> | null = null): PreviewProcess {
    return new PreviewProcess({
      configFile: this.#configFile,
      dataDir: this.#folder.dataDir,
      env: { ...this.#options.env, TILLSIDE_SECRET: practiceCredentials.secret },
      killAt: kill === null ? undefined : { step: kill.step, times: 1 },
    });
  }

  /** Starts the till on the folder and checks that it took over everything the kill left. */
  async #restart(): Promise<PreviewProcess> {
    const preview = this.#start();
    assert.ok(await preview.ready, `The till did not start after "${this.#lastKill}". ${preview.errors}`);
    this.#startMs = performance.now() - preview.spawnedAtMs;
    await this.#checkInterrupted(preview);
    await this.#repeatSaves(preview);
    if (this.#folder.serverIds.size === 0) await this.#bringIn(preview);
    return preview;
  }

  async #bringIn(preview: PreviewProcess): Promise<void> {
    await this.#options.server.setConnection(true);
    const chosen = this.#customersLeft.slice(0, customersPerTill);
    this.#customersLeft = this.#customersLeft.slice(customersPerTill);
    assert.equal(chosen.length, customersPerTill, 'the practice server has too few customers');
    for (const { userId } of chosen) {
      const found = await preview.call('customers.lookUpOnline', { query: `id:${userId}` });
      assert.equal(found.kind, 'found');
      const { customerId, loyalty } = found.customer;
      assert.ok(customerId !== null && loyalty !== null);
      this.#folder.serverIds.set(customerId, userId);
      this.#folder.pointsAtFirst.set(customerId, loyalty.points ?? 0);
    }
  }

  /** F02: whatever was being sent at the kill is now unknown, and was never put back in the queue. */
  async #checkInterrupted(preview: PreviewProcess): Promise<void> {
    const { left, interruptions } = this.#folder;
    for (const updateId of left.sendingIds) {
      const entries = await preview.call('updates.history', { updateId });
      const noted = entries.filter(
        ({ from, to, detail }) => from === 'sending' && to === 'unknown' && detail === 'till-stopped',
      );
      // Counted from the start of the till's own work: how fast a process starts depends on the machine.
      const tookMs = performance.now() - preview.spawnedAtMs - this.#startMs;
      if (noted.length < (interruptions.get(updateId) ?? 0)) this.#stuck(`${updateId} was cut off and is not unknown`);
      else if (tookMs > unknownWithinMs) this.#stuck(`${updateId} was unknown only after ${Math.round(tookMs)} ms`);
    }
    this.#folder.left = { ...left, sendingIds: [] };
  }

  /**
   * F05: a screen without an answer repeats the call, and a double click sends it twice. Both must get the existing
   * update.
   */
  async #repeatSaves(preview: PreviewProcess): Promise<void> {
    const { unanswered, acknowledged, left } = this.#folder;
    for (const [token, request] of unanswered) {
      const answers = await Promise.all([preview.call('updates.save', request), preview.call('updates.save', request)]);
      for (const answer of answers) {
        assert.equal(answer.kind, 'saved');
        const earlier = left.tokens.get(token);
        if (earlier !== undefined && earlier !== answer.updateId) this.#doubled(`save ${token} made two updates`);
      }
      acknowledged.add(token);
    }
    unanswered.clear();
  }

  /** Works until the kill. */
  async #lifeUntil(kill: Kill): Promise<void> {
    const { server } = this.#options;
    const preview = await this.#restart();
    // Sometimes the next kill hits what the last one left behind.
    if (this.#staff.chance(0.7)) await settleUp(this.#rig, this.#folder, preview, this.#lastKill);
    switch (kill.how) {
      case 'step':
        if (kill.fault !== null) await this.#staff.addFault(kill.fault);
        await preview.arm({
          step: kill.step,
          times: kill.doing === 'saves' ? 1 + Math.floor(this.#options.random.fraction() * 3) : 1,
        });
        await this.#work(preview, kill, kill.fault);
        break;
      case 'held': {
        const hold = await server.hold(kill.at, { endpoint: 'customer/update' });
        const killed = hold.reached.then(() => preview.kill());
        await this.#work(preview, kill, null);
        await killed;
        await hold.release();
        break;
      }
      case 'random': {
        const withinMs = doingOf(kill) === 'saves' ? 600 : 3000;
        const instant = wait(Math.round(this.#options.random.fraction() * withinMs)).then(async () => {
          if (kill.during === 'close') preview.askToStop();
          if (kill.during === 'close') await wait(Math.round(this.#options.random.fraction() * 15));
          await preview.kill();
        });
        await this.#work(preview, kill, null);
        await instant;
        break;
      }
      case 'start-step':
        throw new Error('a step of the start is not reached at work');
    }
    await this.#examine(preview, kill);
  }

  /** Starts a till that is killed before it is ready. */
  async #startUntil(kill: Extract<Kill, { how: 'start-step' | 'random' }>): Promise<void> {
    const preview = this.#start(kill.how === 'start-step' ? kill : null);
    if (kill.how === 'random') {
      await Promise.race([preview.ended, wait(this.#options.random.fraction() * this.#startMs * 1.2)]);
      await preview.kill();
    } else {
      const got = await Promise.race([preview.ended, wait(stepWithinMs, null, { ref: false })]);
      if (got === null) await preview.kill();
      assert.ok(got !== null, `"${kill.name}" was never reached`);
    }
    await this.#examine(preview, kill);
  }

  /** Inspects the folder as the kill left it: every acknowledged save must be there (F24). */
  async #examine(preview: PreviewProcess, kill: Kill): Promise<void> {
    const { signal, code } = await preview.ended;
    assert.ok(signal === 'SIGKILL' || code === 0, `The till ended by itself (${code}). ${preview.errors}`);
    if (signal !== 'SIGKILL') return;
    const { matrix, progress } = this.#options;
    this.#lastKill = kill.name;
    matrix.killed(kill.name);
    progress(matrix.kills);
    const folder = this.#folder;
    // A till that died before its recovery left nothing new.
    const left = readLeftBehind(folder.dataDir);
    const counted = new Set(folder.left.sendingIds);
    for (const id of left.sendingIds) {
      if (counted.has(id)) continue;
      matrix.cutOff();
      folder.interruptions.set(id, (folder.interruptions.get(id) ?? 0) + 1);
    }
    // Killed after the recovery committed: these must still be marked unknown.
    const sendingIds = [...new Set([...folder.left.sendingIds, ...left.sendingIds])];
    folder.left = { tokens: left.tokens, sendingIds };
    for (const token of folder.acknowledged) {
      if (!left.tokens.has(token)) this.#lost(`acknowledged save ${token} is gone`);
    }
  }

  /** What staff and the connection do until the till is killed. */
  async #work(preview: PreviewProcess, kill: Kill, fault: Extract<Kill, { how: 'step' }>['fault']): Promise<void> {
    const { server } = this.#options;
    const doing = doingOf(kill);
    // Sealing a file is slow by design.
    const giveUpAtMs = performance.now() + stepWithinMs * (doing === 'saves' ? 1 : 2);
    // While offline there is always something unsent to export.
    const staysOffline = doing === 'export' || doing === 'rescue';
    let isConnected = !staysOffline;
    let actions = 0;
    await server.setConnection(isConnected);
    while (!preview.isOver) {
      if (performance.now() > giveUpAtMs) {
        await preview.kill();
        throw new Error(`"${kill.name}" was never reached. ${preview.errors}`);
      }
      actions += 1;
      const flip = !staysOffline && this.#staff.chance(isConnected ? 0.05 : 0.4);
      if (flip) {
        isConnected = !isConnected;
        await server.setConnection(isConnected);
        if (isConnected) await preview.tryCall('sync.sendNow');
      }
      if (this.#staff.chance(0.04))
        await this.#staff.addFault(this.#staff.pick(['drop-reply', 'drop-before', 'truncated', 'busy']));
      if (fault !== null && actions % 10 === 0) await this.#staff.addFault(fault);
      if (doing !== 'saves' && this.#staff.chance(0.25)) await this.#staff.handOver(this.#folder, preview, doing);
      else await this.#staff.act(this.#folder, preview);
      // Real staff are slower. Without a pause, nothing but saves would ever happen.
      await wait(this.#options.random.fraction() * 15);
    }
  }

  /** The last import, cut off anywhere, runs to its end. */
  async #endImport(preview: PreviewProcess): Promise<void> {
    const { imports } = this.#folder;
    if (imports === null) return;
    let state = await preview.call('customers.import', { file: imports });
    const giveUpAtMs = performance.now() + drainWithinMs;
    while (state.kind !== 'done' && state.kind !== 'failed' && performance.now() < giveUpAtMs) {
      await wait(15);
      state = await preview.call('customers.importState');
    }
    const { hits } = await preview.call('customers.search', { query: 'Region Person', limit: 5 });
    if (state.kind !== 'done' || hits.length === 0) this.#stuck(`the import ended as ${JSON.stringify(state)}`);
  }

  async #leaveOlderVersion(): Promise<void> {
    const preview = await this.#restart();
    await this.#options.server.setConnection(false);
    for (const customerId of this.#folder.serverIds.keys()) await this.#staff.save(this.#folder, preview, customerId);
    const { code } = await preview.stop();
    assert.equal(code, 0, preview.errors);
    makeOlder(this.#folder.dataDir);
  }

  async #endCleanly(): Promise<void> {
    if (this.#till === null) return;
    const preview = await this.#restart();
    await this.#endImport(preview);
    const { updates, awards } = await settleUp(this.#rig, this.#folder, preview, this.#lastKill);
    this.#options.matrix.closed({ saves: this.#folder.acknowledged.size, updates, awards });
    const { code } = await preview.stop();
    assert.equal(code, 0, preview.errors);
  }

  async #changeFolder(): Promise<void> {
    await this.#endCleanly();
    this.#till = null;
  }

  #lost(text: string): void {
    this.#options.matrix.found(this.#lastKill, { lost: [text] });
  }

  #doubled(text: string): void {
    this.#options.matrix.found(this.#lastKill, { doubled: [text] });
  }

  #stuck(text: string): void {
    this.#options.matrix.found(this.#lastKill, { stuck: [text] });
  }
}

function doingOf(kill: Kill): Doing {
  if (kill.how === 'step') return kill.doing;
  return kill.how === 'random' && (kill.during === 'import' || kill.during === 'rescue') ? kill.during : 'saves';
}
