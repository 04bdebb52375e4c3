/**
 * F18 and F34: two hundred tills before one server with a limit, each with the real pace, the real state of its line and the
 * real gate, on one virtual clock. What is left out is what costs no request: the database and the wire.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock, Random } from '../../electron/clock/clock.ts';
import { ConnectionState } from '../../electron/sync/connection.ts';
import { asksFirst, gateMs, room } from '../../electron/sync/gate.ts';
import { noteAnswer, noteTrouble } from '../../electron/sync/line.ts';
import { type Lane, Pace } from '../../electron/sync/pace.ts';
import { seededRandom } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;
const latencyMs = 100;

/** Timers in the order of their time, without promises: millions of steps in a second. */
class EventQueue {
  nowMs = 0;
  readonly #due: { atMs: number; order: number; run: () => void; isOn: boolean }[] = [];
  #order = 0;
  /** Many tills read one clock. */
  readonly clock: Clock = {
    wallMs: () => this.nowMs,
    monotonicMs: () => this.nowMs,
    after: (delayMs, run) => {
      this.#order += 1;
      const entry = { atMs: this.nowMs + delayMs, order: this.#order, run, isOn: true };
      let at = this.#due.length;
      this.#due.push(entry);
      // A heap: the earliest is first.
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!this.#isBefore(at, parent)) break;
        this.#swap(at, parent);
        at = parent;
      }
      return () => {
        entry.isOn = false;
      };
    },
  };

  /** Runs what is due until `isDone`, or until the time is over. */
  run(untilMs: number, isDone: () => boolean): void {
    while (!isDone()) {
      const first = this.#due[0];
      if (first === undefined || first.atMs > untilMs) return;
      const last = this.#due.pop();
      if (last !== undefined && this.#due.length > 0) {
        this.#due[0] = last;
        this.#sink();
      }
      this.nowMs = first.atMs;
      if (first.isOn) first.run();
    }
  }

  #sink(): void {
    let at = 0;
    while (true) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < this.#due.length && this.#isBefore(left, least)) least = left;
      if (right < this.#due.length && this.#isBefore(right, least)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#due[one], this.#due[other]];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#due[one], this.#due[other]];
    if (a === undefined || b === undefined) return;
    this.#due[one] = b;
    this.#due[other] = a;
  }
}

/** `window`: so many in each minute of the clock. `bucket`: they come back bit by bit. */
type Limit = { readonly kind: 'window' | 'bucket'; readonly namesWait: boolean };
type Reply = { readonly kind: 'taken' } | { readonly kind: 'refused'; readonly retryAfterMs: number | null };

class LimitedServer {
  isReachable = false;
  calls = 0;
  refused = 0;
  readonly #limit: Limit;
  readonly #perMinute: number;
  readonly #clock: Clock;
  #minute = -1;
  #left = 0;
  #filledAtMs = 0;

  constructor(limit: Limit, perMinute: number, clock: Clock) {
    this.#limit = limit;
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  ask(): Reply | null {
    if (!this.isReachable) return null;
    this.calls += 1;
    this.#fill();
    if (this.#left >= 1) {
      this.#left -= 1;
      return { kind: 'taken' };
    }
    this.refused += 1;
    const waitMs = this.#limit.kind === 'window' ? minuteMs - (this.#clock.monotonicMs() % minuteMs) : 1000;
    return { kind: 'refused', retryAfterMs: this.#limit.namesWait ? waitMs : null };
  }

  #fill(): void {
    const now = this.#clock.monotonicMs();
    if (this.#limit.kind === 'bucket') {
      const most = this.#perMinute / 6;
      this.#left = Math.min(most, this.#left + ((now - this.#filledAtMs) / minuteMs) * this.#perMinute);
      this.#filledAtMs = now;
      return;
    }
    const minute = Math.floor(now / minuteMs);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#left = this.#perMinute;
  }
}

type Counter = { tried: number; accepted: number; lastWaitMs: number };

/** One till: what the engine does with requests, and nothing else. */
class SimulatedTill {
  /** Waiting updates: each is a look and a send (design.md: older than a few minutes). */
  left: number;
  readonly connection: ConnectionState;
  readonly pace: Pace;
  readonly #server: LimitedServer;
  readonly #clock: Clock;
  readonly #counter: Counter;
  readonly #atCounter: { isTried: boolean }[] = [];
  #inFlight = 0;
  #backlogInFlight = 0;
  #isProbing = false;
  #cancel: (() => void) | null = null;

  constructor(waiting: number, server: LimitedServer, clock: Clock, random: Random, counter: Counter) {
    this.left = waiting;
    this.#server = server;
    this.#clock = clock;
    this.#counter = counter;
    this.connection = new ConnectionState(clock, random);
    this.pace = new Pace({ requestsPerMinute: 60, maxInFlight: 4 }, clock, random);
  }

  save(): void {
    this.#atCounter.push({ isTried: false });
    this.connection.tryNow();
    this.pump();
  }

