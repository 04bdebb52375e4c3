/**
 * Asks the server about a customer for staff. A look-up never waits for the queue, however stuck that is (F33), and a
 * failed look-up reports failure, never "not found" (F31).
 */
import { customerRow, findByConfirmedIdentifier, findByUserId } from '../customers/store.ts';
import { databaseTrouble } from '../db/trouble.ts';
import { isCard } from '../loyalty-api/card-look-ups.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { isErased } from '../loyalty-api/outcomes.ts';
import { type CustomerRecord, type CustomerRef, fillableIdentifiers } from '../model/customer.ts';
import type { LookupResult, PurchasesResult } from '../model/customer-view.ts';
import { exactKey } from '../model/identifiers.ts';
import type { ReadOutcome } from '../model/outcome.ts';
import type { LookUpIdentifier, LookUpType } from '../model/readings.ts';
import { identifierOf } from '../updates/effective.ts';
import { erase } from '../updates/erasing.ts';
import { readHeld, type SyncContext } from './context.ts';
import { login } from './login.ts';

export type LookUp =
  | { readonly kind: 'found'; readonly customerId: number }
  /** The server does not accept this kind of identifier. */
  | { readonly kind: 'refused' }
  | Exclude<LookupResult, { readonly kind: 'found' }>;

type Failed = Extract<LookupResult, { kind: 'failed' }>;
type Found = Extract<ReadOutcome<CustomerRecord>, { kind: 'found' }>;

/** Looks up a customer by an identifier and stores the record in the cache. */
export function lookUp(context: SyncContext, identifier: LookUpIdentifier): Promise<LookUp> {
  const { type, value } = identifier;
  // An update cannot use a card as its identifier, so only the answer says who the customer is.
  return ask(context, identifier, isCard(type) ? null : { identifier: { type, value } });
}

/**
 * Looks up several values of one identifier. If nobody has any of them, that takes a single call.
 */
export async function lookUpAny(
  context: SyncContext,
  type: LookUpType,
  values: readonly string[],
): Promise<readonly LookUp[]> {
  const [only] = values;
  if (only !== undefined && values.length === 1) return [await lookUp(context, { type, value: only })];
  const api = await ourApi(context);
  if ('kind' in api) return [api];
  context.pace.take('counter');
  const outcome = await api.getCustomers(type, values);
  if (outcome.kind !== 'found') return [notFound(context, api, outcome, null)];
  context.blame.lookUpPassed(null);
  const people = outcome.value.filter((record) => answersTo(record, type, values));
  if (people.length === 0) return [{ kind: 'not-found' }];
  return Promise.all(
    people.map(
      async ({ userId }): Promise<LookUp> =>
        userId === null ? { kind: 'failed', why: 'server' } : lookUp(context, { type: 'userId', value: userId }),
    ),
  );
}

/** Whether the answer is about a customer with one of these values. Any other answer is ignored. */
function answersTo({ userId, fields }: CustomerRecord, type: LookUpType, values: readonly string[]): boolean {
  // A customer may have several cards, and the answer need not list them.
  if (isCard(type)) return true;
  const answered = type === 'userId' ? userId : fields[type];
  if (answered === null || answered === undefined) return true;
  return values.some((value) =>
    type === 'mobile' ? answered.endsWith(value) || value.endsWith(answered) : exactKey(answered) === exactKey(value),
  );
}

/** Refreshes a customer of this till. */
export async function refresh(context: SyncContext, customerId: number): Promise<LookUp> {
  const identifier = identifierOf(context.db, customerId, context.primaryIdentifier());
  if (identifier === null) return { kind: 'not-found' };
  const found = await ask(context, identifier, { customerId });
  if (found.kind === 'found' && found.customerId !== customerId) {
    context.tell.customerMerged(customerId, found.customerId);
  }
  return found;
}

/** A customer's purchases with amounts. They are only shown, not stored. */
export async function purchasesOf(context: SyncContext, customerId: number): Promise<PurchasesResult> {
  const api = await ourApi(context);
  if ('kind' in api) return api;
  const identifier = identifierOf(context.db, customerId, context.primaryIdentifier());
  if (identifier === null) return { kind: 'not-found' };
  context.pace.take('counter');
  const outcome = await api.purchases(identifier);
  if (outcome.kind === 'found') {
    context.blame.lookUpPassed(customerId);
    return { kind: 'found', purchases: outcome.value };
  }
  const missing = notFound(context, api, outcome, { customerId });
  return missing.kind === 'failed' || missing.kind === 'not-found' ? missing : { kind: 'failed', why: 'server' };
}

