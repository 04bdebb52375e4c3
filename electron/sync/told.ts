/**
 * Which customers the server told of in the course of an update. An answer to a question that was asked before that may be
 * older than what the update's answer said, and must not undo it on the screen.
 */
export class Told {
  #updates = 0;
  readonly #latest = new Map<number, number>();

  /** An update of this customer was settled with what the server said of it. */
  note(customerId: number): void {
    this.#updates += 1;
    this.#latest.set(customerId, this.#updates);
  }

  /** Now, for `isNewer`. */
  mark(): number {
    return this.#updates;
  }

  /** Whether something was noted of this customer since the mark. */
  isNewer(customerId: number, mark: number): boolean {
    return (this.#latest.get(customerId) ?? 0) > mark;
  }
}
