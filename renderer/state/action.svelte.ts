import { CallFailed } from '../bridge.ts';

/**
 * One thing that staff or IT can start. A second press while it runs does nothing. Where the services do not answer, that
 * is this action's own failure, told beside its button; any other error is a bug and goes on to whoever catches bugs.
 */
export class Action<Args extends readonly unknown[], Result> {
  readonly #do: (...args: Args) => Promise<Result>;
  #running = $state(false);
  #result = $state.raw<Result | null>(null);
  #failed = $state(false);

  constructor(run: (...args: Args) => Promise<Result>) {
    this.#do = run;
  }

  get running(): boolean {
    return this.#running;
  }
  /** What the last run brought; null before it and while one runs. */
  get result(): Result | null {
    return this.#result;
  }
  /** The last run got no answer from the services. */
  get failed(): boolean {
    return this.#failed;
  }

  /** @returns null where it runs already, or got no answer */
  async run(...args: Args): Promise<Result | null> {
    if (this.#running) return null;
    this.forget();
    this.#running = true;
    try {
      this.#result = await this.#do(...args);
      return this.#result;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      this.#failed = true;
      return null;
    } finally {
      this.#running = false;
    }
  }

  /** What the last run brought is told no longer. */
  forget(): void {
    this.#result = null;
    this.#failed = false;
  }
}
