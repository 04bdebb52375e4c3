import type { Identifier } from '../../electron/model/customer.ts';
import type { CustomerHit, CustomerView, OnlineResult, SearchResult } from '../../electron/model/customer-view.ts';
import { maxHits, maxQueryLength } from '../../electron/model/limits.ts';
import type { LookUpType } from '../../electron/model/readings.ts';
import type { UpdateState } from '../../electron/model/update-view.ts';
import { CallFailed, type Services } from '../bridge.ts';
import type { Machine } from './machine.ts';

/** One line of the list under the search box. */
export type SearchOption =
  | { readonly kind: 'hit'; readonly hit: CustomerHit }
  /** `answersTo`: to which reading of the text, where staff choose among several. */
  | { readonly kind: 'found-online'; readonly customer: CustomerView; readonly answersTo: LookUpType | null }
  | { readonly kind: 'by-identifier'; readonly identifier: Identifier };

/** What is known of a look-up online for all that the box can say. */
export type LookupState = { readonly kind: 'idle' } | { readonly kind: 'looking' } | OnlineResult;

const idleBeforeLookupMs = 400;
/** A text of this length is a whole number, not the end of one: Enter asks head office, whoever is listed here. */
const wholeNumber = 7;
/** Changes of listed customers come in numbers when a backlog goes: one reading serves them all. */
const refreshAfterMs = 400;
const openStates: ReadonlySet<UpdateState> = new Set(['queued', 'sending', 'unknown', 'attention']);

/**
 * The search box. A query is asked for at once; while an answer is under way only the newest text waits, so a slow answer
 * never piles up others, and an answer to an older text is never shown over a newer one.
 */
export class Search {
  readonly #services: Services;
  readonly #machine: Machine;
  #query = $state('');
  #result = $state.raw<SearchResult | null>(null);
  #answered = $state<string | null>(null);
  #active = $state(-1);
  #lookup = $state.raw<LookupState>({ kind: 'idle' });
  #asking: Promise<void> | null = null;
  /** Something changed since the newest answer was asked for. */
  #outdated = true;
  #refreshWaits: (() => void) | null = null;
  #failed = $state(false);
  #lookupFor: string | null = null;
  #lookingUp: Promise<void> = Promise.resolve();
  #stopLookupTimer: () => void = () => undefined;

