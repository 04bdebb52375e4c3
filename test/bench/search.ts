/** Search as staff type, key by key, for every kind of query, and the memory it takes. */
import { searchCustomers } from '../../electron/customers/search.ts';
import { searchKey } from '../../electron/customers/search-text.ts';
import type { Db } from '../../electron/db/open.ts';
import { type BenchCustomer, benchCustomer } from './customers.ts';

/** As many as the screen asks for. */
export const searchLimit = 50;

const firstWord = (name: string) => name.split(' ', 1)[0] ?? name;

/** For each kind, what somebody who looks for this customer types in the end. */
const kinds: { readonly [kind: string]: (one: BenchCustomer) => string } = {
  'first name': ({ firstName }) => firstWord(firstName),
  'last name': ({ lastName }) => lastName,
  'first and last': ({ firstName, lastName }) => `${firstWord(firstName)} ${lastName}`,
  'last and first': ({ firstName, lastName }) => `${lastName} ${firstWord(firstName)}`,
  'without marks': ({ firstName, lastName }) => searchKey(`${firstName} ${lastName}`),
  'last digits': ({ mobile }) => mobile.slice(-4),
  mobile: ({ mobile }) => mobile.slice(2),
  'mobile with country code': ({ mobile }) => `+${mobile.slice(0, 2)} ${mobile.slice(2, 7)} ${mobile.slice(7)}`,
  email: ({ email }) => email,
  'external id': ({ externalId }) => externalId,
  'user id': ({ userId }) => `id:${userId}`,
};

export const searchKinds = Object.keys(kinds);

/** What people type, key by key, to find different customers. */
export function keysOf(kind: string, people: number, customers: number): string[] {
  const queries: string[] = [];
  for (let at = 0; at < people; at += 1) {
    const text = kinds[kind]?.(benchCustomer((at * 7_919 + 13) % customers)) ?? '';
    // A four-digit number is one query, because fewer digits find nobody in particular.
    const from = kind === 'last digits' ? 4 : kind === 'user id' ? text.length : 1;
    for (let length = from; length <= text.length; length += 1) queries.push(text.slice(0, length));
  }
  return queries;
}

/** A name with one letter wrong, missing or swapped that nobody has. */
export function misspeltOf(people: number, customers: number): string[] {
  const queries: string[] = [];
  for (let at = 0; queries.length < people && at < people * 20; at += 1) {
    const name = searchKey(benchCustomer((at * 7_919 + 13) % customers).lastName);
    if (name.length < 6) continue;
    const place = 2 + (at % (name.length - 3));
    const wrong = [
      `${name.slice(0, place)}x${name.slice(place + 1)}`,
      `${name.slice(0, place)}${name.slice(place + 1)}`,
      `${name.slice(0, place)}${name[place + 1] ?? ''}${name[place] ?? ''}${name.slice(place + 2)}`,
    ];
    queries.push(wrong[at % 3] ?? name);
  }
  return queries;
}

/** Milliseconds of each query. */
export function timesOf(db: Db, queries: readonly string[]): number[] {
  return queries.map((query) => {
    const startedMs = performance.now();
    searchCustomers(db, query, searchLimit, 'IN');
    return performance.now() - startedMs;
  });
}
