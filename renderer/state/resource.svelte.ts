import type { CallName, EventName, Payload, Result } from '../../electron/ipc/schema.ts';
import { answerOf, type Services } from '../bridge.ts';
import type { Machine } from './machine.ts';

type How<Key, Value> = {
  readonly machine: Machine;
  /** Wanted until somebody asks for another one. */
  readonly first: Key;
  readonly read: (key: Key) => Promise<Value>;
  /** Changes within this time cost one read. */
  readonly soonMs: number;
  /** Absent: after a failed read nothing is read until somebody asks. */
  readonly againMs?: number;
  readonly onRead?: (value: Value, key: Key) => void;
};

/**
 * What the services say about one key, such as the list for a search text.
 *
 * - One read runs at a time; only the newest key waits for it, so slow answers never pile up.
 * - The newest key wins: an answer to an older one is dropped. The last value stays until then, so nothing flickers.
 * - A stale value is read again soon, once for all changes that come together.
 * - A read without an answer has failed, until one succeeds.
 */
export class Resource<Key, Value> {
  readonly #how: How<Key, Value>;
  #wanted: Key;
  #answer = $state.raw<{ readonly key: Key; readonly value: Value } | null>(null);
  /** The last read got no answer. */
  failed = $state(false);
  #isStale = false;
  #forgotten = 0;
  #reading: Promise<void> | null = null;
  #stopWaiting: (() => void) | null = null;

  constructor(how: How<Key, Value>) {
    this.#how = how;
    this.#wanted = how.first;
  }

  /** null: not read yet */
  get value(): Value | null {
    return this.#answer?.value ?? null;
  }
  /** The value's own key; null: not read yet */
  get key(): Key | null {
    return this.#answer?.key ?? null;
  }

  /** @returns once the value is that of the newest key, or there was no answer */
  ask(key: Key): Promise<void> {
    this.#wanted = key;
    this.#reading ??= this.#isFresh ? null : this.#readUntilFresh();
    return this.#reading ?? Promise.resolve();
  }

  /** Reads even if nothing is known to have changed. */
  again(key: Key = this.#wanted): Promise<void> {
    this.#isStale = true;
    return this.ask(key);
  }

  /** Something changed. */
  stale(afterMs: number = this.#how.soonMs): void {
    this.#stopWaiting ??= this.#how.machine.after(afterMs, () => {
      this.#stopWaiting = null;
      void this.again();
    });
  }

  /** Nobody looks at it: it is not read again by itself. */
  rest(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = null;
  }

  /** Nothing read before may be seen any more, nor what is on its way. */
  forget(): void {
    this.#forgotten += 1;
    this.#answer = null;
  }

  /** What changed is known already. */
  patch(value: Value): void {
    if (this.#answer !== null) this.#answer = { ...this.#answer, value };
  }

  get #isFresh(): boolean {
    return !this.#isStale && this.#answer?.key === this.#wanted;
  }

  async #readUntilFresh(): Promise<void> {
    try {
      do {
        this.#isStale = false;
        const key = this.#wanted;
        const forgotten = this.#forgotten;
        const answer = await answerOf(this.#how.read(key));
        if (key !== this.#wanted || forgotten !== this.#forgotten) continue;
        this.failed = answer === null;
        if (answer === null) {
          if (this.#how.againMs !== undefined) this.stale(this.#how.againMs);
          return;
        }
        this.#answer = { key, ...answer };
        this.#how.onRead?.(answer.value, key);
      } while (!this.#isFresh);
    } finally {
      this.#reading = null;
    }
  }
}

/**
 * Sets a fact of which every change brings an event. The event may overtake the answer to the first question, and is newer.
 * @throws {CallFailed} if the services do not answer at all
 */
export async function follow<Call extends CallName, Event extends EventName>(
  services: Services,
  call: Call,
  event: Event,
  set: (fact: Result<Call> | Payload<Event>) => void,
): Promise<void> {
  let heard = false;
  services.on(event, (fact) => {
    heard = true;
    set(fact);
  });
  const fact = await services.call(call);
  if (!heard) set(fact);
}
