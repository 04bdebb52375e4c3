/** Counters and durations since the start, for IT's monitoring. Never customer data. */
import type { Db } from '../db/open.ts';
import { sql } from '../db/statements.ts';
import { documentedCodes, meaningOf } from '../loyalty-api/codes.ts';
import type { HttpResult, Transport } from '../loyalty-api/transport.ts';
import type { Clock } from '../machine/clock.ts';
import type { LimitSeen } from './limit-note.ts';

/** Upper bounds in seconds, as in Prometheus; the last bucket, +Inf, is implied. */
const requestBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
const saveBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] as const;

export type Histogram = {
  readonly bounds: readonly number[];
  /** One per bound and one for larger values. Not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
};

export type Counts = {
  readonly saved: number;
  /** Accepted by head office. */
  readonly sent: number;
  /** Sent again because it certainly had not arrived. */
  readonly sentAgain: number;
  /** Uncertain updates that were resolved by asking head office. */
  readonly readBack: number;
  /** By class of the server's code, such as "1xxx"; "other" without a code. */
  readonly refused: { readonly [codeClass: string]: number };
  readonly rateLimited: number;
  /** By result: "answered", "not-sent", "lost". */
  readonly requests: { readonly [end: string]: number };
  readonly imports: number;
  readonly requestSeconds: Histogram;
  readonly saveSeconds: Histogram;
};

class Durations {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  add(seconds: number): void {
    const found = this.#bounds.findIndex((bound) => seconds <= bound);
    const at = found === -1 ? this.#bounds.length : found;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += seconds;
  }

  get histogram(): Histogram {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}

type Step = { id: number; from_state: string | null; to_state: string; event: string; detail: string | null };

export class Tally {
  readonly #clock: Clock;
  readonly #sinceMs: number;
  /** Updates whose history may have grown since it was last read. */
  readonly #touched = new Set<string>();
  /** The last history row read for each open update. */
  readonly #readTo = new Map<string, number>();
  readonly #counts = { saved: 0, sent: 0, sentAgain: 0, readBack: 0, rateLimited: 0, imports: 0 };
  // Start at zero: Prometheus sees no increase in a series that appears with its first count.
  readonly #refused = new Map(refusalClasses.map((name) => [name, 0]));
  readonly #requests = new Map(['answered', 'not-sent', 'lost'].map((end) => [end, 0]));
  readonly #requestSeconds = new Durations(requestBounds);
  readonly #saveSeconds = new Durations(saveBounds);

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.wallMs();
  }

  /** An update has changed state. Its history is read later, so that saving never waits for a count. */
  touched(updateId: string): void {
    this.#touched.add(updateId);
  }

  imported(): void {
    this.#counts.imports += 1;
  }

  /** Wraps a transport to count its requests. */
  counting(transport: Transport): Transport {
    return async (request) => {
      const startMs = this.#clock.monotonicMs();
      const result = await transport(request);
      this.#requestSeconds.add((this.#clock.monotonicMs() - startMs) / 1000);
      const end = result.kind === 'answer' ? 'answered' : result.kind;
      increase(this.#requests, end);
      if (isRateLimit(result)) this.#counts.rateLimited += 1;
      return result;
    };
  }

  /** Wraps a call to measure its duration. */
  timing<Argument, Result>(
    call: (argument: Argument) => Result | Promise<Result>,
  ): (argument: Argument) => Result | Promise<Result> {
    return (argument) => {
      const startMs = this.#clock.monotonicMs();
      const done = () => this.#saveSeconds.add((this.#clock.monotonicMs() - startMs) / 1000);
      const result = call(argument);
      if (!(result instanceof Promise)) {
        done();
        return result;
      }
      return result.finally(done);
    };
  }

  /** Requests that were answered, and how many of them the server refused as too many. */
  get limitSeen(): LimitSeen {
    return { requests: this.#requests.get('answered') ?? 0, refused: this.#counts.rateLimited };
  }

  counts(db: Db): Counts {
    for (const updateId of this.#touched) this.#readHistory(db, updateId);
    this.#touched.clear();
    return {
      ...this.#counts,
      refused: Object.fromEntries(this.#refused),
      requests: Object.fromEntries(this.#requests),
      requestSeconds: this.#requestSeconds.histogram,
      saveSeconds: this.#saveSeconds.histogram,
    };
  }

  #readHistory(db: Db, updateId: string): void {
    const steps = sql<Step>(
      db,
      `select id, from_state, to_state, event, detail from update_history
       where update_id = ? and id > ? and at_ms >= ? order by id`,
    ).all(updateId, this.#readTo.get(updateId) ?? 0, this.#sinceMs);
    for (const step of steps) this.#count(step);
    const last = steps.at(-1);
    if (last === undefined) return;
    if (last.to_state === 'applied' || last.to_state === 'cancelled') this.#readTo.delete(updateId);
    else this.#readTo.set(updateId, last.id);
  }

  #count({ from_state: from, to_state: to, event, detail }: Step): void {
    if (event === 'saved') this.#counts.saved += 1;
    if (to === 'applied') this.#counts.sent += 1;
    if (from === 'unknown' && to !== 'unknown' && to !== 'discarded') this.#counts.readBack += 1;
    if (from === 'unknown' && to === 'queued') this.#counts.sentAgain += 1;
    if (event === 'needs attention' && isRefusal(detail)) increase(this.#refused, classOf(detail));
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/**
 * A rejection is noted as the server's code, or as "refused" without one; other reasons for attention are other words.
 */
function isRefusal(detail: string | null): boolean {
  return detail === 'refused' || /^\d+$/.test(detail ?? '');
}

/** Groups codes into classes: a server may have thousands, and each would be a metric of its own. */
function classOf(detail: string | null): string {
  const [, digits] = /^(\d{3,6})$/.exec(detail ?? '') ?? [];
  return digits === undefined ? 'other' : `${digits.charAt(0)}${'x'.repeat(digits.length - 1)}`;
}

/** The classes of the codes that can refuse an update. */
const refusalClasses: readonly string[] = [
  ...documentedCodes.filter((code) => {
    const { item, request } = meaningOf(code);
    return [item, request].some((verdict) => verdict === 'refused' || verdict === 'not-found');
  }),
  null,
].map((code) => classOf(code === null ? null : String(code)));

function isRateLimit(result: HttpResult): boolean {
  if (result.kind !== 'answer') return false;
  return result.status === 429 || /"code"\s*:\s*"?(461|521)\b/.test(result.body.slice(0, 500));
}
