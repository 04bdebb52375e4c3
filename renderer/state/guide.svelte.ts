export const guideSteps = ['find', 'change', 'save', 'watch', 'offline'] as const;
export type GuideStep = (typeof guideSteps)[number];

const storageKey = 'tillside.guide';

/**
 * The first steps in practice mode, one after another beside the real work. Doing what a step says ends it, or "Next"
 * does. Once skipped or finished they do not come back on this computer.
 */
export class Guide {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  #at = $state<number | null>(0);

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage;
    if (storage.getItem(storageKey) === 'done') this.#at = null;
  }

  /** Null: done or skipped. */
  get step(): GuideStep | null {
    return this.#at === null ? null : (guideSteps[this.#at] ?? null);
  }

  get number(): number {
    return (this.#at ?? 0) + 1;
  }

  /** Somebody did what a step says; ignored unless that step is showing. */
  did(step: GuideStep): void {
    if (this.step === step) this.next();
  }

  next(): void {
    if (this.#at === null) return;
    if (this.#at + 1 < guideSteps.length) this.#at += 1;
    else this.end();
  }

  back(): void {
    if (this.#at !== null && this.#at > 0) this.#at -= 1;
  }

  end(): void {
    this.#at = null;
    this.#storage.setItem(storageKey, 'done');
  }

  again(): void {
    this.#at = 0;
  }
}
