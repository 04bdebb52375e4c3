/**
 * Asking the server about a customer because staff want to know now. It never waits for the queue, however stuck that is
 * (F33), and a look-up that failed says that it failed, never that there is nothing (F31).
 */

import { customerRow, findByIdentifier, findTold } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { isErased } from '../loyalty-api/outcomes.ts';
import { type CustomerRecord, fillableIdentifiers, type Identifier } from '../model/customer.ts';
import type { LookupResult, PurchasesResult } from '../model/customer-view.ts';
import { exactKey } from '../model/identifiers.ts';
import type { ReadOutcome } from '../model/outcome.ts';
import type { LookUpIdentifier, LookUpType } from '../model/readings.ts';
import { identifierOf } from '../updates/effective.ts';
import { erase } from '../updates/retention.ts';
import { type Line, noteHeld, noteMerge, noteTrouble } from './line.ts';
import { keepFound, keepRecord } from './settle.ts';

export type LookUp =
  | { readonly kind: 'found'; readonly customerId: number }
  /** The server does not take such an identifier. */
  | { readonly kind: 'refused' }
  | Exclude<LookupResult, { readonly kind: 'found' }>;

type FailedWhy = Extract<LookupResult, { kind: 'failed' }>['why'];

/** Looks somebody up by an identifier and brings the record into the cache. */
export async function lookUp(line: Line, identifier: LookUpIdentifier): Promise<LookUp> {
  const { db } = line;
  const outcome = await ask(
    line,
    identifier,
    (record) => byServerId(db, record),
    (record) => {
      const keptAs = updatableIdentifier(identifier, record);
      return keptAs === null ? null : keepFound(db, keptAs, record, line.clock.wallMs());
    },
  );
  const asked = updatableIdentifier(identifier, null);
  if (outcome.kind === 'erased' && asked !== null) eraseHere(line, findTold(db, asked));
  return outcome;
}

/** By what a customer can be updated who was asked for by this; of somebody asked for by a card, what the server told. */
function updatableIdentifier({ type, value }: LookUpIdentifier, record: CustomerRecord | null): Identifier | null {
  if (type !== 'cardNumber' && type !== 'cardExternalId') return { type, value };
  if (record === null) return null;
  if (record.userId !== null) return { type: 'userId', value: record.userId };
  for (const told of fillableIdentifiers) {
    const identifier = record.fields[told] ?? null;
    if (identifier !== null) return { type: told, value: identifier };
  }
  return null;
}

/**
 * Looks for whoever has one of these values of one identifier: a single call where nobody has any, however many values
 * there are.
 */
export async function lookUpAny(line: Line, type: LookUpType, values: readonly string[]): Promise<readonly LookUp[]> {
  const [only] = values;
  if (only !== undefined && values.length === 1) return [await lookUp(line, { type, value: only })];
  const api = line.api();
  if (api === null) return [{ kind: 'failed', why: 'no-secret' }];
  line.pace.take('counter');
  const outcome = await api.getCustomers(type, values);
  if (outcome.kind !== 'found') return [settleLookUp(line, api, outcome, () => null)];
  line.connection.answered();
  const people = outcome.value.filter((record) => answersTo(record, type, values));
  if (people.length === 0) return [{ kind: 'not-found' }];
  return Promise.all(
    people.map(
      async ({ userId }): Promise<LookUp> =>
        userId === null ? { kind: 'failed', why: 'server' } : lookUp(line, { type: 'userId', value: userId }),
    ),
  );
}

/** An answer about somebody else is never believed. */
function answersTo({ userId, fields }: CustomerRecord, type: LookUpType, values: readonly string[]): boolean {
  // A customer may have several cards, and an answer need tell none.
  if (type === 'cardNumber' || type === 'cardExternalId') return true;
  const told = type === 'userId' ? userId : fields[type];
  if (told === null || told === undefined) return true;
  return values.some((value) =>
    type === 'mobile' ? told.endsWith(value) || value.endsWith(told) : exactKey(told) === exactKey(value),
  );
}

