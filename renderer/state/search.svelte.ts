import type { Identifier } from '../../electron/model/customer.ts';
import type { CustomerHit, CustomerView, OnlineResult, SearchResult } from '../../electron/model/customer-view.ts';
import { type FindBy, type FindRequest, findsBy } from '../../electron/model/find-request.ts';
import { maxHits, maxQueryLength } from '../../electron/model/limits.ts';
import type { LookUpType } from '../../electron/model/readings.ts';
import type { UpdateState } from '../../electron/model/update-view.ts';
import type { Services } from '../bridge.ts';
import type { Machine } from './machine.ts';
import { Resource } from './resource.svelte.ts';

/** What a line tells about a customer. */
export type Listed = Omit<CustomerHit, 'customerId'>;

/** One line of the list under the search box. */
export type SearchOption =
  | { readonly kind: 'hit'; readonly hit: CustomerHit }
  | { readonly kind: 'found-online'; readonly customer: CustomerView; readonly hit: Listed }
  | { readonly kind: 'by-identifier'; readonly identifier: Identifier };

/** What is known from online lookups of every reading of the text. */
export type LookupState = { readonly kind: 'idle' } | { readonly kind: 'looking' } | OnlineResult;

const idleBeforeLookupMs = 400;
/** Text of this length is a full number, not the end of one: Enter asks head office, whoever is listed here. */
const wholeNumber = 7;
/** A backlog changes many listed customers at once, so one read covers them all. */
const refreshAfterMs = 400;
const openStates: ReadonlySet<UpdateState> = new Set(['queued', 'sending', 'unknown', 'attention']);

/**
 * The search box. A query is sent at once. During a request only the newest text waits, so slow answers never pile up,
 * and an answer to older text never replaces a newer one.
 */
export class Search {
  readonly #services: Services;
  query = $state('');
  readonly #list: Resource<string, SearchResult>;
  #marked = $state<number | string | null>(null);
  lookup = $state.raw<LookupState>({ kind: 'idle' });
  /** What kind of identifier another program searches for; null if staff typed or scanned the text. */
  #by: FindBy | null = null;
  /** A card reader or another program sent the text, so it is not the beginning or end of a number. */
  #isWhole = false;
  #lookupFor: string | null = null;
  #lookingUp: Promise<void> = Promise.resolve();
  #stopLookupTimer: () => void = () => undefined;

  /** @param isOpen the customer open at the counter, whom the page reads again and passes on by `follow` */
  constructor(services: Services, machine: Machine, isOpen: (customerId: number) => boolean = () => false) {
    this.#services = services;
    this.#list = new Resource({
      machine,
      first: '',
      read: (query) => services.call('customers.search', { query, limit: maxHits }),
      soonMs: refreshAfterMs,
      onRead: ({ hits }, query) => {
        if (hits.length > 0 || !this.#isIdentifier || this.#lookupFor === query) return;
        this.#stopLookupTimer();
        this.#stopLookupTimer = machine.after(idleBeforeLookupMs, () => void this.lookUp());
      },
    });
    services.on('customers.changed', ({ customerId }) => {
      if (!isOpen(customerId)) this.#changed(customerId);
    });
    services.on('customers.merged', ({ customerId }) => this.#changed(customerId));
    // The last customers of one person are none of the next one's business.
    services.on('staff.changed', () => {
      // Their role may not see everything that was found online.
      if (this.lookup.kind === 'found' || this.lookup.kind === 'choose') this.lookup = { kind: 'idle' };
      void this.refresh();
    });
    services.on('customers.importChanged', ({ kind }) => {
      if (kind === 'done') void this.refresh();
    });
  }

  /** The newest answer. During a request it stays the previous one, so that the list does not flicker. */
  get result(): SearchResult | null {
    return this.#list.value;
  }
  /** The list matches the text in the box. */
  get settled(): boolean {
    return this.#list.key === this.query;
  }
  /** There are more than the list holds. */
  get hasMore(): boolean {
    return (this.result?.hits.length ?? 0) >= maxHits;
  }
  /** The services did not answer the newest query. */
  get failed(): boolean {
    return this.#list.failed;
  }

