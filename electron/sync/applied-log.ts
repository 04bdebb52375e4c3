/**
 * Records for which customers updates were applied, in order. A read that started before an update was applied may
 * return older data, which must not undo the update on screen (F61).
 */
export class AppliedLog {
  #applied = 0;
  readonly #latest = new Map<number, number>();

  /** An update of this customer was applied. */
  note(customerId: number): void {
    this.#applied += 1;
    this.#latest.set(customerId, this.#applied);
  }

  /** The current position, for `isOvertaken`. */
  position(): number {
    return this.#applied;
  }

  /** Whether an update of this customer was applied since that position. */
  isOvertaken(customerId: number, position: number): boolean {
    return (this.#latest.get(customerId) ?? 0) > position;
  }
}
