/** Search as you type: a few index ranges over the core columns, never a scan (performance.md, finding 1). */
import type { Db } from '../db/open.ts';
import { count, sql } from '../db/statements.ts';
import type { CustomerHit, SearchResult } from './customer-view.ts';
import { callingCode, identifierIn } from './identifiers.ts';
import { afterPrefix, matchAtWordStart, reversed, searchKey } from './search-text.ts';
import type { CustomerRow } from './store.ts';

/** How many candidates of one kind are looked at before they are ordered: a bound on the time of a short query. */
const candidates = 200;
/** How many names a two-word search walks through when the words are only beginnings. */
const skipScanBudget = 3000;

const columns =
  'id, user_id, mobile, email, external_id, first_name, last_name, tier, open_updates, as_of_ms, served_at_ms';

type Range = 'name_forward' | 'name_backward' | 'mobile' | 'mobile_backward' | 'email_key' | 'external_key';

function prefixRange(db: Db, column: Range, prefix: string): CustomerRow[] {
  return sql<CustomerRow>(
    db,
    `select ${columns} from customers where ${column} >= ? and ${column} < ? order by ${column} limit ${candidates}`,
  ).all(prefix, afterPrefix(prefix));
}

function byWord(db: Db, word: string): CustomerRow[] {
  return sql<CustomerRow>(
    db,
    `select ${columns} from customers where id in
       (select customer_id from customer_words where word >= ? and word < ? limit ${candidates})`,
  ).all(word, afterPrefix(word));
}

/** Both words are beginnings ("ri ja" for Rita James): walks the names that begin with the first within a budget. */
function byTwoBeginnings(db: Db, words: readonly string[], wanted: number): CustomerRow[] {
  const [first, ...others] = words;
  if (first === undefined || others.length === 0) return [];
  const found: CustomerRow[] = [];
  for (const column of ['name_forward', 'name_backward'] as const) {
    let walked = 0;
    const names = sql<{ id: number; name: string }>(
      db,
      `select id, ${column} as name from customers where ${column} >= ? and ${column} < ? order by ${column}`,
    ).iterate(first, afterPrefix(first));
    const ids: number[] = [];
    for (const { id, name } of names) {
      const rest = ` ${name.split(' ').slice(1).join(' ')}`;
      if (others.every((word) => rest.includes(` ${word}`))) ids.push(id);
      walked += 1;
      if (walked >= skipScanBudget || ids.length >= wanted) break;
    }
    for (const id of ids) {
      const row = sql<CustomerRow>(db, `select ${columns} from customers where id = ?`).get(id);
      if (row !== undefined) found.push(row);
    }
  }
  return found;
}

function byName(db: Db, key: string, wanted: number): CustomerRow[] {
  const words = key.split(' ');
  const found = [...prefixRange(db, 'name_forward', key), ...prefixRange(db, 'name_backward', key)];
  if (words.length === 1) found.push(...byWord(db, key));
  else if (found.length < wanted) found.push(...byTwoBeginnings(db, words, wanted));
  return found;
}

function byDigits(db: Db, digits: string, countryCode: string): CustomerRow[] {
  const home = digits.replace(/^0+/, '');
  const code = callingCode(countryCode);
  const beginnings = new Set([digits, home, code === null ? home : `${code}${home}`].filter((text) => text !== ''));
  return [
    ...[...beginnings].flatMap((beginning) => prefixRange(db, 'mobile', beginning)),
    ...(digits.length >= 3 ? prefixRange(db, 'mobile_backward', reversed(digits)) : []),
    ...sql<CustomerRow>(db, `select ${columns} from customers where user_id = ?`).all(digits),
  ];
}

/** 0 where a whole value of the customer is what was typed; 1 otherwise. */
function rank(row: CustomerRow, text: string, key: string, digits: string): number {
  const name = searchKey(`${row.first_name} ${row.last_name}`);
  const backward = searchKey(`${row.last_name} ${row.first_name}`);
  const whole =
    (key !== '' && [name, backward, searchKey(row.first_name), searchKey(row.last_name)].includes(key)) ||
    row.email?.toLowerCase() === text ||
    row.external_id?.toLowerCase() === text ||
    (digits !== '' && (row.mobile === digits || row.user_id === digits || row.mobile?.endsWith(digits) === true));
  return whole ? 0 : 1;
}

