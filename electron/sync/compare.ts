/** Comparing an update with what the server holds: before sending, and when reading back. */
import type { CustomerRecord, FieldKey } from '../customers/customer.ts';
import { fieldKeys } from '../customers/customer.ts';
import { severalValues } from '../updates/defined-field-rules.ts';
import type { Update } from '../updates/rows.ts';
import type { FieldConflict } from '../updates/update-view.ts';

/**
 * The same value, as far as the API keeps one: identifiers and field values come back in another letter case, several
 * values in another order, and none as null or as empty text.
 */
export function sameValue(key: FieldKey, a: string | null | undefined, b: string | null | undefined): boolean {
  const [left, right] = [a ?? '', b ?? ''];
  if (left === right) return true;
  if (key === 'email' || key.startsWith('extended.') || key === 'fraudStatus') {
    return left.toLowerCase() === right.toLowerCase();
  }
  if (key.startsWith('custom.')) {
    const [lefts, rights] = [severalValues(left), severalValues(right)];
    return lefts !== null && rights !== null && [...lefts].sort().join('\n') === [...rights].sort().join('\n');
  }
  return false;
}

export type Comparison =
  /** Every field is as staff want it. */
  | { readonly kind: 'ours' }
  /** Every field is as it was when staff edited it (or that was not known). */
  | { readonly kind: 'baseline' }
  /** Some fields moved to something else. */
  | { readonly kind: 'moved'; readonly fields: readonly FieldConflict[] }
  /** Some are ours and some are as before. */
  | { readonly kind: 'mixed' };

export function compareWithServer(update: Pick<Update, 'changes' | 'baseline'>, server: CustomerRecord): Comparison {
  const keys = fieldKeys(update.changes);
  const isOurs = (key: FieldKey) => sameValue(key, server.fields[key], update.changes[key]);
  // A baseline that was never known cannot have moved.
  const isBaseline = (key: FieldKey) =>
    update.baseline[key] === undefined || sameValue(key, server.fields[key], update.baseline[key]);
  if (keys.every(isOurs)) return { kind: 'ours' };
  const moved = keys.filter((key) => !isOurs(key) && !isBaseline(key));
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
  return keys.some(isOurs) ? { kind: 'mixed' } : { kind: 'baseline' };
}
