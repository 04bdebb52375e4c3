/**
 * What each request at the counter earns for the backlog and for retries. Near the server's limit, the counter alone is
 * refused now and then, and each refusal slows the backlog, which would stop without a share of its own. If every
 * refused save were retried, the retries would be refused too, and the server would do nothing else.
 */

/** For each request at the counter, the backlog may send this part of one. */
const backlogPart = 1 / 25;
/** A look and the sending. The backlog's share is used once it has grown to this. */
const requestsPerUpdate = 2;
/** Each request at the counter allows this part of one retry. */
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

  /** The network is back, for other tills too, so the backlog must start at its own pace. */
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
