/** Holding a request at a precise step, for tests and for the crash rig. */
import { type Endpoint, type Met, meets } from './faults.ts';

/**
 * - `received`: the whole request was read, nothing was done yet
 * - `applied`: it was worked out (and entered in the ledger, where it changed something), no byte of the answer left
 * - `replied`: the answer was handed to the system, or the connection was cut in its place
 */
export const steps = ['received', 'applied', 'replied'] as const;
export type Step = (typeof steps)[number];

export type StepListener = (step: Step, request: Met) => void | Promise<void>;

export type HoldFilter = { readonly customerId?: number; readonly endpoint?: Endpoint };

export type Hold = {
  /** Resolves when a request has come to the step and waits there. */
  readonly reached: Promise<Met>;
  /** Lets it go on; before anything was held, takes the hold away. */
  readonly release: () => void;
};

export class Steps {
  readonly #listeners = new Set<StepListener>();

  /** Every request waits at each step for what the listener returns. */
  listen(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Holds the next request that comes to the step; others pass. */
  hold(step: Step, filter: HoldFilter): Hold {
    const reached = Promise.withResolvers<Met>();
    const released = Promise.withResolvers<void>();
    const stop = this.listen((at, request) => {
      if (at !== step || !meets(filter, request)) return;
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

  async pass(step: Step, request: Met): Promise<void> {
    for (const listener of [...this.#listeners]) await listener(step, request);
  }
}
