/** Which part of a found customer to highlight as the match. */
import type { CustomerHit } from '../model/customer-view.ts';
import { exactKey } from '../model/identifiers.ts';
import type { LookUpType } from '../model/readings.ts';
import { matchAtWordStart, matchWithoutGaps, nameGap } from './search-text.ts';
import type { CustomerRow } from './store.ts';
import type { Typed } from './typed.ts';

type Highlight = CustomerHit['matches'][number];

/**
 * @param answersTo the identifier that the whole query matches, if any: all of it is highlighted, however it was typed
 */
export function highlightsOf(row: CustomerRow, typed: Typed, answersTo: LookUpType | null): readonly Highlight[] {
  const whole = answersTo === 'email' || answersTo === 'externalId' ? answersTo : null;
  const value = whole === null ? null : whole === 'email' ? row.email : row.external_id;
  if (whole !== null && value !== null) return [{ in: whole, from: 0, to: value.length }];
  const found: Highlight[] = nameHighlights(row, typed);
  if (typed.text !== '') {
    for (const [name, value] of [
      ['email', row.email],
      ['externalId', row.external_id],
    ] as const) {
      // Positions are only valid if the shown text is as long as its key.
      const begins =
        value !== null && exactKey(value).length === value.length && exactKey(value).startsWith(typed.text);
      if (begins) found.push({ in: name, from: 0, to: typed.text.length });
    }
  }
  const mobile = row.mobile === null ? null : mobileHighlight(row.mobile, typed);
  if (mobile !== null) found.push(mobile);
  return found;
}

/** Matches the name as typed, or else in another spelling: two words as one, and the reverse. */
function nameHighlights(row: CustomerRow, { name, otherNames }: Typed): Highlight[] {
  if (name === '') return [];
  for (const key of [name, ...otherNames]) {
    const highlights = highlightsByKey(row, key);
    if (highlights.length > 0) return highlights;
  }
  for (const [value, text] of [
    ['firstName', row.first_name],
    ['lastName', row.last_name],
  ] as const) {
    const match = matchWithoutGaps(text, name);
    if (match !== null) return [{ in: value, ...match }];
  }
  return [];
}

function highlightsByKey(row: CustomerRow, key: string): Highlight[] {
  if (key === '') return [];
  const first = { in: 'firstName', text: row.first_name } as const;
  const last = { in: 'lastName', text: row.last_name } as const;
  const gap = nameGap(row.first_name, row.last_name);
  for (const [one, other] of [
    [first, last],
    [last, first],
  ] as const) {
    const match = matchAtWordStart(`${one.text}${gap}${other.text}`, key);
    if (match === null) continue;
    const highlights: Highlight[] = [];
    const otherFrom = one.text.length + gap.length;
    if (match.from < one.text.length)
      highlights.push({ in: one.in, from: match.from, to: Math.min(match.to, one.text.length) });
    if (match.to > otherFrom) {
      highlights.push({ in: other.in, from: Math.max(0, match.from - otherFrom), to: match.to - otherFrom });
    }
    return inFormOrder(highlights);
  }
  // Word by word ("ri ja" for Rita James). If one does not match, the name was not what matched.
  const byWord = key.split(' ').map((word) =>
    [first, last].flatMap((name) => {
      const match = matchAtWordStart(name.text, word);
      return match === null ? [] : [{ in: name.in, ...match }];
    }),
  );
  if (byWord.some((highlights) => highlights.length === 0)) return [];
  return inFormOrder(byWord.flat());
}

function inFormOrder(highlights: readonly Highlight[]): Highlight[] {
  const order = (highlight: Highlight) => (highlight.in === 'firstName' ? 0 : 1);
  return [...highlights].sort((one, other) => order(one) - order(other) || one.from - other.from);
}

/** Highlights what was typed; the country code only if it was typed too. */
function mobileHighlight(mobile: string, { digits, mobileBeginnings }: Typed): Highlight | null {
  if (digits === '') return null;
  for (const beginning of mobileBeginnings) {
    if (!mobile.startsWith(beginning)) continue;
    let common = 0;
    while (common < beginning.length && digits.endsWith(beginning.slice(beginning.length - common - 1))) common += 1;
    return { in: 'mobile', from: beginning.length - common, to: beginning.length };
  }
  return mobile.endsWith(digits) ? { in: 'mobile', from: mobile.length - digits.length, to: mobile.length } : null;
}
