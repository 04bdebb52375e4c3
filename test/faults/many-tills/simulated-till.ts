import type { Clock, Random } from '../../../electron/machine/clock.ts';
import { Blame } from '../../../electron/sync/blame.ts';
import { ConnectionState } from '../../../electron/sync/connection.ts';
import { asksFirst, gateMs, idleMs, room, untilProbeMs } from '../../../electron/sync/gate.ts';
import { type Lane, Pace, type SharedLimit } from '../../../electron/sync/pace.ts';
import type { LimitedServer, Reply } from './limited-server.ts';

const latencyMs = 100;

export type Counter = { tried: number; accepted: number };

/** One till: the requests its engine makes, and nothing else. */
export class SimulatedTill {
  /** Waiting updates cost a lookup and a send each, because they are more than a few minutes old. */
  left: number;
  doneAtMs: number | null = null;
  readonly connection: ConnectionState;
  readonly pace: Pace;
  readonly #blame: Blame;
  readonly #server: LimitedServer;
  readonly #clock: Clock;
  readonly #counter: Counter;
  readonly #atCounter: { isTried: boolean }[] = [];
  #requests = 0;
  #inFlight = 0;
  #backlogInFlight = 0;
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
    this.left = waiting;
    this.#server = server;
    this.#clock = clock;
    this.#counter = counter;
    this.connection = new ConnectionState(clock, random);
    this.pace = new Pace({ requestsPerMinute: 60, maxInFlight: 4, sharedLimit }, clock, random, () => this.left);
    this.#blame = new Blame(this.connection, this.pace, clock);
  }

  save(): void {
    this.#atCounter.push({ isTried: false });
    this.connection.tryNow();
    this.pump();
  }

  /** Staff ask head office about a customer: the call cannot be postponed, and is not retried. */
  lookUp(): void {
    this.#request('counter', () => this.pump());
  }

  /** An outage begins, during which staff save so many more changes. */
  isCutOff(waiting: number): void {
    this.left += waiting;
    this.doneAtMs = null;
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
    while (this.#inFlight + (this.#isProbing ? 1 : 0) < room(this)) {
      const lane: Lane = this.#atCounter.length > 0 ? 'counter' : 'backlog';
      if (lane === 'backlog' && this.left - this.#backlogInFlight === 0) {
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
      else this.#sendFromBacklog();
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
    this.#request('counter', (reply) => {
      this.#inFlight -= 1;
      // A save that the connection loses is not a refusal; it is retried like any other.
      if (!save.isTried && reply !== null) {
        save.isTried = true;
        this.#counter.tried += 1;
        if (reply.kind === 'taken') this.#counter.accepted += 1;
      }
      if (reply?.kind !== 'taken') this.#atCounter.unshift(save);
      this.pump();
    });
  }

  #sendFromBacklog(): void {
    this.#inFlight += 1;
    this.#backlogInFlight += 1;
    const end = (isSent: boolean) => {
      this.#inFlight -= 1;
      this.#backlogInFlight -= 1;
      if (isSent) {
        this.left -= 1;
        if (this.left === 0) this.doneAtMs = this.#clock.monotonicMs();
      }
      this.pump();
    };
    this.#request('backlog', (look) => {
      if (look?.kind !== 'taken') end(false);
      else this.#request('backlog', (sent) => end(sent?.kind === 'taken'));
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
