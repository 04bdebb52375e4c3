/**
 * One till after another on real folders, killed again and again while staff save, the line comes and goes, and a server
 * that is not idempotent awards 50 points a call. After each kill the folder is looked at as it was left, the till is
 * started again, and when nothing is on its way any more, its books are compared with the server's ledger.
 */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../../electron/clock/clock.ts';
import type { Argument } from '../../../electron/ipc/schema.ts';
import { practiceConfig, practiceCredentials } from '../../../electron/practice/practice-config.ts';
import { compareBooks } from './compare-books.ts';
import { importFile, rescueFiles } from './handed-over.ts';
import { afterApplied, type Doing, type Kill } from './kills.ts';
import type { Matrix } from './matrix.ts';
import { makeOlder } from './older-version.ts';
import type { PracticeProcess, ServerCustomer } from './practice-process.ts';
import { PreviewProcess } from './preview-process.ts';
import { asksAboutMovedOut, storyOf } from './story.ts';
import { type LeftBehind, readBooks, readLeftBehind } from './till-folder.ts';

const customersPerTill = 6;
/** F02 */
const unknownWithinMs = 5000;
const stepWithinMs = 20_000;
const drainWithinMs = 30_000;
const rescuePassphrase = 'a passphrase for the rig';
const staffCodes = ['A001', 'A002', 'M001'] as const;

/** A data folder with what staff were told about it. */
type TillFolder = {
  readonly dataDir: string;
  /** The server's id of each customer of this till. */
  readonly serverIds: Map<number, number>;
  readonly pointsAtFirst: Map<number, number>;
  readonly acknowledged: Set<string>;
  /** Saves whose answer never came: the screen asks again. */
  readonly unanswered: Map<string, Argument<'updates.save'>>;
  readonly cancelled: Set<string>;
  /** How often each update was cut off while it was sent. */
  readonly interruptions: Map<string, number>;
  left: LeftBehind;
  /** A file of the region's customers, once one was handed to it. */
  imports: string | null;
};

export type CampaignOptions = {
  readonly server: PracticeProcess;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly random: Random;
  readonly matrix: Matrix;
  /** Told after each kill. */
  readonly progress: (kills: number) => void;
};

export class Campaign {
  readonly #options: CampaignOptions;
  readonly #configFile: string;
  #customersLeft: readonly ServerCustomer[] = [];
  #folders = 0;
  #values = 0;
  #till: TillFolder | null = null;
  #lastKill = 'the first start';
  #startMs = 500;

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#configFile = path.join(options.folder, 'config.json');
    const base = practiceConfig(options.server.url);
    const api = { ...base.api, requestsPerMinute: 100_000, timeoutSeconds: 5 };
    writeFileSync(this.#configFile, JSON.stringify({ ...base, api, sync: { settleSeconds: 0.3 } }));
  }

  /** Kills in the given order; ends with a comparison and a clean stop. */
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

