/**
 * What the requests at the counter bring with them. Near the limit they alone are refused now and then, and each refusal
 * slows the backlog. So a part of what the till sends is always the backlog's. And a save that is refused is tried again
 * only so often: if every refused save were, these tries would be refused, too, and the server would do nothing else.
 */

/** For each request at the counter, the backlog gets so much of one. */
const backlogPart = 1 / 25;
/** The backlog goes if it has as much as an update needs: a look and the sending. */
const requestsPerUpdate = 2;
/** For each request at the counter, so much of a refused save is tried again. */
const retryPart = 1 / 20;
const mostRetries = 2;

export class CounterShare {
  #backlog = 0;
  #retries = mostRetries;

  requested(): void {
    this.#backlog = Math.min(requestsPerUpdate, this.#backlog + backlogPart);
    this.#retries = Math.min(mostRetries, this.#retries + retryPart);
  }

  /** Whether an update of the backlog may go, whatever the backlog's own pace is. */
  get isBacklogDue(): boolean {
    return this.#backlog >= requestsPerUpdate;
  }

  /** The network is back, for other tills as well: the backlog starts at its own pace. */
  startAgain(): void {
    this.#backlog = 0;
  }

  backlogGoes(): void {
    this.#backlog -= requestsPerUpdate;
  }

  /** Counts one retry of a refused save. @returns whether there was one left */
  takeRetry(): boolean {
    if (this.#retries < 1) return false;
    this.#retries -= 1;
    return true;
  }
}
