/**
 * Search as you type: a few index ranges over the core columns, never a scan.
 *
 * It first collects ids from covering indexes, then reads full rows only for the few that may be shown. Every step has
 * a limit, so that a single letter costs no more than a whole name.
 */
import type { Db } from '../db/open.ts';
import { limitBy, sql } from '../db/statements.ts';
import { cleanText, plainSigns } from '../model/clean-text.ts';
import { isFillable } from '../model/customer.ts';
import type { CustomerHit, SearchResult } from '../model/customer-view.ts';
import { identifiersAmong, type LookUpIdentifier, type LookUpType, readingsOf } from '../model/readings.ts';
import { highlightsOf } from './highlights.ts';
import { misspeltNames } from './misspelt.ts';
import {
  customersInRange,
  customersWith,
  firstKeyFrom,
  namesWithWord,
  type SearchColumn,
  wordsInRange,
} from './ranges.ts';
import { customersOnTill } from './region.ts';
import { afterPrefix } from './search-text.ts';
import { type CustomerRow, customerRow, findByUserId, keyOf, lookupColumn } from './store.ts';
import { readTyped, type Typed } from './typed.ts';

/** How many first words to try if both typed words are only prefixes ("ri ja"). */
const skipScanBudget = 40;
/** How many customers with the same later word in their name to look at. */
const wordBudget = 60;
/** How many recently served customers to look at for matches, which come before others. */
const servedBudget = 150;
const recentlyServedShown = 20;

type Candidate = {
  readonly id: number;
  readonly exact: boolean;
  /** The identifier that the whole query matches. */
  readonly answersTo?: LookUpType;
};

/** Customers whose `column` starts with `prefix`, exact matches first. */
function prefixRange(db: Db, column: SearchColumn, prefix: string, limit: number): Candidate[] {
  return customersInRange(db, column, prefix, limit).map(({ id, key }) => ({
    id,
    exact: key === prefix || (isName(column) && key.startsWith(`${prefix} `)),
  }));
}

/** For names, a whole first or last name ranks like the whole name. */
function isName(column: SearchColumn): boolean {
  return column === 'name_forward' || column === 'name_backward';
}

function byLaterWord(db: Db, word: string, limit: number): Candidate[] {
  return wordsInRange(db, word, limit).map(({ id, key }) => ({ id, exact: key === word }));
}

/** Matches a later word of the name, with the other words anywhere in it ("maria garcia" for Ana María García). */
function byLaterWords(db: Db, words: readonly string[]): Candidate[] {
  if (words.length === 1) return [];
  return words.flatMap((word, at) => {
    const others = words.filter((_, index) => index !== at).map((other) => ` ${other}`);
    return namesWithWord(db, word, wordBudget)
      .filter(({ key }) => others.every((other) => ` ${key}`.includes(other)))
      .map(({ id }) => ({ id, exact: false }));
  });
}

/**
 * Both words are only prefixes ("ri ja" for Rita James): steps through the first words with that prefix, within a
 * budget, and looks for the second word after each.
 */
function byBeginnings(db: Db, place: 'forward' | 'backward', words: readonly string[], limit: number) {
  const [first, second, ...others] = words;
  const found: Candidate[] = [];
  if (first === undefined || second === undefined) return found;
  let from = first;
  for (let step = 0; step < skipScanBudget && found.length < limit; step += 1) {
    const word = firstKeyFrom(db, place, from, first)?.split(' ', 1)[0];
    if (word === undefined) break;
    for (const { id, key } of customersInRange(db, `name_${place}`, `${word} ${second}`, limit)) {
      if (others.every((other) => key.includes(` ${other}`))) found.push({ id, exact: false });
    }
    // Keys hold only letters, digits and spaces, so '!' sorts after every name that continues with a space.
    from = `${word}!`;
  }
  return found;
}

function byName(db: Db, { name, words, otherNames }: Typed, limit: number): Candidate[] {
  const found = byWholeName(db, name, limit);
  for (const other of otherNames) {
    found.push(...byWholeName(db, other, limit), ...byLaterWords(db, other.split(' ')));
  }
  if (words.length > 1 && found.length < limit) {
    found.push(...byBeginnings(db, 'forward', words, limit), ...byBeginnings(db, 'backward', words, limit));
    found.push(...byLaterWords(db, words));
    // First words of both names, the second only a prefix: "j smi" for John Michael Smith.
    found.push(...byLaterWord(db, words.toReversed().join(' '), limit));
  }
  return found;
}