  get #folder(): TillFolder {
    this.#till ??= {
      dataDir: path.join(this.#options.folder, `till-${++this.#folders}`),
      serverIds: new Map(),
      pointsAtFirst: new Map(),
      acknowledged: new Set(),
      unanswered: new Map(),
      cancelled: new Set(),
      interruptions: new Map(),
      left: { tokens: new Map(), sendingIds: [] },
      imports: null,
    };
    return this.#till;
  }

  #chance(part: number): boolean {
    return this.#options.random.fraction() < part;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#options.random.fraction() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Letters only, never the same twice in a campaign. */
  #newName(): string {
    this.#values += 1;
    const letters = [...this.#values.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
    return `Rig${letters.join('')}`;
  }

  #start(kill: Extract<Kill, { how: 'start-step' }> | null = null): PreviewProcess {
    return new PreviewProcess({
      configFile: this.#configFile,
      dataDir: this.#folder.dataDir,
      env: { ...this.#options.env, TILLSIDE_SECRET: practiceCredentials.secret },
      killAt: kill === null ? undefined : { step: kill.step, times: 1 },
    });
  }

  /** Starts the till on the folder and sees that what was left behind is in good hands. */
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
      const found = await preview.call('customers.lookUpOnline', {
        identifier: { type: 'userId', value: `${userId}` },
      });
      assert.equal(found.kind, 'found');
      const { customerId, loyalty } = found.customer;
      assert.ok(customerId !== null && loyalty !== null);
      this.#folder.serverIds.set(customerId, userId);
      this.#folder.pointsAtFirst.set(customerId, loyalty.points ?? 0);
    }
  }

  /** F02: whatever stood in sending at the kill is unknown now, and was never queued in between. */
  async #checkInterrupted(preview: PreviewProcess): Promise<void> {
    const { left, interruptions } = this.#folder;
    for (const updateId of left.sendingIds) {
      const entries = await preview.call('updates.history', { updateId });
      const noted = entries.filter(
        ({ from, to, detail }) => from === 'sending' && to === 'unknown' && detail === 'till-stopped',
      );
      // From where the till stands: how long a process takes to come up is the machine's.
      const tookMs = performance.now() - preview.spawnedAtMs - this.#startMs;
      if (noted.length < (interruptions.get(updateId) ?? 0)) this.#stuck(`${updateId} was cut off and is not unknown`);
      else if (tookMs > unknownWithinMs) this.#stuck(`${updateId} was unknown only after ${Math.round(tookMs)} ms`);
    }
    this.#folder.left = { ...left, sendingIds: [] };
  }

  /** F05: a screen that got no answer asks again, and a double click asks twice; both mean the update that there is. */
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
    // Now and then the next kill meets what the last one left.
    if (this.#chance(0.7)) await this.#settleUp(preview);
    switch (kill.how) {
      case 'step':
        if (kill.fault !== null) await this.#addFault(kill.fault);
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

  /** Starts the till, which does not get far. */
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

  /** Looks at the folder as the kill left it: whatever was acknowledged exists (F24). */
  async #examine(preview: PreviewProcess, kill: Kill): Promise<void> {
    const { signal, code } = await preview.ended;
    assert.ok(signal === 'SIGKILL' || code === 0, `The till ended by itself (${code}). ${preview.errors}`);
    if (signal !== 'SIGKILL') return;
    const { matrix, progress } = this.#options;
    this.#lastKill = kill.name;
    matrix.killed(kill.name);
    progress(matrix.kills);
    const folder = this.#folder;
    // A till that did not get as far as its recovery left nothing new.
    const left = readLeftBehind(folder.dataDir);
    const counted = new Set(folder.left.sendingIds);
    for (const id of left.sendingIds) {
      if (counted.has(id)) continue;
      matrix.cutOff();
      folder.interruptions.set(id, (folder.interruptions.get(id) ?? 0) + 1);
    }
    // Killed after the recovery's commit: they are still to be seen as unknown.
    const sendingIds = [...new Set([...folder.left.sendingIds, ...left.sendingIds])];
    folder.left = { tokens: left.tokens, sendingIds };
    for (const token of folder.acknowledged) {
      if (!left.tokens.has(token)) this.#lost(`acknowledged save ${token} is gone`);
    }
  }

  /** What staff and the line do, until the till is gone. */
  async #work(preview: PreviewProcess, kill: Kill, fault: Extract<Kill, { how: 'step' }>['fault']): Promise<void> {
    const { server } = this.#options;
    const doing = doingOf(kill);
    // Sealing a file takes its time on purpose.
    const giveUpAtMs = performance.now() + stepWithinMs * (doing === 'saves' ? 1 : 2);
    // Without a line, there is always something unsent to hand over.
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
      const flip = !staysOffline && this.#chance(isConnected ? 0.05 : 0.4);
      if (flip) {
        isConnected = !isConnected;
        await server.setConnection(isConnected);
        if (isConnected) await preview.tryCall('sync.sendNow');
      }
      if (this.#chance(0.04)) await this.#addFault(this.#pick(['drop-reply', 'drop-before', 'truncated', 'busy']));
      if (fault !== null && actions % 10 === 0) await this.#addFault(fault);
      if (doing !== 'saves' && this.#chance(0.25)) await this.#handOver(preview, doing);
      else await this.#act(preview);
      // Staff are slower than this; without a pause nothing but saves would ever happen.
      await wait(this.#options.random.fraction() * 15);
    }
  }

  async #act(preview: PreviewProcess): Promise<void> {
    const customerId = this.#pick([...this.#folder.serverIds.keys()]);
    const lot = this.#options.random.fraction();
    if (lot < 0.08) await preview.tryCall('customers.refresh', { customerId });
    else if (lot < 0.13) await preview.tryCall('staff.signIn', { code: this.#pick(staffCodes) });
    else if (lot < 0.18) await this.#cancelOne(preview);
    else if (lot < 0.23) await preview.tryCall('sync.sendNow');
    else await this.#save(preview, customerId);
  }

  /** Once in a while, IT: a file of the region's customers, or a rescue file. */
  async #handOver(preview: PreviewProcess, doing: Doing): Promise<void> {
    const folder = this.#folder;
    if (doing === 'import') {
      folder.imports ??= importFile(folder.dataDir, [...folder.serverIds.values()]);
      await preview.tryCall('customers.import', { file: folder.imports });
      return;
    }
    const [file] = rescueFiles(folder.dataDir);
    if (file === undefined || doing === 'export' || this.#chance(0.2))
      await preview.tryCall('rescue.export', { passphrase: rescuePassphrase });
    else await this.#takeBack(preview, file);
  }

  /** A rescue file comes back to the till that made it. */
  async #takeBack(preview: PreviewProcess, file: string): Promise<void> {
    const answered = await preview.tryCall('rescue.import', { file: readFileSync(file, 'utf8'), passphrase: null });
    if (answered === null) return;
    assert.equal(answered.ok.kind, 'imported', `a rescue file came to ${JSON.stringify(answered.ok)}`);
    rmSync(file);
  }

  /** The last import goes to its end, wherever it was cut off. */
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
    if (state.kind !== 'done' || hits.length === 0) this.#stuck(`the import came to ${JSON.stringify(state)}`);
  }

  async #leaveOlderVersion(): Promise<void> {
    const preview = await this.#restart();
    await this.#options.server.setConnection(false);
    for (const customerId of this.#folder.serverIds.keys()) await this.#save(preview, customerId);
    const { code } = await preview.stop();
    assert.equal(code, 0, preview.errors);
    makeOlder(this.#folder.dataDir);
  }

  async #save(preview: PreviewProcess, customerId: number): Promise<void> {
    const { unanswered, acknowledged } = this.#folder;
    const both = this.#chance(0.2);
    const first = both || this.#chance(0.5);
    const request = {
      token: this.#options.random.id(),
      target: { customerId },
      changes: {
        ...(first ? { firstName: this.#newName() } : {}),
        ...(both || !first ? { lastName: this.#newName() } : {}),
      },
    };
    unanswered.set(request.token, request);
    const answered = await preview.tryCall('updates.save', request);
    if (answered === null) return;
    assert.equal(answered.ok.kind, 'saved', `a save came to ${JSON.stringify(answered.ok)}`);
    acknowledged.add(request.token);
    unanswered.delete(request.token);
  }

  async #cancelOne(preview: PreviewProcess): Promise<void> {
    const listed = await preview.tryCall('updates.list', { which: 'open', limit: 20 });
    const mayGo = listed?.ok.updates.filter(({ may }) => may.cancel) ?? [];
    if (mayGo.length === 0) return;
    const { updateId } = this.#pick(mayGo);
    const answered = await preview.tryCall('updates.cancel', { updateId });
    if (answered?.ok.kind === 'done') this.#folder.cancelled.add(updateId);
  }

  async #addFault(kind: Extract<Kill, { how: 'step' }>['fault'] & string): Promise<void> {
    const options = {
      times: 1,
      endpoint: 'customer/update',
      ...(kind === 'busy' ? { retryAfterSeconds: 0 } : {}),
    } as const;
    await this.#options.server.addFault(kind, options);
  }

  /** Lets everything go out, closes what a person has to look at, and compares. */
  async #settleUp(preview: PreviewProcess): Promise<{ readonly updates: number; readonly awards: number }> {
    const { server, matrix } = this.#options;
    await server.clearFaults();
    await server.setConnection(true);
    for (const file of rescueFiles(this.#folder.dataDir)) await this.#takeBack(preview, file);
    const giveUpAtMs = performance.now() + drainWithinMs;
    let status = await preview.call('sync.sendNow');
    for (let look = 1; status.unsent > 0 && performance.now() < giveUpAtMs; look += 1) {
      if (status.counts.attention > 0) {
        const open = await preview.call('updates.list', { which: 'open', limit: 500 });
        for (const { updateId, customerId, state, reason } of open.updates) {
          if (state !== 'attention') continue;
          matrix.listed(this.#lastKill);
          const { dataDir } = this.#folder;
          if (reason?.kind !== 'cannot-tell' && !asksAboutMovedOut(dataDir, customerId, reason)) {
            const story = storyOf(dataDir, customerId);
            this.#stuck(`${updateId} wants attention for ${JSON.stringify(reason)}\n${story}`);
          }
          await preview.call('updates.discard', { updateId, reason: 'looked at' });
        }
      }
      // Another process: there is no event to wait for.
      await wait(15);
      status = await preview.call(look % 20 === 0 ? 'sync.sendNow' : 'sync.status');
    }
    const { acknowledged, serverIds, cancelled } = this.#folder;
    const mine = new Set(serverIds.values());
    const ledger = (await server.ledger()).filter(({ customerId }) => mine.has(customerId));
    const books = readBooks(this.#folder.dataDir);
    matrix.found(this.#lastKill, compareBooks(books, ledger, acknowledged, serverIds));
    for (const { id, state } of books.updates) {
      if (cancelled.has(id) && state !== 'cancelled') this.#stuck(`${id} was cancelled and is ${state}`);
    }
    await this.#compareCustomers(preview, ledger);
    return { updates: books.updates.length, awards: ledger.length };
  }

  /** The screen shows what the server has: the names as they were sent last, and 50 points for each line of the ledger. */
  async #compareCustomers(
    preview: PreviewProcess,
    ledger: readonly { readonly customerId: number; readonly pointsAwarded: number }[],
  ): Promise<void> {
    const atServer = new Map((await this.#options.server.customers()).map((customer) => [customer.userId, customer]));
    for (const [customerId, userId] of this.#folder.serverIds) {
      const view = await preview.call('customers.open', { customerId });
      const server = atServer.get(userId);
      const awarded = ledger
        .filter((line) => line.customerId === userId)
        .reduce((sum, line) => sum + line.pointsAwarded, 0);
      const points = (this.#folder.pointsAtFirst.get(customerId) ?? 0) + awarded;
      const shown = [view?.fields.firstName ?? '', view?.fields.lastName ?? '', view?.loyalty?.points];
      const wanted = [server?.firstName ?? '', server?.lastName ?? '', points];
      if (JSON.stringify(shown) === JSON.stringify(wanted)) continue;
      this.#lost(
        `customer ${customerId} is shown as ${JSON.stringify(shown)}, the server has ${JSON.stringify(wanted)}`,
      );
    }
  }

  async #endCleanly(): Promise<void> {
    if (this.#till === null) return;
    const preview = await this.#restart();
    await this.#endImport(preview);
    const { updates, awards } = await this.#settleUp(preview);
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
