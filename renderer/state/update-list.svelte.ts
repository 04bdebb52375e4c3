import type { Argument } from '../../electron/ipc/schema.ts';
import type { FieldKey } from '../../electron/model/customer.ts';
import type {
  ChangeResult,
  FieldChoice,
  SaveResult,
  UpdateHistoryEntry,
  UpdateView,
} from '../../electron/model/update-view.ts';
import type { Services } from '../bridge.ts';
import type { Machine } from './machine.ts';
import { Resource } from './resource.svelte.ts';

type Step = 'updates.cancel' | 'updates.discard' | 'updates.putOff' | 'updates.awardSeen';
export type Which = 'open' | 'closed' | 'doubled';

/** The rows that are read together. */
type Stretch = { readonly which: Which; readonly offset: number; readonly limit: number };

const step = 50;
const rereadAfterMs = 80;
/** A read without an answer is repeated. */
const rereadAgainAfterMs = 2000;

/** The updates of this till. Only those near the rows in view are read, since the list may have ten thousand. */
export class UpdateList {
  readonly #services: Services;
  readonly #machine: Machine;
  which = $state<Which>('open');
  readonly #list;
  readonly #history;
  #wanted: Stretch = { which: 'open', offset: 0, limit: 2 * step };
  /** How far each list is scrolled, so that coming back from a customer continues where it was left. */
  readonly left = new Map<Which, number>();
  /** Nothing is read while nobody looks at the list. */
  #isShown = false;

  constructor(services: Services, machine: Machine) {
    this.#services = services;
    this.#machine = machine;
    this.#list = new Resource({
      machine,
      first: this.#wanted,
      read: (stretch) => services.call('updates.list', stretch),
      soonMs: rereadAfterMs,
      againMs: rereadAgainAfterMs,
    });
    // Without an answer it is read again with the update's next change, or when its row is opened again.
    this.#history = new Resource<string | null, readonly UpdateHistoryEntry[]>({
      machine,
      first: null,
      read: async (updateId) => (updateId === null ? [] : await services.call('updates.history', { updateId })),
      soonMs: rereadAfterMs,
    });
    services.on('updates.changed', ({ updateId }) => {
      if (this.#isShown && this.#history.key === updateId) this.#history.stale();
      this.#changed();
    });
    // What the server holds now, beside what was typed here, if staff have to choose.
    services.on('customers.changed', () => this.#changed());
    // Another role may see less.
    services.on('org.changed', () => {
      this.#history.forget();
      if (this.#isShown) this.#history.stale();
      this.#changed();
    });
  }

  /** null: not read yet */
  get total(): number | null {
    return this.#list.key?.which === this.which ? (this.#list.value?.total ?? null) : null;
  }

  /** null: not read yet */
  at(index: number): UpdateView | null {
    const { key, value } = this.#list;
    return key?.which === this.which ? (value?.updates[index - key.offset] ?? null) : null;
  }

  /** -1: not among those read, for example because it has left the list */
  indexOf(updateId: string): number {
    const { key, value } = this.#list;
    const at = value?.updates.findIndex((update) => update.updateId === updateId) ?? -1;
    return key === null || at < 0 ? -1 : key.offset + at;
  }

  history(updateId: string): readonly UpdateHistoryEntry[] | null {
    return this.#history.key === updateId ? this.#history.value : null;
  }

  /** The page is shown, until `hide`. */
  show(which: Which): void {
    this.#isShown = true;
    if (which !== this.which) this.#wanted = { which, offset: 0, limit: 2 * step };
    this.which = which;
    void this.#list.again(this.#wanted);
  }

  hide(): void {
    this.#isShown = false;
    this.#list.rest();
  }

  /** Reads what is missing between two rows. */
  want(from: number, to: number): void {
    const offset = Math.floor(Math.max(0, from) / step) * step;
    const limit = (Math.floor((to - offset) / step) + 1) * step;
    if (offset >= this.#wanted.offset && offset + limit <= this.#wanted.offset + this.#wanted.limit) return;
    this.#wanted = { which: this.which, offset, limit };
    void this.#list.ask(this.#wanted);
  }

  readHistory(updateId: string): Promise<void> {
    return this.#history.again(updateId);
  }

  /** Runs an action that an update's row offers. */
  async change<Name extends Step>(name: Name, argument: Argument<Name>): Promise<ChangeResult> {
    return await this.#services.call<Step>(name, argument);
  }

  async settle(updateId: string, choices: ReadonlyMap<FieldKey, FieldChoice>): Promise<SaveResult> {
    const token = this.#machine.newToken();
    return await this.#services.call('updates.settleConflict', {
      updateId,
      token,
      choices: Object.fromEntries(choices),
    });
  }

  #changed(): void {
    if (this.#isShown) this.#list.stale();
  }
}
