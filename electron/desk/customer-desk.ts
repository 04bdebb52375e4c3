/** Opens customers at the counter: first with the data on this till, then refreshed from the server. */

import { searchCustomers } from '../customers/search.ts';
import { customerRow, findByConfirmedIdentifier, findByIdentifier, markServed } from '../customers/store.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { Identifier } from '../model/customer.ts';
import type { CustomerView, LookupResult, OnlineResult, SearchResult } from '../model/customer-view.ts';
import { type FindBy, findsBy } from '../model/find-request.ts';
import { normalIdentifier } from '../model/identifiers.ts';
import type { MaskableField } from '../model/masked.ts';
import { readingsOf } from '../model/readings.ts';
import type { Organisation } from '../org/organisation.ts';
import type { SyncContext } from '../sync/context.ts';
import { type LookUp, lookUp, lookUpAny, purchasesOf, refresh } from '../sync/look-up.ts';
import { customerView, strangerView } from './customer-views.ts';
import { maskHit } from './mask-views.ts';
import type { Masking } from './masking.ts';
import { onlineResult } from './online-result.ts';

type OneCustomer = { readonly customerId: number };
type OneIdentifier = { readonly identifier: Identifier };

/** When an opened customer's record is older than this, it is refreshed in the background. */
const freshForMs = 60_000;

export type CustomerDeskOptions = {
  readonly context: SyncContext;
  readonly organisation: Organisation;
  readonly countryCode: string;
  /** Start of the list of recently served customers; `null`: IT has turned the list off. */
  readonly servedSince: () => number | null;
  readonly masking: Masking;
  /** Leaves the damaged part of the data out. True: that part caused the error, so the failed call can be repeated. */
  readonly leaveDamageOut: (error: unknown) => boolean;
};

export class CustomerDesk {
  readonly #options: CustomerDeskOptions;
  readonly #refreshing = new Set<number>();
  readonly #cancelLater = new Set<() => void>();

  constructor(options: CustomerDeskOptions) {
    this.#options = options;
  }

  /** @param asked called after an answer from head office, so that waiting updates can be sent */
  calls(asked: () => void) {
    const { db } = this.#options.context;
    const thenAsked = async <Found extends OnlineResult>(answer: Promise<Found>) => {
      const found = await answer;
      asked();
      return found;
    };
    return {
      'customers.search': ({ query, limit }: { readonly query: string; readonly limit: number }) =>
        this.#isOfOther()
          ? { hits: [], identifiers: [], isSimilar: false, customersOnTill: 0 }
          : this.#masked(
              this.#read(() =>
                searchCustomers(db, query, limit, this.#options.countryCode, this.#options.servedSince()),
              ),
            ),
      'customers.open': ({ customerId }: OneCustomer) => this.#read(() => this.open(customerId)),
      'customers.view': ({ customerId }: OneCustomer) => this.#read(() => this.view(customerId)),
      'customers.reveal': ({ customerId, field }: OneCustomer & { readonly field: MaskableField }) => {
        this.#options.masking.show(customerId, field);
        return this.#read(() => this.view(customerId));
      },
      'customers.openByIdentifier': ({ identifier }: OneIdentifier) =>
        this.#read(() => this.openByIdentifier(identifier)),
      'customers.lookUpOnline': ({ query, by }: { readonly query: string; readonly by?: FindBy | undefined }) =>
        thenAsked(this.lookUpOnline(query, by)),
      'customers.refresh': ({ customerId }: OneCustomer) => thenAsked(this.refresh(customerId)),
      'customers.purchases': ({ customerId }: OneCustomer) => purchasesOf(this.#options.context, customerId),
      'customers.whoElseHas': ({ identifier, exceptId }: OneIdentifier & { readonly exceptId: number | null }) =>
        this.whoElseHas(identifier, exceptId),
    };
  }

