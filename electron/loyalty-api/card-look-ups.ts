/** Look-ups by loyalty card. Not every server supports them; one that refuses is not asked again for a day. */
import type { Clock } from '../machine/clock.ts';
import type { ReadOutcome } from '../model/outcome.ts';
import type { LookUpType } from '../model/readings.ts';
import { allFailed } from './codes.ts';

type CardType = Extract<LookUpType, 'cardNumber' | 'cardExternalId'>;

export function isCard(type: LookUpType): type is CardType {
  return type === 'cardNumber' || type === 'cardExternalId';
}

type Refused = Extract<ReadOutcome<never>, { kind: 'refused' }>;

const dayMs = 24 * 60 * 60_000;

export class CardLookUps {
  readonly #clock: Clock;
  readonly #refused = new Map<CardType, { readonly outcome: Refused; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async asking<T>(type: CardType, ask: () => Promise<ReadOutcome<T>>): Promise<ReadOutcome<T>> {
    const refused = this.#refused.get(type);
    if (refused !== undefined && this.#clock.monotonicMs() < refused.untilMs) return refused.outcome;
    const outcome = await ask();
    // A refusal about the one customer says nothing about the call, nor does "all failed", which may be about nobody.
    if (outcome.kind === 'refused' && outcome.answer.itemCode === null && outcome.answer.code !== allFailed) {
      this.#refused.set(type, { outcome, untilMs: this.#clock.monotonicMs() + dayMs });
    }
    return outcome;
  }
}
