/** Which item of an answer is about the customer that was asked for. An answer about somebody else is never believed. */
import type { Identifier } from '../model/customer.ts';
import { readCustomer } from './wire/customer.ts';
import { readCustomers } from './wire/reply.ts';
import { type JsonObject, readMobile } from './wire/scalars.ts';

const longestCountryCode = 3;

/** The server adds the country code to a number that was given without; a trunk zero goes with that. */
function isSameNumber(one: string, other: string): boolean {
  const [short = '', long = ''] = [one, other]
    .map((number) => number.replace(/^0+/, ''))
    .sort((a, b) => a.length - b.length);
  return short !== '' && long.endsWith(short) && long.length - short.length <= longestCountryCode;
}

/** Whether an item is about the asked customer: `same`, `other`, or `untold` where it names none of the identifiers. */
function comparison(item: JsonObject, identifier: Identifier): 'same' | 'other' | 'untold' {
  const record = readCustomer(item);
  const told = identifier.type === 'userId' ? record.userId : (record.fields[identifier.type] ?? null);
  if (told === null) return 'untold';
  if (identifier.type !== 'mobile') {
    return told.toLowerCase() === identifier.value.trim().toLowerCase() ? 'same' : 'other';
  }
  const asked = readMobile(identifier.value) ?? '';
  return isSameNumber(told, asked) ? 'same' : 'other';
}

/** The one item that is about the asked customer; `null` where there is none, or more than one. */
export function itemAbout(object: JsonObject, identifiers: readonly Identifier[]): JsonObject | null {
  const items = readCustomers(object).map((item) => {
    const compared = identifiers.map((identifier) => comparison(item, identifier));
    return { item, same: compared.includes('same'), other: !compared.includes('same') && compared.includes('other') };
  });
  const [only] = items;
  if (only !== undefined && items.length === 1) return only.other ? null : only.item;
  const matching = items.filter(({ same }) => same);
  return matching.length === 1 ? (matching[0]?.item ?? null) : null;
}