function byWholeName(db: Db, name: string, limit: number): Candidate[] {
  return [
    ...prefixRange(db, 'name_forward', name, limit),
    ...prefixRange(db, 'name_backward', name, limit),
    ...byLaterWord(db, name, limit),
  ];
}

function candidatesOf(db: Db, typed: Typed, readings: readonly LookUpIdentifier[], limit: number): Candidate[] {
  /** What the whole query can be, by column and key. If its range is read anyway, exact matches come first in it. */
  const whole = new Map<string, { column: SearchColumn; key: string; type: LookUpType }>();
  for (const { type, value } of readings) {
    // Only head office knows cards, and the server's own id is looked up below.
    if (!isFillable(type)) continue;
    const column = lookupColumn[type];
    const key = keyOf(type, value);
    whole.set(`${column} ${key}`, { column, key, type });
  }
  const found: Candidate[] = [];
  const read = (column: SearchColumn, prefix: string) => {
    const answersTo = whole.get(`${column} ${prefix}`)?.type;
    whole.delete(`${column} ${prefix}`);
    for (const one of prefixRange(db, column, prefix, limit)) {
      found.push(answersTo !== undefined && one.exact ? { ...one, answersTo } : one);
    }
  };
  for (const beginning of typed.mobileBeginnings) read('mobile', beginning);
  if (typed.text !== '') {
    if (typed.digits === '') read('email_key', typed.text);
    read('external_key', typed.text);
  }
  for (const { column, key, type } of whole.values()) {
    for (const id of customersWith(db, column, key, limit)) found.push({ id, exact: true, answersTo: type });
  }
  if (typed.userId !== null) {
    const id = findByUserId(db, typed.userId);
    if (id !== null) found.push({ id, exact: true, answersTo: 'userId' });
  }
  if (typed.lastDigits !== '') found.push(...prefixRange(db, 'mobile_backward', typed.lastDigits, limit));
  if (typed.name !== '') found.push(...byName(db, typed, limit));
  return found;
}

/** Recently served customers who match a prefix. A short query matches more customers than can be shown. */
function servedCandidates(db: Db, typed: Typed, limit: number): Candidate[] {
  const lows = [typed.name, typed.lastDigits, typed.digits, typed.text].map((low) => (low === '' ? null : low));
  const highs = lows.map((low) => (low === null ? null : afterPrefix(low)));
  const [name, last, mobile, text] = lows;
  const [nameEnd, lastEnd, mobileEnd, textEnd] = highs;
  return sql<{ id: number }>(
    db,
    `select id from (select * from main.customers where served_at_ms > 0 order by served_at_ms desc limit ${servedBudget})
     where (name_forward >= @name and name_forward < @nameEnd) or (name_backward >= @name and name_backward < @nameEnd)
       or (mobile_backward >= @last and mobile_backward < @lastEnd) or (mobile >= @mobile and mobile < @mobileEnd)
       or (email_key >= @text and email_key < @textEnd) or (external_key >= @text and external_key < @textEnd)
     ${limitBy('@limit')}`,
  )
    .all({ name, nameEnd, last, lastEnd, mobile, mobileEnd, text, textEnd, limit })
    .map(({ id }) => ({ id, exact: false }));
}

/** How well a candidate matches: by an identifier, a whole name or word, or a prefix. */
function rank({ exact, answersTo }: Candidate): number {
  return answersTo === undefined ? Number(exact) : 2;
}

type Found = { readonly row: CustomerRow; readonly answersTo: LookUpType | null };

/** A row as staff see it, with clean identifiers. They are stored in the server's spelling; names are stored clean. */
function shownRow(db: Db, id: number): CustomerRow | null {
  const row = customerRow(db, id);
  if (row === null) return null;
  const shown = (value: string | null) => (value === null ? null : plainSigns(value) || value);
  return { ...row, email: shown(row.email), external_id: shown(row.external_id) };
}

