/**
 * Asking the server about a customer because staff want to know now. It never waits for the queue, however stuck that is
 * (F33), and a look-up that failed says that it failed, never that there is nothing (F31).
 */
import type { CustomerRecord, Identifier } from '../customers/customer.ts';
import type { LookupResult } from '../customers/customer-view.ts';
import { identifierOf } from '../customers/effective.ts';
import type { ReadOutcome } from '../loyalty-api/outcome.ts';
import { type Line, noteTrouble } from './line.ts';
import { keepFound, keepRecord } from './settle.ts';

export type LookUp =
  | { readonly kind: 'found'; readonly customerId: number }
  | Exclude<LookupResult, { readonly kind: 'found' }>;

type FailedWhy = Extract<LookupResult, { kind: 'failed' }>['why'];

/** Looks somebody up by an identifier and brings the record into the cache. */
export async function lookUp(line: Line, identifier: Identifier): Promise<LookUp> {
  const api = line.api();
  if (api === null) return { kind: 'failed', why: 'no-secret' };
  line.pace.take();
  const outcome = await api.getCustomer(identifier);
  return settleLookUp(line, outcome, (record) => keepFound(line.db, identifier, record, line.clock.wallMs()));
}

/** Refreshes a customer of this till. */
export async function refresh(line: Line, customerId: number): Promise<LookUp> {
  const api = line.api();
  if (api === null) return { kind: 'failed', why: 'no-secret' };
  const identifier = identifierOf(line.db, customerId, line.primaryIdentifier());
  if (identifier === null) return { kind: 'not-found' };
  line.pace.take();
  return settleLookUp(line, await api.getCustomer(identifier), (record) =>
    keepRecord(line.db, customerId, record, line.clock.wallMs()),
  );
}

function settleLookUp(
  line: Line,
  outcome: ReadOutcome<CustomerRecord>,
  keep: (record: CustomerRecord) => number,
): LookUp {
  const { connection } = line;
  switch (outcome.kind) {
    case 'found': {
      connection.answered();
      const customerId = keep(outcome.value);
      line.customerChanged(customerId);
      return { kind: 'found', customerId };
    }
    case 'not-found':
      connection.answered();
      return { kind: 'not-found' };
    case 'held':
      connection.answered();
      if (outcome.why === 'credentials') connection.pause('credentials');
      return { kind: 'failed', why: outcome.why };
    case 'refused':
      connection.answered();
      return { kind: 'failed', why: 'server' };
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
      return 'server';
    default:
      return 'offline';
  }
}