  sendNow(): void {
    this.connection.tryNow();
    this.pump();
  }

  pump(): void {
    this.#cancel?.();
    this.#cancel = null;
    while (this.#inFlight + (this.#isProbing ? 1 : 0) < room(this)) {
      const lane: Lane = this.#atCounter.length > 0 ? 'counter' : 'backlog';
      if (lane === 'backlog' && this.left - this.#backlogInFlight === 0) return;
      const mustAsk = asksFirst(this, lane);
      const waitMs = mustAsk ? this.connection.waitMs : gateMs(this, lane);
      if (waitMs > 0) {
        this.#cancel = this.#clock.after(Math.max(1, Math.ceil(waitMs)), () => this.pump());
        return;
      }
      if (mustAsk) {
        this.#isProbing = true;
        this.#request('counter', () => {
          this.#isProbing = false;
          this.pump();
        });
        return;
      }
      if (lane === 'counter') this.#sendFromCounter();
      else this.#sendFromBacklog();
    }
  }

  #sendFromCounter(): void {
    const save = this.#atCounter.shift();
    if (save === undefined) return;
    this.#inFlight += 1;
    this.#request('counter', (reply) => {
      this.#inFlight -= 1;
      // A save that the line loses is no refusal; it is tried again like any.
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
      if (isSent) this.left -= 1;
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
        if (reply === null) noteTrouble(this, 'no-connection', null);
        else if (reply.kind === 'refused') noteTrouble(this, 'busy', reply.retryAfterMs);
        else noteAnswer(this);
        then(reply);
      });
    });
  }
}

type Story = {
  readonly tills: number;
  readonly waiting: number;
  readonly limit: Limit;
  readonly sendNowEveryMs: number | null;
};

function tell({ tills: number, waiting, limit, sendNowEveryMs }: Story) {
  const queue = new EventQueue();
  const random = seededRandom(18);
  const server = new LimitedServer(limit, 300, queue.clock);
  const counter = { tried: 0, accepted: 0, lastWaitMs: 0 };
  const tills = Array.from({ length: number }, () => new SimulatedTill(waiting, server, queue.clock, random, counter));
  const now = () => queue.nowMs;
  // An outage of twenty minutes, in which every till tries, and then the network is back for all in one instant.
  const backAtMs = 20.3 * minuteMs;
  for (const till of tills) till.pump();
  queue.clock.after(backAtMs, () => {
    server.isReachable = true;
    for (const till of tills) {
      // A save every four minutes at each till, and staff who press "Send now".
      const serve = () =>
        queue.clock.after(-Math.log(1 - random.fraction()) * 4 * minuteMs, () => {
          till.save();
          serve();
        });
      serve();
      if (sendNowEveryMs === null) continue;
      const press = () =>
        queue.clock.after(random.fraction() * 2 * sendNowEveryMs, () => {
          till.sendNow();
          press();
        });
      press();
    }
  });
  queue.run(backAtMs + 4 * 60 * minuteMs, () => server.isReachable && tills.every(({ left }) => left === 0));
  return {
    unsent: tills.reduce((sum, { left }) => sum + left, 0),
    refusedPart: server.refused / server.calls,
    acceptedPart: counter.accepted / counter.tried,
    counterSaves: counter.tried,
    minutes: (now() - backAtMs) / minuteMs,
  };
}

describe('two hundred tills that come back at once', () => {
  for (const kind of ['window', 'bucket'] as const) {
    for (const namesWait of [true, false]) {
      const how = `${kind === 'window' ? 'counts by the minute' : 'lets calls through one by one'} and ${namesWait ? 'names a wait' : 'names no wait'}`;
      it(`F18 at a limit of 300 calls a minute that ${how}, are refused under 5 %, and 95 % of saves at the counter go at once`, () => {
        const told = tell({ tills: 200, waiting: 10, limit: { kind, namesWait }, sendNowEveryMs: null });
        const words = JSON.stringify(told);
        assert.equal(told.unsent, 0, words);
        assert.ok(told.refusedPart < 0.05, words);
        assert.ok(told.counterSaves > 500 && told.acceptedPart >= 0.95, words);
      });
    }
  }

  it('F34 keep their pace also where staff at every till press "Send now" every ten seconds', () => {
    const limit = { kind: 'window', namesWait: true } as const;
    const told = tell({ tills: 200, waiting: 10, limit, sendNowEveryMs: 10_000 });
    const words = JSON.stringify(told);
    assert.equal(told.unsent, 0, words);
    assert.ok(told.refusedPart < 0.05, words);
    assert.ok(told.acceptedPart >= 0.95, words);
  });

  it('one till alone has sent a day of updates within minutes', () => {
    const limit = { kind: 'window', namesWait: true } as const;
    const told = tell({ tills: 1, waiting: 100, limit, sendNowEveryMs: null });
    assert.ok(told.unsent === 0 && told.minutes < 15, JSON.stringify(told));
  });
});