/** Refreshes a customer of this till. */
export async function refresh(line: Line, customerId: number): Promise<LookUp> {
  const { db, clock } = line;
  const identifier = identifierOf(db, customerId, line.primaryIdentifier());
  if (identifier === null) return { kind: 'not-found' };
  // Meanwhile the customer may have turned out to be another of this till, or have asked to be forgotten.
  const whoNow = (record: CustomerRecord) =>
    customerRow(db, customerId) === null ? byServerId(db, record) : customerId;
  const outcome = await ask(line, identifier, whoNow, (record) => {
    const knownId = whoNow(record);
    return knownId === null ? null : keepRecord(db, knownId, record, clock.wallMs());
  });
  if (outcome.kind === 'found') noteMerge(line, customerId, outcome.customerId);
  if (outcome.kind === 'erased') eraseHere(line, customerId);
  return outcome;
}

/** A customer's purchases with their amounts. Nothing of it is kept: it is looked at once, at the counter. */
export async function purchasesOf(line: Line, customerId: number): Promise<PurchasesResult> {
  const api = line.api();
  if (api === null) return { kind: 'failed', why: 'no-secret' };
  const identifier = identifierOf(line.db, customerId, line.primaryIdentifier());
  if (identifier === null) return { kind: 'not-found' };
  line.pace.take('counter');
  const outcome = await api.purchases(identifier);
  if (outcome.kind === 'found') {
    line.connection.answered();
    return { kind: 'told', purchases: outcome.value };
  }
  const settled = settleLookUp(line, api, outcome, () => null);
  return settled.kind === 'failed' || settled.kind === 'not-found' ? settled : { kind: 'failed', why: 'server' };
}

function eraseHere(line: Line, customerId: number | null): void {
  if (customerId === null) return;
  erase(line.db, customerId);
  line.customerChanged(customerId);
}

function byServerId(db: Db, { userId }: CustomerRecord): number | null {
  return userId === null ? null : findByIdentifier(db, { type: 'userId', value: userId });
}

/** An answer that was overtaken by an update of the same customer is asked for again this often. */
const mostAsks = 3;

async function ask(
  line: Line,
  identifier: LookUpIdentifier,
  known: (record: CustomerRecord) => number | null,
  keep: (record: CustomerRecord) => number | null,
): Promise<LookUp> {
  const api = line.api();
  if (api === null) return { kind: 'failed', why: 'no-secret' };
  for (let asked = 1; ; asked += 1) {
    const mark = line.told.mark();
    line.pace.take('counter');
    const outcome = await api.getCustomer(identifier);
    const knownId = outcome.kind === 'found' ? known(outcome.value) : null;
    const isOvertaken = knownId !== null && line.told.isNewer(knownId, mark);
    if (!isOvertaken) return settleLookUp(line, api, outcome, keep);
    if (asked >= mostAsks) return settleLookUp(line, api, outcome, () => knownId);
  }
}

function settleLookUp(
  line: Line,
  api: LoyaltyApi,
  outcome: ReadOutcome<CustomerRecord>,
  /** Null where whoever was asked about is not to be on this till. */
  keep: (record: CustomerRecord) => number | null,
): LookUp {
  const { connection } = line;
  switch (outcome.kind) {
    case 'found': {
      connection.answered();
      let customerId: number | null;
      try {
        customerId = keep(outcome.value);
      } catch (error) {
        const trouble = databaseTrouble(error);
        if (trouble === null) throw error;
        line.log.write('error', 'a customer that was looked up could not be kept', { trouble });
        return { kind: 'failed', why: 'not-kept' };
      }
      if (customerId === null) return { kind: 'not-found' };
      line.customerChanged(customerId);
      return { kind: 'found', customerId };
    }
    case 'not-found':
      connection.answered();
      return { kind: isErased(outcome.answer) ? 'erased' : 'not-found' };
    case 'held':
      if (outcome.why === 'credentials') noteHeld(line, api, outcome.why);
      else connection.answered();
      return { kind: 'failed', why: outcome.why };
    case 'refused':
      connection.answered();
      return { kind: isErased(outcome.answer) ? 'erased' : 'refused' };
    case 'failed':
      noteTrouble(line, outcome.why, outcome.retryAfterMs);
      return { kind: 'failed', why: failedWhy(outcome.why) };
  }
}

function failedWhy(why: Extract<ReadOutcome<never>, { kind: 'failed' }>['why']): FailedWhy {
  switch (why) {
    case 'sign-in-page':
      return 'sign-in-page';
    case 'busy':
      return 'busy';
    case 'server-error':
    case 'unreadable-answer':
    case 'gateway-refused':
      return 'server';
    default:
      return 'offline';
  }
}