/** How often to repeat a read that an update of the same customer has overtaken. */
const mostAsks = 3;

/** @param asked null if only the answer says who the customer is */
async function ask(context: SyncContext, identifier: LookUpIdentifier, asked: CustomerRef | null): Promise<LookUp> {
  const api = await ourApi(context);
  if ('kind' in api) return api;
  for (let asks = 1; ; asks += 1) {
    const position = context.applied.position();
    context.pace.take('counter');
    const outcome = await api.getCustomer(identifier);
    if (outcome.kind !== 'found') return notFound(context, api, outcome, asked);
    const knownId = whoNow(context, asked, outcome.value);
    context.blame.lookUpPassed(knownId);
    const isOvertaken = knownId !== null && context.applied.isOvertaken(knownId, position);
    if (!isOvertaken) return keep(context, asked, outcome);
    if (asks >= mostAsks) return { kind: 'found', customerId: knownId };
  }
}

/** Nothing is looked up before we know which organisation the server belongs to (F45). */
async function ourApi(context: SyncContext): Promise<LoyaltyApi | Failed> {
  const { owner, connection } = context;
  const api = context.api();
  if (api === null) return { kind: 'failed', why: 'no-secret' };
  if (owner.ownership === 'unproved') await login(context, api, 'counter');
  if (owner.ownership === 'ours') return api;
  if (owner.ownership === 'other') return { kind: 'failed', why: 'other-organisation' };
  return { kind: 'failed', why: connection.paused === 'credentials' ? 'credentials' : 'offline' };
}

/** The customer on this till, as far as known before the answer is stored. */
function whoNow({ db }: SyncContext, asked: CustomerRef | null, { userId }: CustomerRecord): number | null {
  if (asked !== null && 'customerId' in asked && customerRow(db, asked.customerId) !== null) return asked.customerId;
  return userId === null ? null : findByUserId(db, userId);
}

function keep(context: SyncContext, asked: CustomerRef | null, { value: record, merged }: Found): LookUp {
  const { records, clock, log, tell } = context;
  // In the meantime, the customer may have been merged or erased.
  const askedId = asked !== null && 'customerId' in asked ? asked.customerId : null;
  const hereId = askedId === null ? null : whoNow(context, asked, record);
  if (askedId !== null && hereId === null) return { kind: 'not-found' };
  try {
    const kept = records.keep({ record, by: 'read', asOfMs: clock.wallMs(), merged }, asked ?? namedBy(record));
    if (kept.kind !== 'kept') return { kind: 'failed', why: 'server' };
    tell.customerChanged(kept.customerId);
    return { kind: 'found', customerId: kept.customerId };
  } catch (error) {
    const trouble = databaseTrouble(error);
    if (trouble === null) throw error;
    log.write('error', 'a customer that was looked up could not be stored', { trouble });
    // A customer who is already here is shown with the older data.
    return hereId === null ? { kind: 'failed', why: 'not-kept' } : { kind: 'found', customerId: hereId };
  }
}

/** For a record without a server id: the identifier in the answer. */
function namedBy({ userId, fields }: CustomerRecord): CustomerRef | null {
  if (userId !== null) return null;
  for (const type of fillableIdentifiers) {
    const value = fields[type];
    if (value !== undefined && value !== null) return { identifier: { type, value } };
  }
  return null;
}

function notFound(
  context: SyncContext,
  api: LoyaltyApi,
  outcome: Exclude<ReadOutcome<unknown>, { kind: 'found' }>,
  asked: CustomerRef | null,
): LookUp {
  switch (outcome.kind) {
    case 'not-found':
    case 'refused':
      context.blame.lookUpPassed(asked !== null && 'customerId' in asked ? asked.customerId : null);
      if (isErased(outcome.answer)) return eraseHere(context, asked);
      return { kind: outcome.kind };
    case 'held':
      readHeld(context, api, outcome.why);
      return { kind: 'failed', why: outcome.why };
    case 'failed':
      context.blame.lookUpFailed(outcome);
      return { kind: 'failed', why: failedWhy(outcome.why) };
  }
}

function eraseHere({ db, clock, tell }: SyncContext, asked: CustomerRef | null): LookUp {
  if (asked === null) return { kind: 'erased' };
  const customerId = 'customerId' in asked ? asked.customerId : findByConfirmedIdentifier(db, asked.identifier);
  if (customerId !== null) {
    erase(db, customerId, clock.wallMs());
    tell.customerChanged(customerId);
  }
  return { kind: 'erased' };
}

function failedWhy(why: Extract<ReadOutcome<never>, { kind: 'failed' }>['why']): Failed['why'] {
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
