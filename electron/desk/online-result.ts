/** Combines the answers to all readings of a text. */
import type { FoundOnline, LookupResult, OnlineResult } from '../model/customer-view.ts';
import type { LookUpType } from '../model/readings.ts';

export type Asked = {
  readonly answersTo: LookUpType;
  readonly result: LookupResult | { readonly kind: 'refused' };
};

/**
 * A customer counts as found only if exactly one person matches and nothing failed (F54). A refused reading means that
 * head office does not accept that kind of identifier, so it is skipped; but if it is the likeliest reading, the result
 * is not "not found" (F31).
 *
 * @param answers likeliest reading first
 */
export function onlineResult(answers: readonly Asked[]): OnlineResult {
  const people = new Map<number, FoundOnline>();
  for (const { answersTo, result } of answers) {
    if (result.kind !== 'found' || result.customer.customerId === null) continue;
    const { customerId } = result.customer;
    if (!people.has(customerId)) people.set(customerId, { customer: result.customer, answersTo });
  }
  const results = answers.map(({ result }) => result);
  const failed = results.find((result) => result.kind === 'failed');
  const [only] = people.values();
  if (only !== undefined) {
    const isSure = people.size === 1 && failed === undefined;
    return isSure ? { kind: 'found', customer: only.customer } : { kind: 'choose', people: [...people.values()] };
  }
  if (failed !== undefined) return failed;
  const erased = results.find((result) => result.kind === 'erased');
  if (erased !== undefined) return erased;
  return results[0]?.kind === 'refused' ? { kind: 'failed', why: 'server' } : { kind: 'not-found' };
}
