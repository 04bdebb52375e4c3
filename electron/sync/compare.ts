/** Comparing an update with what the server holds: before sending, and when reading back. */
import type { CustomerRecord, FieldKey } from '../model/customer.ts';
import { fieldKeys } from '../model/customer.ts';
import { severalValues } from '../model/defined-field-rules.ts';
import type { AttentionReason, FieldConflict } from '../model/update-view.ts';
import type { Update } from '../updates/rows.ts';
import type { Mark } from './mark-field.ts';

/** Sorted, so that the order does not count; null where the value is not several. */
function sortedValues(value: string): string | null {
  const values = severalValues(value);
  return values === null ? null : [...values].sort().join('\n');
}

const digitsOfCountryCode = 3;

/** A number with and without its country code (or a trunk zero) is the same number. */
function sameNumber(left: string, right: string): boolean {
  const [short = '', long = ''] = [left, right]
    .map((digits) => digits.replace(/\D/g, '').replace(/^0+/, ''))
    .sort((a, b) => a.length - b.length);
  return short !== '' && long.endsWith(short) && long.length - short.length <= digitsOfCountryCode;
}

/** The same value, but for what is no difference to anybody: none as null or empty, an email in another letter case. */
export function sameValue(key: FieldKey, a: string | null | undefined, b: string | null | undefined): boolean {
  const [left, right] = [a ?? '', b ?? ''];
  if (left === right) return true;
  if (key === 'email' || key === 'fraudStatus') return left.toLowerCase() === right.toLowerCase();
  if (key === 'mobile') return sameNumber(left, right);
  const several = key.startsWith('custom.') ? sortedValues(left) : null;
  return several !== null && several === sortedValues(right);
}

const dateAndTime = /^(\d{4}-\d{2}-\d{2})(?:[ t](\d{2}:\d{2})(?::(\d{2}))?(?:\.\d+)?(?:z|[+-]\d{2}:?\d{2})?)?$/;

/** One spelling for all that a server may give back for a value: letter case, spaces, parts of a date, decimals. */
function spelling(value: string): string {
  const several = severalValues(value);
  if (several !== null) return several.map(spelling).sort().join('\n');
  const text = value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
  const date = dateAndTime.exec(text);
  if (date !== null) return `${date[1]} ${date[2] ?? '00:00'}:${date[3] ?? '00'}`;
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

/** The same value as a server may spell it. Never enough to leave a change undone: "rita" is not yet "Rita". */
function similarValue(key: FieldKey, a: string | null | undefined, b: string | null | undefined): boolean {
  return sameValue(key, a, b) || spelling(a ?? '') === spelling(b ?? '');
}

/** `never`: it cannot be there yet. `maybe`: it may have arrived, and stand there in the server's own spelling. */
export type Sent = 'never' | 'maybe';

export type Comparison =
  /** Every field is as staff want it. */
  | { readonly kind: 'ours' }
  /** Every field is as it was when staff edited it (or that was not known). */
  | { readonly kind: 'baseline' }
  /** Some fields moved to something else. */
  | { readonly kind: 'moved'; readonly fields: readonly FieldConflict[] }
  /** Some are ours and some are as before, or it cannot be told of some which of the two they are. */
  | { readonly kind: 'mixed' };

export function compareWithServer(
  update: Pick<Update, 'changes' | 'baseline'>,
  server: CustomerRecord,
  sent: Sent,
): Comparison {
  const keys = fieldKeys(update.changes);
  const isSimilar = (key: FieldKey) => similarValue(key, server.fields[key], update.changes[key]);
  // Of an update that may have arrived, where the old value is as similar as the new one, only the very value tells.
  const tellsByVeryValue = (key: FieldKey) =>
    sent === 'maybe' && similarValue(key, update.baseline[key], update.changes[key]);
  const isOurs = (key: FieldKey) =>
    sameValue(key, server.fields[key], update.changes[key]) ||
    (sent === 'maybe' && isSimilar(key) && !tellsByVeryValue(key));
  // A baseline that was never known cannot have moved.
  const isBaseline = (key: FieldKey) =>
    update.baseline[key] === undefined ||
    sameValue(key, server.fields[key], update.baseline[key]) ||
    (similarValue(key, server.fields[key], update.baseline[key]) && !tellsByVeryValue(key));
  if (keys.every(isOurs)) return { kind: 'ours' };
  const moved = keys.filter((key) => !isOurs(key) && !isBaseline(key) && !isSimilar(key));
  if (moved.length > 0) {
    return {
      kind: 'moved',
      fields: moved.map((key) => ({
        key,
        was: update.baseline[key] ?? null,
        theirs: server.fields[key] ?? null,
        ours: update.changes[key] ?? '',
      })),
    };
  }
  const isUntold = (key: FieldKey) => tellsByVeryValue(key) && !isBaseline(key);
  return keys.some((key) => isOurs(key) || isUntold(key)) ? { kind: 'mixed' } : { kind: 'baseline' };
}

/**
 * What the field that is kept for it says of an update that was sent. Another id than before is no proof: somebody else's
 * update may have come after this one. Nor is none at all, where nobody knows that the server keeps the field.
 */
export function arrivedByMark(
  update: Pick<Update, 'id' | 'before'>,
  server: CustomerRecord,
  mark: Mark | null,
): 'arrived' | 'did-not-arrive' | 'cannot-tell' {
  if (mark === null) return 'cannot-tell';
  const there = server.fields[mark.key] ?? '';
  if (there === update.id) return 'arrived';
  const { before } = update;
  // An attempt that went without the field leaves it as it was, too.
  if (before === null || before.asOfMs === null || before.markKey !== mark.key) return 'cannot-tell';
  const was = before.mark ?? '';
  return there === was && (was !== '' || mark.isKept) ? 'did-not-arrive' : 'cannot-tell';
}

type CannotTell = Extract<AttentionReason, { kind: 'cannot-tell' }>;

/** It may have arrived, and what the server holds does not tell. */
export function cannotTell(
  { uncertainAfter }: Pick<Update, 'uncertainAfter'>,
  because: CannotTell['because'],
): CannotTell {
  return { kind: 'cannot-tell', after: uncertainAfter ?? 'till-stopped', because };
}
