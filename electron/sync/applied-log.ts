/**
 * Which customers an update was applied to, in what order. An answer to a question that was asked before that may be older
 * than what the update's answer said, and must not undo it on the screen (F61).
 */
export class AppliedLog {
  #applied = 0;
  readonly #latest = new Map<number, number>();

  /** An update of this customer was applied. */
  note(customerId: number): void {
    this.#applied += 1;
    this.#latest.set(customerId, this.#applied);
  }

  /** Now, for `isOvertaken`. */
  position(): number {
    return this.#applied;
  }

  /** Whether an update of this customer was applied since that position. */
  isOvertaken(customerId: number, position: number): boolean {
    return (this.#latest.get(customerId) ?? 0) > position;
  }
}
