import type { Component } from 'svelte';
import { fetchLaterTexts } from '../i18n/messages.ts';

/**
 * A part of the screen that the first screen does not need. It is loaded from the program's own files afterwards, so
 * that it is ready when somebody opens it; if opened earlier, it is shown as soon as it comes.
 */
export class LazyPart<Props extends Record<string, unknown>> {
  readonly #load: () => Promise<{ readonly default: Component<Props> }>;
  #part = $state.raw<Component<Props> | null>(null);
  #coming: Promise<void> | null = null;

  constructor(load: () => Promise<{ readonly default: Component<Props> }>) {
    this.#load = load;
  }

  /**
   * Null: not loaded yet. Reading this loads it; a failure reaches the page that asked, and the next one tries again.
   */
  get shown(): Component<Props> | null {
    if (this.#part === null) void this.fetch();
    return this.#part;
  }

  /** @throws if the file cannot be loaded */
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
