/**
 * Who sees whole mobiles and emails. Staff of a role that masks them may ask for one field of one customer; it is recorded,
 * and hidden again when another customer is opened or somebody else signs in.
 */
import { type MaskableField, maskableFields } from '../model/masked.ts';

export type MaskingOptions = {
  /** What the role of whoever is at the till does not see. */
  readonly masked: () => readonly MaskableField[];
  /** Records that a detail was shown, without saying whose. */
  readonly record: () => void;
  /** What the screen may see of this customer is different now. */
  readonly changed: (customerId: number) => void;
};

export class Masking {
  readonly #options: MaskingOptions;
  #shown: { readonly customerId: number; readonly fields: ReadonlySet<MaskableField> } | null = null;

  constructor(options: MaskingOptions) {
    this.#options = options;
  }

  /** What may not leave the services of this customer now. */
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

  /** This customer is at the counter now. */
  opened(customerId: number): void {
    if (this.#shown?.customerId !== customerId) this.hideAgain();
  }

  hideAgain(): void {
    const before = this.#shown;
    this.#shown = null;
    if (before !== null) this.#options.changed(before.customerId);
  }
}