  readonly options = $derived.by((): readonly SearchOption[] => {
    const { result } = this;
    if (result === null) return [];
    const hits = result.hits.map((hit) => ({ kind: 'hit', hit }) as const);
    switch (this.lookup.kind) {
      case 'found':
        return [foundOnline(this.lookup.customer), ...hits];
      case 'choose':
        return [...this.lookup.people.map(({ customer, answersTo }) => foundOnline(customer, answersTo)), ...hits];
      // Only after the server was asked: until then nobody knows whether there is such a customer.
      case 'not-found':
      case 'failed':
        return [...hits, ...result.identifiers.map((identifier) => ({ kind: 'by-identifier', identifier }) as const)];
      default:
        return hits;
    }
  });
  /** Index of the marked option, -1 for none. */
  readonly active = $derived(this.options.findIndex((option) => keyOf(option) === this.#marked));

  /** Reads the list again, for example when a customer changed. */
  refresh(): Promise<void> {
    return this.#list.again();
  }

  /** Another program searches: like a scan, but only an identifier of this kind counts as a match. */
  find({ by, text }: FindRequest): void {
    // A running lookup of the same text may be for other kinds.
    this.lookup = { kind: 'idle' };
    this.scan(text);
    this.#by = by;
  }

  scan(code: string): void {
    this.type(code);
    this.#isWhole = true;
  }

  type(typed: string): void {
    // No name or identifier is longer; a whole pasted page is not searched.
    const text = typed.slice(0, maxQueryLength);
    if (text === this.query && this.lookup.kind === 'looking') return;
    this.query = text;
    this.#by = null;
    this.#isWhole = false;
    this.#marked = null;
    this.#stopLookupTimer();
    this.#lookupFor = null;
    this.lookup = { kind: 'idle' };
    void this.#list.ask(text);
  }

  move(step: number): void {
    const count = this.options.length;
    if (count === 0) return;
    this.mark(this.active < 0 ? (step > 0 ? 0 : count - 1) : (this.active + step + count) % count);
  }

  mark(index: number): void {
    const option = this.options[index];
    this.#marked = option === undefined ? null : keyOf(option);
  }

  /**
   * What Enter opens: the marked option, the one customer who exactly matches a reading of the text (a scanner ends
   * with Enter), or the only one with that name. If nobody here matches, head office is asked first. Null: a person
   * must choose, and the first option is marked. Digits alone never open somebody whose number only begins or ends that
   * way (F54).
   */
  async enter(): Promise<SearchOption | null> {
    const query = this.query;
    await this.#list.ask(query);
    if (this.query !== query || this.failed) return null;
    const marked = this.options[this.active];
    if (marked !== undefined) return marked;
    const { hits = [], identifiers = [], isSimilar = false } = this.result ?? {};
    const by = this.#by;
    const answering = hits.filter(
      ({ answersTo }) => answersTo !== null && (by === null || findsBy[by].includes(answersTo)),
    );
    const noName = this.#isWhole ? /[\p{Nd}@]/u : /\p{Nd}/u;
    const isName = by === null && !isSimilar && !noName.test(this.query);
    const [only, another] = answering.length === 0 && isName ? hits : answering;
    if (only !== undefined && another === undefined) return { kind: 'hit', hit: only };
    const isWhole = this.#isWhole || hits.length === 0 || this.query.trim().length >= wholeNumber;
    if (answering.length === 0 && identifiers.length > 0 && isWhole) {
      await this.lookUp();
      if (this.query !== query) return null;
      if (this.lookup.kind === 'found') return foundOnline(this.lookup.customer);
    }
    this.mark(0);
    return null;
  }

  /** Asks head office about every reading of the text; calls during a request share its answer. */
  lookUp(): Promise<void> {
    const query = this.query;
    if (!this.#isIdentifier || !this.settled) return Promise.resolve();
    if (this.#lookupFor === query && this.lookup.kind === 'looking') return this.#lookingUp;
    this.#stopLookupTimer();
    this.#lookupFor = query;
    this.lookup = { kind: 'looking' };
    this.#lookingUp = this.#services
      .call('customers.lookUpOnline', this.#by === null ? { query } : { query, by: this.#by })
      .catch((): OnlineResult => ({ kind: 'failed', why: 'server' }))
      .then((found) => {
        // Shown only while the text is still the same.
        if (this.#lookupFor === query && this.query === query) this.lookup = found;
      });
    return this.#lookingUp;
  }

  /** The open customer was read again: their row changes in place. */
  follow(customer: CustomerView): void {
    const { result } = this;
    const { customerId } = customer;
    if (result === null || customerId === null) return;
    if (!result.hits.some((hit) => hit.customerId === customerId)) {
      this.#changed(customerId);
      return;
    }
    const now = listed(customer);
    const hits = result.hits.map((hit) =>
      hit.customerId === customerId
        ? {
            ...now,
            customerId,
            tier: now.tier ?? hit.tier,
            answersTo: hit.answersTo,
            matches: hit.matches.filter((match) => now[match.in] === hit[match.in]),
          }
        : hit,
    );
    this.#list.patch({ ...result, hits });
  }

  /** A listed customer changed, or may now belong in the list. */
  #changed(customerId: number): void {
    const { hits = [] } = this.result ?? {};
    const isListed = hits.some((hit) => hit.customerId === customerId);
    if (!isListed && (hits.length > 0 || this.query === '')) return;
    this.#list.stale();
  }

  get #isIdentifier(): boolean {
    return (this.result?.identifiers.length ?? 0) > 0;
  }
}

/** @param answersTo the reading of the text that it matches, if staff choose among several */
function foundOnline(customer: CustomerView, answersTo: LookUpType | null = null): SearchOption {
  return { kind: 'found-online', customer, hit: { ...listed(customer), answersTo } };
}

function listed({ fields, loyalty, updates }: CustomerView): Listed {
  const { firstName, lastName, mobile = null, email = null, externalId = null } = fields;
  const unsent = updates.filter(({ state }) => openStates.has(state)).length;
  const tier = loyalty?.tier ?? null;
  const name = { firstName: firstName ?? '', lastName: lastName ?? '' };
  return { ...name, mobile, email, externalId, tier, unsent, matches: [], answersTo: null };
}

/** A customer found online becomes a hit a moment later, in the same row; a press that has begun must not be lost. */
export function keyOf(option: SearchOption): number | string {
  if (option.kind === 'hit') return option.hit.customerId;
  if (option.kind === 'found-online') return option.customer.customerId ?? option.kind;
  return `${option.identifier.type} ${option.identifier.value}`;
}
