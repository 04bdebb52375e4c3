/**
 * The custom field reserved for Tillside (`sync.markField`). Every update writes its id there, so that reading back
 * proves whether it arrived, even if the changed fields prove nothing. Staff never see it.
 */
import type { CustomKey } from '../model/customer.ts';
import type { ReservedField } from '../org/organisation.ts';

export type Mark = {
  readonly key: CustomKey;
  /** The organisation has the field, so the server stores it. */
  readonly isKept: boolean;
};

export class MarkField {
  readonly #reserved: () => ReservedField | null;
  #refused: CustomKey | null = null;

  constructor(reserved: () => ReservedField | null) {
    this.#reserved = reserved;
  }

  /** Null if none is configured, the organisation does not have it, or the server refused it. */
  get current(): Mark | null {
    const reserved = this.#reserved();
    if (reserved === null || reserved.isDefined === false || reserved.key === this.#refused) return null;
    return { key: reserved.key, isKept: reserved.isDefined === true };
  }

  /** The server does not accept the field, so updates are sent without it until the next start. */
  refused(): void {
    this.#refused = this.#reserved()?.key ?? null;
  }
}
