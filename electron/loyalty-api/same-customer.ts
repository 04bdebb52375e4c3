/**
 * Finds the item of an answer that is about the requested customer. An answer about somebody else is never used, except
 * that a merged customer is represented by the one they were merged into (trap 10).
 */
import type { CustomerRecord } from '../model/customer.ts';
import type { LookUpIdentifier, LookUpType } from '../model/readings.ts';
import { mergedCode } from './codes.ts';
import { readCustomer } from './wire/customer.ts';
import { readCustomers, readItemStatus } from './wire/reply.ts';
import { type JsonObject, partOf, readMobile } from './wire/scalars.ts';

const longestCountryCode = 3;

/** The server adds a missing country code, and drops a trunk zero. */
function isSameNumber(one: string, other: string): boolean {
  const [short = '', long = ''] = [one, other]
    .map((number) => number.replace(/^0+/, ''))
    .sort((a, b) => a.length - b.length);
  return short !== '' && long.endsWith(short) && long.length - short.length <= longestCountryCode;
}

/** A numeric external id may come back as a number without its leading zeros: 123 for 00123. */
function isEchoAsNumber(echoed: unknown, asked: string): boolean {
  return typeof echoed === 'number' && /^\d+$/.test(asked) && Number(asked) === echoed;
}

/** The answer's value of the requested identifier. */
function identifierIn(record: CustomerRecord, type: LookUpType): string | null {
  switch (type) {
    case 'userId':
      return record.userId;
    case 'cardNumber':
    case 'cardExternalId':
      // A customer may have several cards, and answers need not list them.
      return null;
    default:
      return record.fields[type] ?? null;
  }
}

/** Whether an item is about the requested customer. `unknown`: it has none of the identifiers. */
function comparison(item: JsonObject, { type, value }: LookUpIdentifier): 'same' | 'other' | 'unknown' {
  const echoed = identifierIn(readCustomer(item), type);
  if (echoed === null) return 'unknown';
  const asked = value.trim();
  if (type === 'mobile') return isSameNumber(echoed, readMobile(asked) ?? '') ? 'same' : 'other';
  const isEcho = type === 'externalId' && isEchoAsNumber(partOf(item, 'external_id'), asked);
  return isEcho || echoed.toLowerCase() === asked.toLowerCase() ? 'same' : 'other';
}

export type AboutAsked = { readonly item: JsonObject; readonly merged: boolean };

function isMerged(item: JsonObject): boolean {
  const status = readItemStatus(item);
  return status?.code === mergedCode || status?.warnings.some(({ code }) => code === mergedCode) === true;
}

/** The only item about the requested customer; `null` if there is none, or more than one. */
export function itemAbout(object: JsonObject, identifiers: readonly LookUpIdentifier[]): AboutAsked | null {
  const items = readCustomers(object).map((item) => {
    const compared = identifiers.map((identifier) => comparison(item, identifier));
    const same = compared.includes('same');
    return { item, merged: isMerged(item), same, other: !same && compared.includes('other') };
  });
  const [only] = items;
  if (only !== undefined && items.length === 1) return only.other && !only.merged ? null : only;
  const matching = items.filter(({ same }) => same);
  return matching.length === 1 ? (matching[0] ?? null) : null;
}

/** The record with the requested external id, if the answer returned it as a number. */
export function withAskedExternalId(record: CustomerRecord, item: JsonObject, asked: LookUpIdentifier): CustomerRecord {
  const isEcho = asked.type === 'externalId' && isEchoAsNumber(partOf(item, 'external_id'), asked.value.trim());
  return isEcho ? { ...record, fields: { ...record.fields, externalId: asked.value.trim() } } : record;
}
