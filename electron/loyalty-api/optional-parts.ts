/**
 * The optional parts of `customer/get`. They may need extra permissions or slow down the call, so a call that fails
 * with them is repeated once without. Later calls then try one part each to find the cause, and that part is left out
 * for a day. No look-up costs more than one extra call.
 */
import type { Clock } from '../machine/clock.ts';
import type { ReadOutcome } from '../model/outcome.ts';

/** In the order in which they are tried. Gaps need programs. */
export const optionalParts = ['programs', 'gaps', 'expiry', 'coupons'] as const;
export type OptionalPart = (typeof optionalParts)[number];

const dayMs = 24 * 60 * 60_000;
/** If the second call also fails, it is not repeated for this long, because the cause is the server. */
const futileForMs = 10 * 60_000;

/** Whether leaving out parts of the request could change this answer. */
function couldBeTheParts(outcome: ReadOutcome<unknown>): boolean {
  switch (outcome.kind) {
    case 'found':
    case 'not-found':
      return false;
    case 'held':
      return outcome.why === 'permission';
    case 'refused':
      // A refusal about the one customer says nothing about the parts.
      return outcome.answer.itemCode === null;
    case 'failed':
      return ['timeout', 'server-error', 'unreadable-answer', 'connection-lost'].includes(outcome.why);
  }
}

export class OptionalParts {
  readonly #clock: Clock;
  /** One of these parts made a call fail. */
  readonly #suspects = new Set<OptionalPart>();
  readonly #leftOutUntilMs = new Map<OptionalPart, number>();
  #futileUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The parts that are not suspected or left out. */
  trusted(): readonly OptionalPart[] {
    return optionalParts.filter((part) => this.#mayAsk(part) && !this.#suspects.has(part));
  }

  /** @param ask makes the call with these parts */
  async asking<T>(ask: (parts: readonly OptionalPart[]) => Promise<ReadOutcome<T>>): Promise<ReadOutcome<T>> {
    const trusted = this.trusted();
    const trial = optionalParts.find((part) => this.#mayAsk(part) && this.#suspects.has(part)) ?? null;
    const wanted = trial === null ? trusted : [...trusted, trial];
    const outcome = await ask(wanted);
    if (!couldBeTheParts(outcome)) {
      if (trial !== null) this.#suspects.delete(trial);
      return outcome;
    }
    if (wanted.length === 0 || this.#clock.monotonicMs() < this.#futileUntilMs) return outcome;
    const without = await ask(trial === null ? [] : trusted);
    if (couldBeTheParts(without)) this.#futileUntilMs = this.#clock.monotonicMs() + futileForMs;
    else if (without.kind === 'found' || without.kind === 'not-found') this.#blame(wanted, trial);
    return without;
  }

  #mayAsk(part: OptionalPart): boolean {
    if ((this.#leftOutUntilMs.get(part) ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonicMs()) return false;
    return part !== 'gaps' || (this.#mayAsk('programs') && !this.#suspects.has('programs'));
  }

  #blame(wanted: readonly OptionalPart[], trial: OptionalPart | null): void {
    const only = trial ?? (wanted.length === 1 ? wanted[0] : undefined);
    if (only === undefined) {
      for (const part of wanted) this.#suspects.add(part);
      return;
    }
    this.#suspects.delete(only);
    this.#leftOutUntilMs.set(only, this.#clock.monotonicMs() + dayMs);
  }
}
