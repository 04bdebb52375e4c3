/** Holds a request at a precise step, for tests and the crash rig. */
import { type Endpoint, matches, type RequestTarget } from './faults.ts';

/**
 * - `received`: the whole request was read, but not processed
 * - `applied`: it was processed (and is in the ledger if it changed something), but no byte of the answer was sent
 * - `replied`: the answer was given to the system, or the connection was cut instead
 */
export const steps = ['received', 'applied', 'replied'] as const;
export type Step = (typeof steps)[number];

export type StepListener = (step: Step, request: RequestTarget) => void | Promise<void>;

export type HoldFilter = { readonly customerId?: number; readonly endpoint?: Endpoint };

export type Hold = {
  /** Resolves when a request has reached the step and waits there. */
  readonly reached: Promise<RequestTarget>;
  /** Lets the request continue; if none was held yet, removes the hold. */
  readonly release: () => void;
};

export class Steps {
  readonly #listeners = new Set<StepListener>();

  /** Every request waits at each step for the listener's promise. */
  listen(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Holds the next request that reaches the step; others pass. */
  hold(step: Step, filter: HoldFilter): Hold {
    const reached = Promise.withResolvers<RequestTarget>();
    const released = Promise.withResolvers<void>();
    const stop = this.listen((at, request) => {
      if (at !== step || !matches(filter, request)) return;
      stop();
      reached.resolve(request);
      return released.promise;
    });
    return {
      reached: reached.promise,
      release: () => {
        stop();
        released.resolve();
      },
    };
  }

  async pass(step: Step, request: RequestTarget): Promise<void> {
    for (const listener of [...this.#listeners]) await listener(step, request);
  }
}
