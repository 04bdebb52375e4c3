/**
 * The custom field that IT keeps for the till (`sync.markField`): every update of fields writes its own id there, so that
 * reading back proves whether it arrived, also where the fields themselves tell nothing. Staff never see it.
 */
import type { CustomKey } from '../model/customer.ts';
import type { ReservedField } from '../org/organisation.ts';

export type Mark = {
  readonly key: CustomKey;
  /** The organisation has the field, so that what is written there is kept. */
  readonly isKept: boolean;
};

export class MarkField {
  readonly #reserved: () => ReservedField | null;
  #refused: CustomKey | null = null;

  constructor(reserved: () => ReservedField | null) {
    this.#reserved = reserved;
  }

  /** Null where none is to be written: none is configured, the organisation lacks it, or the server refused it. */
  get current(): Mark | null {
    const reserved = this.#reserved();
    if (reserved === null || reserved.isDefined === false || reserved.key === this.#refused) return null;
    return { key: reserved.key, isKept: reserved.isDefined === true };
  }

  /** The server does not take the field: updates go without it until the next start, rather than not at all. */
  refused(): void {
    this.#refused = this.#reserved()?.key ?? null;
  }
}
