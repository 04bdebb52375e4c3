/** A till of the fleet: a real one in its own folder, with staff who save changes to its own customers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import type { Clock, Random } from '../../electron/machine/clock.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { openTill } from '../../electron/open-till.ts';
import { practiceConfig, practiceCredentials } from '../../electron/practice/practice-config.ts';
import type { PracticeServer } from '../../electron/practice/practice-server.ts';
import { practiceSwitches } from '../../electron/practice/practice-switches.ts';
import { sampleWireCustomers } from '../../electron/practice/sample-customers.ts';
import type { Till } from '../../electron/till-options.ts';
import { compareBooks, type Findings } from '../../test/faults/crash/compare-books.ts';
import { lettersOf } from '../../test/faults/crash/staff-at-work.ts';
import { readBooks, readFolder } from '../../test/faults/crash/till-folder.ts';

export type FleetTillOptions = {
  /** From 1. */
  readonly number: number;
  /** How many tills there are. Each takes every n-th customer, so that no two change the same one. */
  readonly tills: number;
  /** How many of the sample customers the server has. */
  readonly customers: number;
  readonly folder: string;
  readonly server: PracticeServer;
  readonly saveEverySeconds: number;
  readonly sync?: { readonly slowServerSeconds?: number };
  readonly clock: Clock;
  readonly random: Random;
};

export function tillName(number: number): string {
  return `till-${String(number).padStart(2, '0')}`;
}

export function metricsFileOf(folder: string, number: number): string {
  return path.join(folder, `${tillName(number)}.prom`);
}

export function credentialsOf(number: number): { readonly till: string; readonly secret: string } {
  return { till: tillName(number), secret: practiceCredentials.secret };
}

export class FleetTill {
  readonly #options: FleetTillOptions;
  readonly #dataDir: string;
  readonly #acknowledged = new Set<string>();
  /** The server's id of each customer of this till. */
  #serverIds: ReadonlyMap<number, number> = new Map();
  #till: Till | null = null;
  #closeTransport: () => void = () => undefined;
  #stop: () => void = () => undefined;
  #values = 0;

  constructor(options: FleetTillOptions) {
    this.#options = options;
    this.#dataDir = path.join(options.folder, tillName(options.number));
  }

  async open(): Promise<void> {
    const { number, tills, customers, folder, server, clock, random } = this.#options;
    mkdirSync(this.#dataDir);
    const { till, secret } = credentialsOf(number);
    const secrets = secretFile(this.#dataDir, null);
    secrets.write('api-secret', secret);
    const transport = createNodeTransport({ clock, env: {} });
    this.#closeTransport = transport.close;
    const base = practiceConfig(server.url);
    const isOwn = (_: unknown, index: number) => index % tills === number - 1;
    const sampleCustomers = () => sampleWireCustomers(server.control.localTime, customers).filter(isOwn);
    this.#till = await openTill({
      dataDir: this.#dataDir,
      config: parseMachineConfig(
        {
          ...base,
          // A real till's pace instead of practice mode's.
          api: { url: server.url },
          sync: this.#options.sync ?? {},
          auth: { method: 'basic', till },
          store: { ...base.store, code: `store-${Math.ceil(number / 4)}` },
          health: { metricsFile: metricsFileOf(folder, number) },
        },
        'the fleet',
      ),
      mode: 'live',
      host: 'preview',
      version: '0.0.0-fleet',
      secrets,
      transport: transport.send,
      clock,
      random,
      log: silentLog,
      practice: {
        ...practiceSwitches(server.control),
        sampleCustomers,
      },
    });
    await this.#till.backUp();
    await this.#importRegion(sampleCustomers());
    const members = new Set(
      server.control.customers.filter(({ type }) => type === 'LOYALTY').map(({ userId }) => userId),
    );
    this.#serverIds = readFolder(
      this.#dataDir,
      (db) =>
        new Map(
          db
            .prepare<[], { id: number; userId: string }>('select id, user_id as userId from customers')
            .all()
            .map(({ id, userId }): [number, number] => [id, Number(userId)])
            .filter(([, userId]) => members.has(userId)),
        ),
    );
  }

  /** Somebody saves now and then, until `stopSaving`. */
  startSaving(): void {
    const { clock, random, saveEverySeconds } = this.#options;
    const waitMs = -Math.log(1 - random.fraction()) * saveEverySeconds * 1000;
    this.#stop = clock.after(waitMs, () => {
      void this.#save();
      this.startSaving();
    });
  }

  stopSaving(): void {
    this.#stop();
  }

  get status() {
    return this.#open.status();
  }

  /** Saves that the screen was told are durable. */
  get saves(): number {
    return this.#acknowledged.size;
  }

  get updates(): number {
    return readBooks(this.#dataDir).updates.length;
  }

  /** Of this till's customers only. */
  compare(): Findings {
    const mine = new Set(this.#serverIds.values());
    const ledger = this.#options.server.control.ledger.filter(({ customerId }) => mine.has(customerId));
    return compareBooks(readBooks(this.#dataDir), ledger, this.#acknowledged, this.#serverIds);
  }

  async close(): Promise<void> {
    this.stopSaving();
    await this.#till?.close();
    this.#closeTransport();
  }

  /** For the age of the region on the dashboard. */
  async #importRegion(customers: readonly unknown[]): Promise<void> {
    const file = path.join(this.#dataDir, 'region.ndjson');
    writeFileSync(file, customers.map((customer) => `${JSON.stringify(customer)}\n`).join(''));
    const { handlers } = this.#open;
    await handlers['customers.import']({ file, encoding: 'utf-8', dateOrder: null, check: false });
    for (;;) {
      const { kind } = await handlers['customers.importState'](undefined);
      if (kind === 'done') return;
      if (kind === 'failed' || kind === 'question') throw new Error(`the region's import is ${kind}`);
      await setTimeout(20);
    }
  }

  get #open(): Till {
    if (this.#till === null) throw new Error('the till is not open');
    return this.#till;
  }

  async #save(): Promise<void> {
    const { number, random } = this.#options;
    const ids = [...this.#serverIds.keys()];
    const customerId = ids[Math.floor(random.fraction() * ids.length)];
    if (customerId === undefined) throw new Error('the till has no customers');
    this.#values += 1;
    const token = random.id();
    const result = await this.#open.handlers['updates.save']({
      token,
      target: { customerId },
      changes: { firstName: `Fleet${lettersOf(number)}x${lettersOf(this.#values)}` },
      replaces: null,
      confirmedFills: [],
    });
    if (result.kind !== 'saved') throw new Error(`a save was answered with ${result.kind}`);
    this.#acknowledged.add(token);
  }
}