  /** @param isOpen whoever is open at the counter: read anew for the page, which tells the list by `follow` */
  constructor(services: Services, machine: Machine, isOpen: (customerId: number) => boolean = () => false) {
    this.#services = services;
    this.#machine = machine;
    services.on('customers.changed', ({ customerId }) => {
      if (!isOpen(customerId)) this.#changed(customerId);
    });
    services.on('customers.merged', ({ customerId }) => this.#changed(customerId));
    // Whom the one before served is nothing for the next.
    services.on('staff.changed', () => void this.refresh());
    services.on('customers.importChanged', ({ kind }) => {
      if (kind === 'done') void this.refresh();
    });
  }

  get query(): string {
    return this.#query;
  }
  /** The newest answer; while a newer text is being asked for, still the one before, so that the list does not flicker. */
  get result(): SearchResult | null {
    return this.#result;
  }
  /** The list shows what the box says. */
  get settled(): boolean {
    return this.#answered === this.#query;
  }
  /** There are more than the list holds. */
  get hasMore(): boolean {
    return (this.#result?.hits.length ?? 0) >= maxHits;
  }
  /** The services did not answer the newest question. */
  get failed(): boolean {
    return this.#failed;
  }
  get lookup(): LookupState {
    return this.#lookup;
  }
  /** Index of the marked option, -1 for none. */
  get active(): number {
    return this.#active;
  }

  readonly #options = $derived.by((): readonly SearchOption[] => {
    const result = this.#result;
    if (result === null) return [];
    const hits = result.hits.map((hit) => ({ kind: 'hit', hit }) as const);
    switch (this.#lookup.kind) {
      case 'found':
        return [{ kind: 'found-online', customer: this.#lookup.customer, answersTo: null }, ...hits];
      case 'choose':
        return [...this.#lookup.people.map((found) => ({ kind: 'found-online', ...found }) as const), ...hits];
      // Only once the server was asked: until then nobody knows whether there is such a customer.
      case 'not-found':
      case 'failed':
        return [...hits, ...result.identifiers.map((identifier) => ({ kind: 'by-identifier', identifier }) as const)];
      default:
        return hits;
    }
  });
  get options(): readonly SearchOption[] {
    return this.#options;
  }

  /** Reads what the box says again, such as when a customer changed. */
  refresh(): Promise<void> {
    this.#outdated = true;
    return this.#ask();
  }

  type(typed: string): void {
    // Nobody's name or identifier is longer; a whole page that was pasted is not searched for.
    const text = typed.slice(0, maxQueryLength);
    if (text === this.#query && this.#lookup.kind === 'looking') return;
    this.#query = text;
    this.#active = -1;
    this.#stopLookupTimer();
    this.#lookupFor = null;
    this.#lookup = { kind: 'idle' };
    void this.#ask();
  }

  move(step: number): void {
    const count = this.options.length;
    if (count === 0) return;
    this.#active = this.#active < 0 ? (step > 0 ? 0 : count - 1) : (this.#active + step + count) % count;
  }

  mark(index: number): void {
    this.#active = index;
  }

  /**
   * What Enter opens: the marked option, the one customer who answers exactly to a reading of the text (a scanner ends with
   * Enter), or the only one with such a name. Where nobody here answers, head office is asked first. Null: a person must
   * choose; the first option is marked then. Digits alone never open anybody whose number only begins or ends so (F54).
   */
  async enter(): Promise<SearchOption | null> {
    const query = this.#query;
    await this.#ask();
    if (this.#query !== query || this.#failed) return null;
    const marked = this.options[this.#active];
    if (marked !== undefined) return marked;
    const { hits = [], identifiers = [], isSimilar = false } = this.#result ?? {};
    const answering = hits.filter(({ answersTo }) => answersTo !== null);
    const isName = !isSimilar && !/\p{Nd}/u.test(this.#query);
    const [only, another] = answering.length === 0 && isName ? hits : answering;
    if (only !== undefined && another === undefined) return { kind: 'hit', hit: only };
    const isWhole = hits.length === 0 || this.#query.trim().length >= wholeNumber;
    if (answering.length === 0 && identifiers.length > 0 && isWhole) {
      await this.lookUp();
      if (this.#query !== query) return null;
      if (this.#lookup.kind === 'found') {
        return { kind: 'found-online', customer: this.#lookup.customer, answersTo: null };
      }
    }
    if (this.options.length > 0) this.#active = 0;
    return null;
  }

  /** Asks head office for all that the box can say; whoever asks while that runs waits for the same answer. */
  lookUp(): Promise<void> {
    const query = this.#query;
    if (!this.#isIdentifier || this.#answered !== query) return Promise.resolve();
    if (this.#lookupFor === query && this.#lookup.kind === 'looking') return this.#lookingUp;
    this.#stopLookupTimer();
    this.#lookupFor = query;
    this.#lookup = { kind: 'looking' };
    this.#lookingUp = this.#services
      .call('customers.lookUpOnline', { query })
      .catch((): OnlineResult => ({ kind: 'failed', why: 'server' }))
      .then((found) => {
        // Shown only while the box still says the same.
        if (this.#lookupFor === query && this.#query === query) this.#lookup = found;
      });
    return this.#lookingUp;
  }

  /** The open customer was read anew: their row says the same, and stays where it is. */
  follow({ customerId, fields, loyalty, updates }: CustomerView): void {
    const result = this.#result;
    if (result === null || customerId === null) return;
    if (!result.hits.some((hit) => hit.customerId === customerId)) {
      this.#changed(customerId);
      return;
    }
    const unsent = updates.filter(({ state }) => openStates.has(state)).length;
    const { firstName, lastName, mobile = null, email = null, externalId = null } = fields;
    const now = { firstName: firstName ?? '', lastName: lastName ?? '', mobile, email, externalId };
    const hits = result.hits.map((hit) =>
      hit.customerId === customerId
        ? {
            ...hit,
            ...now,
            unsent,
            tier: loyalty?.tier ?? hit.tier,
            matches: hit.matches.filter((match) => now[match.in] === hit[match.in]),
          }
        : hit,
    );
    this.#result = { ...result, hits };
  }

  /** Somebody who stands in the list changed, or may stand in it from now on. */
  #changed(customerId: number): void {
    const { hits = [] } = this.#result ?? {};
    const isListed = hits.some((hit) => hit.customerId === customerId);
    if (!isListed && (hits.length > 0 || this.#query === '')) return;
    this.#refreshWaits ??= this.#machine.after(refreshAfterMs, () => {
      this.#refreshWaits = null;
      void this.refresh();
    });
  }

  get #isIdentifier(): boolean {
    return (this.#result?.identifiers.length ?? 0) > 0;
  }

  /** A customer whose name changed may stand in another place of the list. */
  #markAgain(marked: SearchOption | undefined): void {
    if (marked?.kind === 'hit') {
      const { customerId } = marked.hit;
      this.#active = this.options.findIndex((option) => option.kind === 'hit' && option.hit.customerId === customerId);
    }
    if (this.#active >= this.options.length) this.#active = -1;
  }

  /** Resolves when the list shows what the box says. */
  #ask(): Promise<void> {
    this.#asking ??= this.#askUntilSettled().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askUntilSettled(): Promise<void> {
    while (this.#outdated || this.#answered !== this.#query) {
      this.#outdated = false;
      const query = this.#query;
      let result: SearchResult;
      try {
        result = await this.#services.call('customers.search', { query, limit: maxHits });
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        if (query !== this.#query) continue;
        this.#failed = true;
        return;
      }
      if (query !== this.#query) continue;
      this.#failed = false;
      const marked = this.options[this.#active];
      this.#result = result;
      this.#answered = query;
      this.#markAgain(marked);
      if (result.hits.length === 0 && this.#isIdentifier && this.#lookupFor !== query) {
        this.#stopLookupTimer();
        this.#stopLookupTimer = this.#machine.after(idleBeforeLookupMs, () => void this.lookUp());
      }
    }
  }
}