function matchesOf(row: CustomerRow, text: string, key: string, digits: string): CustomerHit['matches'] {
  const found: CustomerHit['matches'][number][] = [];
  const whole = matchAtWordStart(`${row.first_name} ${row.last_name}`, key);
  for (const name of ['firstName', 'lastName'] as const) {
    const shown = name === 'firstName' ? row.first_name : row.last_name;
    const offset = name === 'firstName' ? 0 : row.first_name.length + 1;
    if (whole !== null && whole.from < offset + shown.length && whole.to > offset) {
      const from = Math.max(0, whole.from - offset);
      found.push({ in: name, from, to: Math.min(shown.length, whole.to - offset) });
      continue;
    }
    for (const word of key.split(' ')) {
      const match = whole === null ? matchAtWordStart(shown, word) : null;
      if (match !== null) found.push({ in: name, ...match });
    }
  }
  if (row.email?.toLowerCase().startsWith(text)) found.push({ in: 'email', from: 0, to: text.length });
  if (row.external_id?.toLowerCase().startsWith(text)) found.push({ in: 'externalId', from: 0, to: text.length });
  if (row.mobile !== null && digits.length > 0) {
    const home = digits.replace(/^0+/, '');
    const at = row.mobile.endsWith(home) ? row.mobile.length - home.length : row.mobile.indexOf(home);
    if (home !== '' && at >= 0) found.push({ in: 'mobile', from: at, to: at + home.length });
  }
  return found;
}

/**
 * Finds customers of this till by whatever staff type: first or last name or both in either order, later words of a
 * name, a mobile with or without country code or its last digits, email, external id, the server's id. Exact first,
 * then who was served here most recently.
 */
export function searchCustomers(db: Db, query: string, limit: number, countryCode: string): SearchResult {
  const text = query.normalize('NFKC').trim().toLowerCase();
  const customersOnTill = count(db, 'select count(*) as n from customers');
  if (text === '') return { hits: recentlyServed(db, limit), identifier: null, customersOnTill };
  const key = searchKey(query);
  const digits = /^\+?[\d\s().\-/]+$/.test(text) ? text.replace(/\D/g, '') : '';

  const found = new Map<number, CustomerRow>();
  const add = (rows: readonly CustomerRow[]) => {
    for (const row of rows) if (!found.has(row.id)) found.set(row.id, row);
  };
  if (digits !== '') add(byDigits(db, digits, countryCode));
  else if (key !== '' && !text.includes('@')) add(byName(db, key, limit));
  if (digits === '' && !text.includes(' ')) add(prefixRange(db, 'email_key', text));
  if (!text.includes('@') && !text.includes(' ')) add(prefixRange(db, 'external_key', text));

  const ordered = [...found.values()]
    .map((row) => ({ row, rank: rank(row, text, key, digits) }))
    .sort((a, b) => a.rank - b.rank || b.row.served_at_ms - a.row.served_at_ms || a.row.id - b.row.id)
    .slice(0, limit);
  return {
    hits: ordered.map(({ row }) => toHit(row, matchesOf(row, text, digits === '' ? key : '', digits))),
    identifier: identifierIn(query, countryCode),
    customersOnTill,
  };
}

/** What an empty search shows: who was here last. */
function recentlyServed(db: Db, limit: number): CustomerHit[] {
  return sql<CustomerRow>(
    db,
    `select ${columns} from customers where served_at_ms > 0 order by served_at_ms desc limit ?`,
  )
    .all(Math.min(limit, 20))
    .map((row) => toHit(row, []));
}

function toHit(row: CustomerRow, matches: CustomerHit['matches']): CustomerHit {
  return {
    customerId: row.id,
    firstName: row.first_name,
    lastName: row.last_name,
    mobile: row.mobile,
    email: row.email,
    externalId: row.external_id,
    tier: row.tier,
    matches,
    unsent: row.open_updates,
  };
}
