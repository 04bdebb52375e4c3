/** The practice server's customers, indexed by identifier. */
import type { PracticeCustomer } from './practice-customer.ts';
import type { IdentifierName } from './practice-org.ts';

export type PracticeIdentifier = { readonly name: IdentifierName | 'id'; readonly value: string };

export function identifierValue(customer: PracticeCustomer, name: IdentifierName): string | null {
  if (name === 'mobile') return customer.mobile;
  return name === 'email' ? customer.email : customer.externalId;
}

const indexed = ['mobile', 'email', 'external_id'] as const;

/** Emails and external ids ignore case. */
const indexKey = (name: IdentifierName, value: string) => `${name}:${value.toLowerCase()}`;

/** Changes since the sample customers. */
export type BookChanges = {
  readonly customers: readonly PracticeCustomer[];
  readonly merged: readonly (readonly [victim: number, survivor: number])[];
  readonly erased: readonly number[];
};

export class CustomerBook {
  readonly #byId = new Map<number, PracticeCustomer>();
  readonly #idByIdentifier = new Map<string, number>();
  readonly #changed = new Set<number>();
  readonly #survivorOf = new Map<number, number>();
  readonly #erased = new Set<number>();

  /** @param later `changes` of an earlier run with the same sample */
  constructor(start: readonly PracticeCustomer[], later: BookChanges = { customers: [], merged: [], erased: [] }) {
    for (const customer of start) this.#keep(customer);
    for (const userId of later.erased) this.erase(userId);
    for (const [victim, survivor] of later.merged) {
      this.#remove(victim);
      this.#survivorOf.set(victim, survivor);
    }
    for (const customer of later.customers) this.put(customer);
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): readonly PracticeCustomer[] {
    return [...this.#byId.values()];
  }

  get(userId: number): PracticeCustomer | null {
    return this.#byId.get(userId) ?? null;
  }

  /** For a merged account, returns the survivor. */
  find({ name, value }: PracticeIdentifier): PracticeCustomer | null {
    if (name !== 'id') {
      const userId = this.#idByIdentifier.get(indexKey(name, value));
      return userId === undefined ? null : this.get(userId);
    }
    if (!/^\d{1,15}$/.test(value)) return null;
    let userId = Number(value);
    for (let next = this.#survivorOf.get(userId); next !== undefined; next = this.#survivorOf.get(userId))
      userId = next;
    return this.get(userId);
  }

  wasErased({ name, value }: PracticeIdentifier): boolean {
    return name === 'id' && this.#erased.has(Number(value));
  }

  put(customer: PracticeCustomer): void {
    this.#keep(customer);
    this.#changed.add(customer.userId);
  }

  /** Stores the survivor and redirects the victim's id to it. */
  merge(survivor: PracticeCustomer, victimId: number): void {
    this.#remove(victimId);
    this.#survivorOf.set(victimId, survivor.userId);
    this.put(survivor);
  }

  /** Erases a customer, as after a request to delete personal data. */
  erase(userId: number): void {
    this.#remove(userId);
    this.#erased.add(userId);
  }

  changes(): BookChanges {
    return {
      customers: [...this.#changed].flatMap((userId) => this.get(userId) ?? []),
      merged: [...this.#survivorOf],
      erased: [...this.#erased],
    };
  }

  #keep(customer: PracticeCustomer): void {
    this.#forgetIdentifiers(customer.userId);
    this.#byId.set(customer.userId, customer);
    for (const name of indexed) {
      const value = identifierValue(customer, name);
      if (value !== null) this.#idByIdentifier.set(indexKey(name, value), customer.userId);
    }
  }

  #remove(userId: number): void {
    this.#forgetIdentifiers(userId);
    this.#byId.delete(userId);
    this.#changed.delete(userId);
  }

  #forgetIdentifiers(userId: number): void {
    const known = this.#byId.get(userId);
    if (known === undefined) return;
    for (const name of indexed) {
      const value = identifierValue(known, name);
      // Another customer may have this value by now, and keeps it.
      if (value === null || this.#idByIdentifier.get(indexKey(name, value)) !== userId) continue;
      this.#idByIdentifier.delete(indexKey(name, value));
    }
  }
}
