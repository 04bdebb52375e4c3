import { answerOf } from '../bridge.ts';

/**
 * One thing that staff or IT can start; a second press while it runs does nothing. If the services do not answer, the
 * action fails and says so beside its button. Any other error is a bug and goes to the error handler.
 */
export class Action<Args extends readonly unknown[], Result> {
  readonly #do: (...args: Args) => Promise<Result>;
  running = $state(false);
  /** The last run's result; null before it and during a run. */
  result = $state.raw<Result | null>(null);
  /** The last run got no answer from the services. */
  failed = $state(false);

  constructor(run: (...args: Args) => Promise<Result>) {
    this.#do = run;
  }

  /** @returns null if it runs already, or got no answer */
  async run(...args: Args): Promise<Result | null> {
    if (this.running) return null;
    this.clear();
    this.running = true;
    try {
      const answer = await answerOf(this.#do(...args));
      this.failed = answer === null;
      this.result = answer?.value ?? null;
      return this.result;
    } finally {
      this.running = false;
    }
  }

  /** Clears the last run's result. */
  clear(): void {
    this.result = null;
    this.failed = false;
  }
}
