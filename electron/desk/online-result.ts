/** What head office knows of a text, out of the answers to all its readings. */
import type { FoundOnline, LookupResult, OnlineResult } from '../model/customer-view.ts';
import type { LookUpType } from '../model/readings.ts';

export type Asked = {
  readonly answersTo: LookUpType;
  readonly result: LookupResult | { readonly kind: 'refused' };
};

/**
 * Somebody is found only where exactly one person answers and nothing failed (F54). A refusal says that head office takes
 * no such identifier, not that it did not look; but of the likeliest reading nobody must read it as "there is nobody" (F31).
 *
 * @param answers the likeliest reading first
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
