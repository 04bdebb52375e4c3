/**
 * Masks mobiles and emails for roles that may not see them in full. Staff can reveal one field of a customer, which is
 * recorded; it is masked again when another customer is opened or somebody else signs in.
 */
import { type MaskableField, maskableFields } from '../model/masked.ts';

export type MaskingOptions = {
  /** The fields that are masked for the current staff's role. */
  readonly masked: () => readonly MaskableField[];
  /** Records that a field was revealed, without the customer. */
  readonly record: () => void;
  /** The visible fields of this customer have changed. */
  readonly changed: (customerId: number) => void;
};

export class Masking {
  readonly #options: MaskingOptions;
  #shown: { readonly customerId: number; readonly fields: ReadonlySet<MaskableField> } | null = null;

  constructor(options: MaskingOptions) {
    this.#options = options;
  }

  /** The fields of this customer that the services must not pass to the screen now. */
  readonly hidden = (customerId: number): readonly MaskableField[] => {
    const masked = this.#options.masked();
    if (masked.length === 0) return masked;
    const shown = this.#shown?.customerId === customerId ? this.#shown.fields : null;
    return maskableFields.filter((field) => masked.includes(field) && shown?.has(field) !== true);
  };

  show(customerId: number, field: MaskableField): void {
    if (!this.hidden(customerId).includes(field)) return;
    this.#options.record();
    this.opened(customerId);
    this.#shown = { customerId, fields: new Set([...(this.#shown?.fields ?? []), field]) };
    this.#options.changed(customerId);
  }

  /** This customer was opened. */
  opened(customerId: number): void {
    if (this.#shown?.customerId !== customerId) this.hideAgain();
  }

  hideAgain(): void {
    const before = this.#shown;
    this.#shown = null;
    if (before !== null) this.#options.changed(before.customerId);
  }
}
