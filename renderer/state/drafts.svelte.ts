import type { Draft } from '../../electron/updates/drafts.ts';
import type { Services } from '../bridge.ts';
import { type CustomerForm, placeOf } from './customer-form.svelte.ts';
import type { Machine } from './machine.ts';

const keepAfterMs = 250;

/**
 * Text that was typed and not saved. The services store it a moment after the typing, so that a crash does not cost it.
 */
export class Drafts {
  readonly #services: Services;
  readonly #machine: Machine;
  #kept = $state.raw<ReadonlyMap<string, Draft>>(new Map());
  readonly #timers = new Map<string, () => void>();
  /** By place: what is on its way to the services. */
  readonly #keeping = new Map<string, Promise<unknown>>();

  constructor(services: Services, machine: Machine) {
    this.#services = services;
    this.#machine = machine;
  }

  /** The newest first. */
  get all(): readonly Draft[] {
    return [...this.#kept.values()].toSorted((a, b) => b.typedAtMs - a.typedAtMs);
  }

  /** What was stored when the program was last open. */
  async start(): Promise<void> {
    const drafts = await this.#services.call('drafts.list');
    this.#kept = new Map([...drafts.map((draft) => [placeOf(draft), draft] as const), ...this.#kept]);
  }

  of(form: CustomerForm): Draft['changes'] {
    return this.#kept.get(form.place)?.changes ?? [];
  }

  /** A draft moves along when its customer turns out to be another one; newer text of a field wins. */
  merged(customerId: number, into: number): void {
    const moved = this.all
      .map((draft) =>
        'customerId' in draft.target && draft.target.customerId === customerId
          ? { ...draft, target: { customerId: into } }
          : draft,
      )
      .toReversed();
    const together = new Map<string, Draft>();
    for (const draft of moved) {
      const older = together.get(placeOf(draft))?.changes ?? [];
      const kept = older.filter(({ key }) => !draft.changes.some((change) => change.key === key));
      together.set(placeOf(draft), { ...draft, changes: [...kept, ...draft.changes] });
    }
    this.#kept = together;
    for (const [place, stop] of this.#timers) {
      if (!place.startsWith(`${customerId}/`)) continue;
      // A pending write would go to a customer who is gone.
      stop();
      this.#timers.delete(place);
      const draft = together.get(`${into}${place.slice(place.indexOf('/'))}`);
      if (draft !== undefined) this.#keep(draft);
    }
  }

  /**
   * A save of this form begins: its draft must not be written afterwards and appear as unsaved.
   * @returns once nothing of it is on its way any more
   */
  async beforeSave(form: CustomerForm): Promise<void> {
    const place = form.place;
    this.#timers.get(place)?.();
    await this.#keeping.get(place);
  }

  /**
   * The form's text changed, or its save ended. An empty draft is written at once, text a moment after the last key.
   * During a save nothing is written: its end tells what is left.
   */
  note(form: CustomerForm): void {
    const place = form.place;
    this.#timers.get(place)?.();
    const draft: Draft = {
      target: form.target,
      replaces: form.replaces?.updateId ?? null,
      name: [form.view.fields.firstName ?? '', form.view.fields.lastName ?? ''].filter((part) => part !== '').join(' '),
      changes: [...form.changes].map(([key, to]) => ({ key, to })),
      typedAtMs: this.#machine.nowMs(),
    };
    const isEmpty = form.changes.size === 0;
    if (isEmpty && !this.#kept.has(place)) return;
    const kept = new Map(this.#kept);
    kept.delete(place);
    if (!isEmpty) kept.set(place, draft);
    this.#kept = kept;
    // The save itself deletes the draft of what it saved.
    if (isEmpty && form.saved === null) this.#keep(draft);
    else if (!isEmpty && !form.saving)
      this.#timers.set(
        place,
        this.#machine.after(keepAfterMs, () => this.#keep(draft)),
      );
  }

  /** The customer was removed from this till: none of their drafts comes back. */
  erase(customerId: number): void {
    const kept = new Map(this.#kept);
    for (const [place, { target }] of this.#kept) {
      if (!('customerId' in target) || target.customerId !== customerId) continue;
      this.#timers.get(place)?.();
      kept.delete(place);
    }
    this.#kept = kept;
  }

  #keep({ target, replaces, changes }: Draft): void {
    const place = placeOf({ target, replaces });
    const map = Object.fromEntries(changes.map(({ key, to }) => [key, to]));
    const keeping = this.#services
      .call('drafts.keep', { target, replaces, changes: map })
      // Not on the disk: the text is still in the form, and Save reports the disk's problem.
      .catch(() => undefined)
      .finally(() => {
        if (this.#keeping.get(place) === keeping) this.#keeping.delete(place);
      });
    this.#keeping.set(place, keeping);
  }
}
