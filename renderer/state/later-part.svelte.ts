import type { Component } from 'svelte';
import { fetchLaterTexts } from '../i18n/messages.ts';

/**
 * A part of the screen that the counter does not need to stand: fetched from the program's own files once it does, so that
 * it is there when somebody opens it. Asked for before that, it is shown as soon as it came.
 */
export class LaterPart<Props extends Record<string, unknown>> {
  readonly #load: () => Promise<{ readonly default: Component<Props> }>;
  #part = $state.raw<Component<Props> | null>(null);
  #coming: Promise<void> | null = null;

  constructor(load: () => Promise<{ readonly default: Component<Props> }>) {
    this.#load = load;
  }

  /** Null: not there yet. Asking is what fetches it; where that fails, the page hears of it, and the next one asks anew. */
  get shown(): Component<Props> | null {
    if (this.#part === null) void this.fetch();
    return this.#part;
  }

  /** @throws where the file cannot be had */
  fetch(): Promise<void> {
    this.#coming ??= Promise.all([this.#load(), fetchLaterTexts()])
      .then(([module]) => {
        this.#part = module.default;
      })
      .catch((error: unknown) => {
        this.#coming = null;
        throw error;
      });
    return this.#coming;
  }
}
