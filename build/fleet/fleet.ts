/**
 * A chain in one process: real tills on real folders, and one practice server with a limit that they share. The server
 * goes away and comes back while staff keep saving. At the end every save is compared with the server's ledger.
 */
import type { Clock, Random } from '../../electron/machine/clock.ts';
import { type PracticeServer, startPracticeServer } from '../../electron/practice/practice-server.ts';
import { sampleCustomers } from '../../electron/practice/sample-customers.ts';
import { type Findings, noFindings } from '../../test/faults/crash/compare-books.ts';
import { credentialsOf, FleetTill } from './fleet-till.ts';

/** `no connection`: connections are cut and refused. `server errors`: every request is answered with an HTTP 500. */
export type Outage = { readonly kind: 'no connection' | 'server errors'; readonly seconds: number };

export type FleetOptions = {
  readonly tills: number;
  /** An empty folder. */
  readonly folder: string;
  /** What the server accepts from all tills together. */
  readonly callsAMinute: number;
  /** At each till, on average. */
  readonly saveEverySeconds: number;
  /** Before the first outage, and after each. */
  readonly calmSeconds: number;
  readonly outages: readonly Outage[];
  /** The `sync` section of each till's config. */
  readonly sync?: { readonly slowServerSeconds?: number };
  readonly clock: Clock;
  readonly random: Random;
  readonly say: (line: string) => void;
};

export type OutageReport = Outage & {
  /** Unsent updates at its end. */
  readonly backlog: number;
  /** From its end until everything saved before that was sent; null: not within half an hour. */
  readonly sentAfterSeconds: number | null;
  /** Meanwhile, how many requests the server got, and how many it refused because of its limit. */
  readonly calls: number;
  readonly refused: number;
};

export type FleetReport = {
  /** Before the tills were closed. */
  readonly endedAtMs: number;
  readonly outages: readonly OutageReport[];
  /** Saves that a screen was told are durable. */
  readonly saves: number;
  /** A save that joins a waiting one makes no update of its own. */
  readonly updates: number;
  readonly ledger: number;
  readonly unsent: number;
  readonly findings: Findings;
};

const customersATill = 15;
const longestDrainMs = 30 * 60_000;
const lookEveryMs = 1000;
const sayEveryMs = 10_000;

export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { clock, random } = options;
  const customers = options.tills * customersATill;
  const numbers = Array.from({ length: options.tills }, (_, index) => index + 1);
  const server = await startPracticeServer({
    customers: sampleCustomers(customers),
    tills: numbers.map(credentialsOf),
    callsAMinute: options.callsAMinute,
    clock,
    random,
  });
  const tills = numbers.map((number) => new FleetTill({ ...options, number, customers, server }));
  try {
    for (const till of tills) await till.open();
    return await new Fleet(options, server, tills).run();
  } finally {
    for (const till of tills) await till.close();
    await server.close();
  }
}

class Fleet {
  readonly #options: FleetOptions;
  readonly #server: PracticeServer;
  readonly #tills: readonly FleetTill[];
  #stopTelling: () => void = () => undefined;

  constructor(options: FleetOptions, server: PracticeServer, tills: readonly FleetTill[]) {
    this.#options = options;
    this.#server = server;
    this.#tills = tills;
  }

  async run(): Promise<FleetReport> {
    const { outages, calmSeconds } = this.#options;
    this.#tellSoon();
    for (const till of this.#tills) till.startSaving();
    await this.#pass(calmSeconds * 1000);
    const reports: OutageReport[] = [];
    for (const outage of outages) {
      reports.push(await this.#suffer(outage));
      await this.#pass(calmSeconds * 1000);
    }
    for (const till of this.#tills) till.stopSaving();
    await this.#until(() => this.#unsent === 0);
    this.#stopTelling();
    const findings = this.#tills.map((till) => till.compare());
    return {
      endedAtMs: this.#options.clock.wallMs(),
      outages: reports,
      saves: this.#sum((till) => till.saves),
      updates: this.#sum((till) => till.updates),
      ledger: this.#server.control.ledger.length,
      unsent: this.#unsent,
      findings: findings.reduce(
        (all, { lost, doubled, stuck }) => ({
          lost: [...all.lost, ...lost],
          doubled: [...all.doubled, ...doubled],
          stuck: [...all.stuck, ...stuck],
        }),
        noFindings,
      ),
    };
  }

  async #suffer(outage: Outage): Promise<OutageReport> {
    const { clock, say } = this.#options;
    const { control } = this.#server;
    say(`${outage.kind} for ${outage.seconds} s`);
    if (outage.kind === 'no connection') await control.setConnection(false);
    else control.setFault('server-error');
    await this.#pass(outage.seconds * 1000);
    control.setFault('none');
    await control.setConnection(true);
    const [endedAtMs, endedMs] = [clock.wallMs(), clock.monotonicMs()];
    const backlog = this.#unsent;
    const before = control.requests.at(-1)?.order ?? 0;
    say(`the server is back; ${backlog} updates wait`);
    const isSent = await this.#until(() =>
      this.#tills.every(({ status }) => (status.oldestSavedAtMs ?? endedAtMs) >= endedAtMs),
    );
    const requests = control.requests.filter(({ order }) => order > before);
    return {
      ...outage,
      backlog,
      sentAfterSeconds: isSent ? Math.round((clock.monotonicMs() - endedMs) / 1000) : null,
      calls: requests.length,
      refused: requests.filter(({ httpStatus }) => httpStatus === 429).length,
    };
  }

  get #unsent(): number {
    return this.#sum(({ status }) => status.unsent);
  }

  #sum(of: (till: FleetTill) => number): number {
    return this.#tills.reduce((sum, till) => sum + of(till), 0);
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(ms, resolve));
  }

  async #until(holds: () => boolean): Promise<boolean> {
    const giveUpAtMs = this.#options.clock.monotonicMs() + longestDrainMs;
    while (!holds()) {
      if (this.#options.clock.monotonicMs() > giveUpAtMs) return false;
      await this.#pass(lookEveryMs);
    }
    return true;
  }

  #tellSoon(): void {
    this.#stopTelling = this.#options.clock.after(sayEveryMs, () => {
      const offline = this.#sum(({ status }) => Number(status.connection.kind === 'offline'));
      const saves = this.#sum((till) => till.saves);
      this.#options.say(`${saves} saved, ${this.#unsent} unsent, ${offline} tills offline`);
      this.#tellSoon();
    });
  }
}
