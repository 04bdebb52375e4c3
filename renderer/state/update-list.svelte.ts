import type { FieldKey } from '../../electron/model/customer.ts';
import type {
  ChangeResult,
  FieldChoice,
  SaveResult,
  UpdateHistoryEntry,
  UpdateView,
} from '../../electron/model/update-view.ts';
import { CallFailed, type Services } from '../bridge.ts';
import type { Machine } from './machine.ts';

export type Which = 'open' | 'closed' | 'doubled';

const pageSize = 100;
const rereadAfterMs = 80;
/** A read without an answer is repeated. */
const rereadAgainAfterMs = 2000;

/** The updates of this till, read by the hundred as they come into view, since the list may have ten thousand. */
export class UpdateList {
  readonly #services: Services;
  readonly #machine: Machine;
  #which = $state<Which>('open');
  #total = $state<number | null>(null);
  #pages = $state.raw<ReadonlyMap<number, readonly UpdateView[]>>(new Map());
  #history = $state.raw<ReadonlyMap<string, readonly UpdateHistoryEntry[]>>(new Map());
  readonly #reading = new Set<number>();
  #wanted: readonly number[] = [0];
  #generation = 0;
  /** Nobody looks at it otherwise, so nothing is read. */
  #isShown = false;
  #rereadWaits = false;

  constructor(services: Services, machine: Machine) {
    this.#services = services;
    this.#machine = machine;
    services.on('updates.changed', ({ updateId }) => this.#changed(updateId));
    // What the server holds now, beside what was typed here, if staff have to choose.
    services.on('customers.changed', () => this.#rereadSoon());
    // Another role may see less.
    services.on('org.changed', () => {
      this.#history = new Map();
      this.#rereadSoon();
    });
  }

  get which(): Which {
    return this.#which;
  }
  /** null: not read yet */
  get total(): number | null {
    return this.#total;
  }

  /** null: not read yet */
  at(index: number): UpdateView | null {
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize] ?? null;
  }

  /** -1: not among those read, for example because it has left the list */
  indexOf(updateId: string): number {
    for (const [page, updates] of this.#pages) {
      const at = updates.findIndex((update) => update.updateId === updateId);
      if (at >= 0) return page * pageSize + at;
    }
    return -1;
  }

  history(updateId: string): readonly UpdateHistoryEntry[] | null {
    return this.#history.get(updateId) ?? null;
  }

  /** The page is shown, until `hide`. */
  show(which: Which): void {
    this.#isShown = true;
    if (which === this.#which && this.#total !== null) {
      this.#reread();
      return;
    }
    this.#which = which;
    this.#generation += 1;
    this.#reading.clear();
    this.#pages = new Map();
    this.#total = null;
    this.#wanted = [0];
    void this.#read(0);
  }

  hide(): void {
    this.#isShown = false;
  }

  /** Reads what is missing between two rows. */
  want(from: number, to: number): void {
    const first = Math.floor(Math.max(0, from) / pageSize);
    const last = Math.floor(Math.max(0, to) / pageSize);
    this.#wanted = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    for (const page of this.#wanted) if (!this.#pages.has(page)) void this.#read(page);
  }

  async readHistory(updateId: string): Promise<void> {
    try {
      const entries = await this.#services.call('updates.history', { updateId });
      this.#history = new Map(this.#history).set(updateId, entries);
    } catch (error) {
      // It is read again with the update's next change, or when its row is opened again.
      if (!(error instanceof CallFailed)) throw error;
    }
  }

  async cancel(updateId: string): Promise<ChangeResult> {
    return await this.#services.call('updates.cancel', { updateId });
  }

  async discard(updateId: string, reason: string): Promise<ChangeResult> {
    return await this.#services.call('updates.discard', { updateId, reason });
  }

  async putOff(updateId: string): Promise<ChangeResult> {
    return await this.#services.call('updates.putOff', { updateId });
  }

  async awardSeen(updateId: string): Promise<ChangeResult> {
    return await this.#services.call('updates.awardSeen', { updateId });
  }

  async settle(updateId: string, choices: ReadonlyMap<FieldKey, FieldChoice>): Promise<SaveResult> {
    const token = this.#machine.newToken();
    return await this.#services.call('updates.settleConflict', {
      updateId,
      token,
      choices: Object.fromEntries(choices),
    });
  }

  async #read(page: number): Promise<void> {
    if (this.#reading.has(page)) return;
    const generation = this.#generation;
    this.#reading.add(page);
    try {
      const which = this.#which;
      const { updates, total } = await this.#services.call('updates.list', {
        which,
        offset: page * pageSize,
        limit: pageSize,
      });
      if (generation !== this.#generation) return;
      this.#pages = new Map(this.#pages).set(page, updates);
      this.#total = total;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      this.#rereadSoon(rereadAgainAfterMs);
    } finally {
      if (generation === this.#generation) this.#reading.delete(page);
    }
  }

  #changed(updateId: string): void {
    if (this.#isShown && this.#history.has(updateId)) void this.readHistory(updateId);
    this.#rereadSoon();
  }

  /** Many updates move at once when the connection is back, so one read covers them all. */
  #rereadSoon(afterMs = rereadAfterMs): void {
    if (this.#rereadWaits || !this.#isShown) return;
    this.#rereadWaits = true;
    this.#machine.after(afterMs, () => {
      this.#rereadWaits = false;
      if (this.#isShown) this.#reread();
    });
  }

  #reread(): void {
    // A read in progress may already be older than this change.
    this.#generation += 1;
    this.#reading.clear();
    // Pages out of view are read again when they come into view.
    this.#pages = new Map([...this.#pages].filter(([page]) => this.#wanted.includes(page)));
    for (const page of this.#wanted) void this.#read(page);
  }
}
