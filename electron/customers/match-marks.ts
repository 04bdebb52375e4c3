/** Which part of a found customer is what was typed. */
import type { CustomerHit } from '../model/customer-view.ts';
import { exactKey } from '../model/identifiers.ts';
import type { LookUpType } from '../model/readings.ts';
import { matchAtWordStart, matchWithoutGaps, nameGap } from './search-text.ts';
import type { CustomerRow } from './store.ts';
import type { Typed } from './typed.ts';

type Mark = CustomerHit['matches'][number];

/** @param answersTo the identifier of theirs that the whole query is: all of it is marked, however it was typed */
export function marksOf(row: CustomerRow, typed: Typed, answersTo: LookUpType | null): readonly Mark[] {
  const whole = answersTo === 'email' || answersTo === 'externalId' ? answersTo : null;
  const value = whole === null ? null : whole === 'email' ? row.email : row.external_id;
  if (whole !== null && value !== null) return [{ in: whole, from: 0, to: value.length }];
  const found: Mark[] = marksOfName(row, typed);
  if (typed.text !== '') {
    for (const [name, value] of [
      ['email', row.email],
      ['externalId', row.external_id],
    ] as const) {
      // Only where the shown text is as long as its key do positions hold.
      const begins =
        value !== null && exactKey(value).length === value.length && exactKey(value).startsWith(typed.text);
      if (begins) found.push({ in: name, from: 0, to: typed.text.length });
    }
  }
  const mobile = row.mobile === null ? null : mobileMark(row.mobile, typed);
  if (mobile !== null) found.push(mobile);
  return found;
}

/** As it was typed, else as others write it: two words as one, and the other way round. */
function marksOfName(row: CustomerRow, { name, otherNames }: Typed): Mark[] {
  if (name === '') return [];
  for (const key of [name, ...otherNames]) {
    const marks = nameMarks(row, key);
    if (marks.length > 0) return marks;
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

function nameMarks(row: CustomerRow, key: string): Mark[] {
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
    const marks: Mark[] = [];
    const otherFrom = one.text.length + gap.length;
    if (match.from < one.text.length)
      marks.push({ in: one.in, from: match.from, to: Math.min(match.to, one.text.length) });
    if (match.to > otherFrom) {
      marks.push({ in: other.in, from: Math.max(0, match.from - otherFrom), to: match.to - otherFrom });
    }
    return inFormOrder(marks);
  }
  // Each word by itself ("ri ja" for Rita James); all of them, or it was not the name that was found.
  const byWord = key.split(' ').map((word) =>
    [first, last].flatMap((name) => {
      const match = matchAtWordStart(name.text, word);
      return match === null ? [] : [{ in: name.in, ...match }];
    }),
  );
  if (byWord.some((marks) => marks.length === 0)) return [];
  return inFormOrder(byWord.flat());
}

function inFormOrder(marks: readonly Mark[]): Mark[] {
  const order = (mark: Mark) => (mark.in === 'firstName' ? 0 : 1);
  return [...marks].sort((one, other) => order(one) - order(other) || one.from - other.from);
}

/** Marks what was typed; the country's code only where it was typed, too. */
function mobileMark(mobile: string, { digits, mobileBeginnings }: Typed): Mark | null {
  if (digits === '') return null;
  for (const beginning of mobileBeginnings) {
    if (!mobile.startsWith(beginning)) continue;
    let common = 0;
    while (common < beginning.length && digits.endsWith(beginning.slice(beginning.length - common - 1))) common += 1;
    return { in: 'mobile', from: beginning.length - common, to: beginning.length };
  }
  return mobile.endsWith(digits) ? { in: 'mobile', from: mobile.length - digits.length, to: mobile.length } : null;
}
