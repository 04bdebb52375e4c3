import type { Clock, Random } from '../../../electron/machine/clock.ts';
import { Blame } from '../../../electron/sync/blame.ts';
import { ConnectionState } from '../../../electron/sync/connection.ts';
import { asksFirst, gateMs, idleMs, mostInFlight, untilProbeMs } from '../../../electron/sync/gate.ts';
import { type Lane, Pace, type SharedLimit } from '../../../electron/sync/pace.ts';
import type { LimitedServer, Reply } from './limited-server.ts';

const latencyMs = 100;
/** A save that was not sent by then waits with the backlog, as in `sync/due.ts`. */
const atCounterMs = 60_000;

export type Counter = { tried: number; accepted: number };
type Save = { readonly savedAtMs: number; isTried: boolean; isOnItsWay: boolean };

/** One till: the requests its engine makes, and nothing else. */
export class SimulatedTill {
  /** When the last save of an outage was sent. */
  doneAtMs: number | null = null;
  /** If so, a save at the counter costs a lookup and a send, because its customer was last asked about long ago. */
  looksAtCounter = false;
  readonly connection: ConnectionState;
  readonly pace: Pace;
  readonly #blame: Blame;
  readonly #server: LimitedServer;
  readonly #clock: Clock;
  readonly #counter: Counter;
  readonly #atCounter: Save[] = [];
  /** Oldest first. These cost a lookup and a send each, because they are more than a few minutes old. */
  readonly #backlog: Save[] = [];
  #requests = 0;
  #inFlight = 0;
  #isProbing = false;
  #cancel: (() => void) | null = null;

  constructor(
    waiting: number,
    server: LimitedServer,
    clock: Clock,
    random: Random,
    counter: Counter,
    sharedLimit: SharedLimit | null = null,
  ) {
    this.#server = server;
    this.#clock = clock;
    this.#saveUnsent(waiting);
    this.#counter = counter;
    this.connection = new ConnectionState(clock, random);
    this.pace = new Pace(
      { requestsPerMinute: 60, maxInFlight: 4, sharedLimit },
      clock,
      random,
      () => this.#backlog.length,
    );
    this.#blame = new Blame(this.connection, this.pace, clock);
  }

  /** Saves of an outage that are not sent yet. */
  get left(): number {
    return this.#backlog.filter(({ savedAtMs }) => savedAtMs <= this.#server.backAtMs).length;
  }

  save(): void {
    this.#atCounter.push({ savedAtMs: this.#clock.monotonicMs(), isTried: false, isOnItsWay: false });
    this.connection.tryNow();
    this.pump();
  }

  /** Staff ask head office about a customer: the call cannot be postponed, and is not retried. */
  lookUp(): void {
    this.#request('counter', () => this.pump());
  }

  /** An outage begins, during which staff save this many more changes. */
  isCutOff(waiting: number): void {
    this.#saveUnsent(waiting);
    this.pump();
  }

  sendNow(): void {
    this.pace.hurry();
    this.connection.tryNow();
    this.pump();
  }

  pump(): void {
    this.#cancel?.();
    this.#cancel = null;
    while (this.#inFlight + (this.#isProbing ? 1 : 0) < mostInFlight(this)) {
      this.#leaveCounter();
      const lane: Lane = this.#atCounter.length > 0 ? 'counter' : 'backlog';
      const waiting = this.#backlog.find(({ isOnItsWay }) => !isOnItsWay);
      if (lane === 'backlog' && waiting === undefined) {
        this.#askWhenIdle();
        return;
      }
      const mustAsk = asksFirst(this, lane);
      const waitMs = mustAsk ? untilProbeMs(this) : gateMs(this, lane);
      if (waitMs > 0) {
        this.#cancel = this.#clock.after(Math.max(1, Math.ceil(waitMs)), () => this.pump());
        return;
      }
      if (mustAsk) {
        this.#ask();
        return;
      }
      if (lane === 'counter') this.#sendFromCounter();
      else if (waiting !== undefined) this.#sendFromBacklog(waiting);
    }
  }

  #askWhenIdle(): void {
    if (this.#inFlight > 0 || this.#isProbing) return;
    const isOffline = this.connection.connection.kind === 'offline';
    const waitMs = Math.ceil(isOffline ? untilProbeMs(this) : idleMs(this));
    if (waitMs > 0) this.#cancel = this.#clock.after(waitMs, () => this.pump());
    else this.#ask();
  }

  #ask(): void {
    this.#isProbing = true;
    this.#request(this.pace.probeLane, () => {
      this.#isProbing = false;
      this.pump();
    });
  }

  #sendFromCounter(): void {
    const save = this.#atCounter.shift();
    if (save === undefined) return;
    this.#inFlight += 1;
    const end = (reply: Reply | null) => {
      this.#inFlight -= 1;
      // A save that the connection loses is not a refusal; it is retried like any other.
      if (!save.isTried && reply !== null) {
        save.isTried = true;
        this.#counter.tried += 1;
        if (reply.kind === 'taken') this.#counter.accepted += 1;
      }
      if (reply?.kind === 'refused' && !this.pace.takeRetry()) this.#backlog.push(save);
      else if (reply?.kind !== 'taken') this.#atCounter.unshift(save);
      this.pump();
    };
    if (this.looksAtCounter) this.#lookAndSend('counter', end);
    else this.#request('counter', end);
  }

  #sendFromBacklog(save: Save): void {
    this.#inFlight += 1;
    save.isOnItsWay = true;
    this.#lookAndSend('backlog', (reply) => {
      this.#inFlight -= 1;
      save.isOnItsWay = false;
      if (reply?.kind === 'taken') {
        this.#backlog.splice(this.#backlog.indexOf(save), 1);
        if (save.savedAtMs <= this.#server.backAtMs) this.doneAtMs = this.#clock.monotonicMs();
      }
      this.pump();
    });
  }

  #saveUnsent(count: number): void {
    const savedAtMs = this.#clock.monotonicMs();
    for (let save = 0; save < count; save += 1) this.#backlog.push({ savedAtMs, isTried: true, isOnItsWay: false });
  }

  #leaveCounter(): void {
    const beforeMs = this.#clock.monotonicMs() - atCounterMs;
    const isOld = ({ savedAtMs }: Save) => savedAtMs <= beforeMs;
    while (this.#atCounter.some(isOld)) {
      const [save] = this.#atCounter.splice(this.#atCounter.findIndex(isOld), 1);
      if (save !== undefined) this.#backlog.push(save);
    }
  }

  #lookAndSend(lane: Lane, then: (reply: Reply | null) => void): void {
    this.#request(lane, (look) => {
      if (look?.kind === 'taken') this.#request(lane, then);
      else then(look);
    });
  }

  #request(lane: Lane, then: (reply: Reply | null) => void): void {
    this.pace.take(lane);
    this.#clock.after(latencyMs / 2, () => {
      const reply = this.#server.ask();
      this.#clock.after(latencyMs / 2, () => {
        this.#requests += 1;
        // Each request is about another customer.
        const update = { id: String(this.#requests), customerId: this.#requests };
        if (reply === null) this.#blame.failed(update, 'look', { why: 'no-connection', retryAfterMs: null });
        else if (reply.kind === 'refused')
          this.#blame.failed(update, 'look', { why: 'busy', retryAfterMs: reply.retryAfterMs });
        else if (this.#isProbing) this.#blame.loginPassed();
        else this.#blame.passed(update, 'look');
        then(reply);
      });
    });
  }
}