  /** The data belongs to another organisation than the till signs in to, so no customers are shown (F45). */
  #isOfOther(): boolean {
    return this.#options.context.owner.ownership === 'other';
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!this.#options.leaveDamageOut(error)) throw error;
      return work();
    }
  }

  open(customerId: number): CustomerView | null {
    const view = this.view(customerId);
    if (view === null) return null;
    this.#options.masking.opened(customerId);
    this.#noteServed(customerId);
    this.#refreshInBackground(customerId);
    return view;
  }

  openByIdentifier(identifier: Identifier): CustomerView {
    const customerId = findByConfirmedIdentifier(this.#options.context.db, identifier);
    const known = customerId === null ? null : this.open(customerId);
    return known ?? strangerView(identifier, this.#options.organisation.view(), this.#options.countryCode);
  }

  /** Asks head office for every reading of the text in parallel, with one call per kind of identifier. */
  async lookUpOnline(query: string, by?: FindBy): Promise<OnlineResult> {
    const readings = readingsOf(query, this.#options.countryCode).filter(
      ({ type }) => by === undefined || findsBy[by].includes(type),
    );
    const types = new Set(readings.map(({ type }) => type));
    const answers = await Promise.all(
      [...types].map(async (type) => {
        const values = readings.flatMap((reading) => (reading.type === type ? [reading.value] : []));
        const outcomes = await lookUpAny(this.#options.context, type, values);
        return outcomes.map((outcome) => ({ answersTo: type, outcome }));
      }),
    );
    return onlineResult(
      answers.flat().map(({ answersTo, outcome }) => ({
        answersTo,
        result: outcome.kind === 'refused' ? outcome : this.#resultOf(outcome),
      })),
    );
  }

  async refresh(customerId: number): Promise<LookupResult> {
    return this.#resultOf(await refresh(this.#options.context, customerId));
  }

  /**
   * Finds another customer than `exceptId` with this identifier, on this till or at the server.
   * @param typed normalised as in the form
   */
  async whoElseHas(typed: Identifier, exceptId: number | null): Promise<LookupResult> {
    const identifier = { ...typed, value: normalIdentifier(typed, this.#options.countryCode) };
    const knownId = this.#isOfOther() ? null : findByIdentifier(this.#options.context.db, identifier, exceptId);
    if (knownId !== null) return this.#resultOf({ kind: 'found', customerId: knownId });
    const found = await lookUp(this.#options.context, identifier);
    return found.kind === 'found' && found.customerId === exceptId ? { kind: 'not-found' } : this.#resultOf(found);
  }

  #resultOf(outcome: LookUp): LookupResult {
    if (outcome.kind === 'refused') return { kind: 'failed', why: 'server' };
    if (outcome.kind !== 'found') return outcome;
    const customer = this.view(outcome.customerId);
    return customer === null ? { kind: 'not-found' } : { kind: 'found', customer };
  }

  view(customerId: number): CustomerView | null {
    if (this.#isOfOther()) return null;
    const { db, outbox } = this.#options.context;
    const hidden = this.#options.masking.hidden(customerId);
    return customerView(db, outbox, customerId, this.#options.organisation.view(), this.#options.countryCode, hidden);
  }

  #masked(found: SearchResult): SearchResult {
    const hits = found.hits.flatMap((hit) => maskHit(hit, this.#options.masking.hidden(hit.customerId)) ?? []);
    return { ...found, hits };
  }

  /** Notes the visit, for retention. A full disk must not prevent opening the customer (F25). */
  #noteServed(customerId: number): void {
    const { db, clock, log } = this.#options.context;
    try {
      markServed(db, customerId, clock.wallMs());
    } catch (error) {
      const trouble = databaseTrouble(error);
      if (trouble === null) throw error;
      log.write('warn', "a customer's visit could not be noted", { trouble });
    }
  }

  #refreshInBackground(customerId: number): void {
    const { connection, clock, db } = this.#options.context;
    const asOfMs = customerRow(db, customerId)?.as_of_ms ?? null;
    // A clock that was set back must not make a record look fresh for ever.
    const isFresh = asOfMs !== null && Math.abs(clock.wallMs() - asOfMs) < freshForMs;
    if (!isFresh && connection.waitMs === 0 && connection.paused === null) this.refreshQuietly(customerId);
  }

  /** Refreshes the customer after a while, because an update was sent more than once. */
  refreshLater(customerId: number, delayMs: number): void {
    const cancel = this.#options.context.clock.after(delayMs, () => {
      this.#cancelLater.delete(cancel);
      this.refreshQuietly(customerId);
    });
    this.#cancelLater.add(cancel);
  }

  close(): void {
    for (const cancel of this.#cancelLater) cancel();
  }

  /** Refreshes in the background. The screen shows the age of its data and gets an event when there is newer data. */
  refreshQuietly(customerId: number): void {
    const { log } = this.#options.context;
    if (this.#refreshing.has(customerId)) return;
    this.#refreshing.add(customerId);
    void refresh(this.#options.context, customerId)
      .catch((error: unknown) =>
        log.write('error', 'a refresh failed', { error: error instanceof Error ? error.name : 'unknown' }),
      )
      .then(() => this.#refreshing.delete(customerId));
  }
}