/** Full rows of the best candidates, by rank, then most recently served, then in index order. */
function best(db: Db, candidates: readonly Candidate[], served: readonly Candidate[], limit: number): Found[] {
  const byId = new Map<number, Candidate>();
  for (const candidate of candidates) {
    const known = byId.get(candidate.id);
    if (known === undefined || rank(candidate) > rank(known)) byId.set(candidate.id, candidate);
  }
  const few = [...byId.values()].sort((a, b) => rank(b) - rank(a)).slice(0, limit);
  for (const candidate of served) {
    if (!few.some(({ id }) => id === candidate.id)) few.push(byId.get(candidate.id) ?? candidate);
  }
  return few
    .flatMap((candidate) => {
      const row = shownRow(db, candidate.id);
      return row === null ? [] : [{ row, rank: rank(candidate), answersTo: candidate.answersTo ?? null }];
    })
    .sort((a, b) => b.rank - a.rank || b.row.served_at_ms - a.row.served_at_ms)
    .slice(0, limit);
}

/**
 * Finds customers on this till by first and last name in either order, later words of a name, a mobile with or without
 * country code or its last digits, email, external id or the server's id. Exact matches come first, then the most
 * recently served. If no name matches, it searches for names with one letter wrong.
 *
 * @param servedSinceMs an empty query shows only customers served after this moment; `null`: nobody
 */
export function searchCustomers(
  db: Db,
  query: string,
  limit: number,
  countryCode: string,
  servedSinceMs: number | null = 0,
): SearchResult {
  // One read transaction for all steps, because each would otherwise take the locks and check for changes again.
  const read = () => search(db, query, limit, countryCode, servedSinceMs);
  return db.inTransaction ? read() : db.transaction(read).deferred();
}

function search(db: Db, query: string, limit: number, countryCode: string, servedSinceMs: number | null): SearchResult {
  const typed = readTyped(query, countryCode);
  const readings = readingsOf(query, countryCode);
  const common = {
    identifiers: identifiersAmong(readings, query),
    customersOnTill: customersOnTill(db),
    isSimilar: false,
  };
  if (cleanText(query) === '') {
    return { ...common, hits: servedSinceMs === null ? [] : recentlyServed(db, limit, servedSinceMs) };
  }
  const candidates = candidatesOf(db, typed, readings, limit);
  if (candidates.length > 0) {
    const found = best(db, candidates, servedCandidates(db, typed, limit), limit);
    return {
      ...common,
      hits: found.map(({ row, answersTo }) => toHit(row, highlightsOf(row, typed, answersTo), answersTo)),
    };
  }
  return { ...common, isSimilar: true, hits: similarHits(db, typed, limit) };
}

/** Hits whose name differs from the typed one by a letter. */
function similarHits(db: Db, typed: Typed, limit: number): CustomerHit[] {
  const hits = new Map<number, CustomerHit>();
  for (const { place, key } of misspeltNames(db, typed.words)) {
    const meant = { ...typed, text: '', name: key };
    const candidates = place === 'word' ? byLaterWord(db, key, limit) : prefixRange(db, `name_${place}`, key, limit);
    for (const { row } of best(db, candidates, [], limit)) {
      if (!hits.has(row.id)) hits.set(row.id, toHit(row, highlightsOf(row, meant, null), null));
    }
    if (hits.size >= limit) break;
  }
  return [...hits.values()].slice(0, limit);
}

/** The hits of an empty query: the most recently served. */
function recentlyServed(db: Db, limit: number, sinceMs: number): CustomerHit[] {
  return sql<{ id: number }>(
    db,
    `select id from main.customers where served_at_ms > ? and served_at_ms > 0
     order by served_at_ms desc ${limitBy('?')}`,
  )
    .all(sinceMs, Math.min(limit, recentlyServedShown))
    .flatMap(({ id }) => {
      const row = shownRow(db, id);
      return row === null ? [] : [toHit(row, [], null)];
    });
}

function toHit(row: CustomerRow, matches: CustomerHit['matches'], answersTo: CustomerHit['answersTo']): CustomerHit {
  return {
    customerId: row.id,
    firstName: row.first_name,
    lastName: row.last_name,
    mobile: row.mobile,
    email: row.email,
    externalId: row.external_id,
    tier: row.tier,
    matches,
    answersTo,
    unsent: row.open_updates,
  };
}
