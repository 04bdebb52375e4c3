/** A till in this process that can die at any step, as by a power cut: nothing of it runs on, and the next one goes on with its data. */
import { refresh } from '../../../electron/sync/look-up.ts';
import { selectUpdates, type Update } from '../../../electron/updates/rows.ts';
import { customerRecord, type EngineRig, ModelServer, startEngine } from '../../helpers/engine-rig.ts';
import { keepRecord } from '../../helpers/keep-record.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../../helpers/virtual-clock.ts';
import { LastingData } from './lasting-data.ts';

/** Null: it lives on. */
export const deaths = [
  null,
  'saved',
  'in-claim',
  'bytes-sent',
  'applied',
  'settling',
  'settled',
  'reading-back',
] as const;
export type Death = (typeof deaths)[number];

/** What writes down the end of an exchange. */
const settlings = ['applied', 'needsPerson', 'notSent', 'held', 'uncertain'] as const;

/** The customers that each till knows from the start; the numbers are the same at the server and here. */
export const customers = [1, 2] as const;

const data = new LastingData((db, asOfMs) => {
  for (const id of customers) keepRecord(db, customerRecord(String(id), 'Before'), asOfMs);
});

export class MortalTill {
  readonly clock: VirtualClock = virtualClock();
  readonly server = new ModelServer(this.clock, 40);
  /** Whether the till died where it should. */
  hasDied = false;
  /** Where it could have died. */
  readonly passed = new Set<Death>();
  rig: EngineRig;
  readonly #death: Death;
  readonly #random = seededRandom(7);
  #life = { isOver: false };
  #isRefreshing = false;

  constructor(death: Death) {
    this.#death = death;
    data.rewind(this.clock.wallMs());
    for (const id of customers) this.server.customers.set(String(id), customerRecord(String(id), 'Before'));
    this.server.onArrival = async (call) => {
      const isReadBack = call === 'get' && !this.#isRefreshing && this.server.updateCalls > 0;
      if (call === 'update') this.#mayDie('bytes-sent');
      if (isReadBack) this.#mayDie('reading-back');
    };
    this.server.onAnswer = async (call) => {
      if (call === 'update') this.#mayDie('applied');
    };
    this.rig = this.#start();
  }

  /** Sends nothing until `go`, so that staff may do something between a save and its sending. */
  hold(): void {
    this.rig.context.connection.pause('permission');
  }

  go(): void {
    this.rig.engine.tryNow();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
    if (this.#life.isOver) this.rig = this.#start();
  }

  async maybeDie(where: Death): Promise<void> {
    this.#mayDie(where);
    await this.pass(0);
  }

  async refresh(customerId: number): Promise<void> {
    this.#isRefreshing = true;
    void refresh(this.rig.context, customerId);
    await this.pass(100);
    this.#isRefreshing = false;
  }

  updates(): Update[] {
    return selectUpdates(this.rig.db, 'order by u.place, u.seq');
  }

  /** Nothing of it is left when this resolves. */
  async ended(): Promise<void> {
    this.#end();
    await this.clock.settle();
  }

  #mayDie(where: Death): void {
    this.passed.add(where);
    if (where !== this.#death || this.hasDied) return;
    this.hasDied = true;
    this.#end();
  }

  #end(): void {
    this.#life.isOver = true;
    data.cutOff(this.rig.db);
  }

  #start(): EngineRig {
    const life = { isOver: false };
    this.#life = life;
    const { clock } = this;
    const rig = startEngine({
      server: mortalServer(this.server, life),
      clock: { ...clock, after: (ms, run) => clock.after(ms, () => !life.isOver && run()) },
      random: this.#random,
      folder: data.connection(),
    });
    const { outbox } = rig;
    const claim = outbox.claim.bind(outbox);
    outbox.claim = (...given) => {
      this.#mayDie('in-claim');
      return claim(...given);
    };
    for (const name of settlings) {
      const settle: (...given: never[]) => Update | null = outbox[name].bind(outbox);
      Object.assign(outbox, {
        [name]: (...given: never[]) => {
          this.#mayDie('settling');
          return settle(...given);
        },
      });
    }
    return rig;
  }
}

/** The same server, which a dead till hears nothing from any more. */
function mortalServer(server: ModelServer, life: { readonly isOver: boolean }): ModelServer {
  const never = new Promise<never>(() => undefined);
  const api = Object.fromEntries(
    Object.entries(server.api).map(([name, call]) => [
      name,
      async (...given: never[]) => {
        const answer = await (life.isOver ? never : Reflect.apply(call, server.api, given));
        return life.isOver ? never : answer;
      },
    ]),
  );
  return Object.create(server, { api: { value: api } });
}
