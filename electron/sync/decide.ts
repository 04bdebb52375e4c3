/**
 * Decides what to do with an update, given the server's record of its customer. The same pure function serves the look
 * before sending, the claim, and reading back. The API is not idempotent and can award points twice, so an update that
 * may have arrived is sent again only if everything proves that it did not (F01, F03, F41 to F44).
 *
 * | the update | every field is as staff want it | a field changed to another value | otherwise |
 * | --- | --- | --- | --- |
 * | never sent | it is there | a person decides (F22) | send |
 * | may have arrived | it is there | a person decides | did not arrive, if that is proved; else a person decides |
 * | proved not to have arrived, to be sent again | it is there | a person decides (F22) | send, if that is still proved; else a person decides |
 *
 * "Did not arrive" is proved if all of these hold: each changed field is in the record and unchanged; points and
 * `updated_on` are unchanged; a slow server has had enough time; the update does not come from a backup; it was not
 * sent again before. The field reserved for Tillside (`sync.markField`) can replace the first two.
 */
import type { CustomerRecord, FieldKey, FieldValues } from '../model/customer.ts';
import { fieldKeys } from '../model/customer.ts';
import { type KnownValue, sameValue, similarValue, wantedValue } from '../model/same-value.ts';
import type { AttentionReason, FieldConflict } from '../model/update-view.ts';
import type { BeforeSending } from '../updates/row-json.ts';
import type { Update } from '../updates/rows.ts';
import type { Mark } from './mark-field.ts';

export type Decision =
  | { readonly kind: 'send' }
  /** `read`: an earlier attempt arrived. `already`: the server has it from somebody else. */
  | { readonly kind: 'is-there'; readonly confirmedBy: 'already' | 'read' }
  | { readonly kind: 'did-not-arrive' }
  /** It seems not to have arrived, but a slow server may still be writing it (F43). */
  | { readonly kind: 'too-early' }
  | { readonly kind: 'needs-person'; readonly reason: AttentionReason };

export type Evidence = {
  /** The server's record; null: it has never sent this customer. */
  readonly record: CustomerRecord | null;
  readonly mark: Mark | null;
  /** Even a slow server has had enough time since the last attempt. */
  readonly hadTime: boolean;
};

export type Decided = Pick<
  Update,
  'id' | 'state' | 'changes' | 'baseline' | 'before' | 'resent' | 'attempts' | 'uncertainAfter'
>;

export function decide(update: Decided, { record, mark, hadTime }: Evidence): Decision {
  const mayHaveArrived = update.state === 'unknown' || update.attempts > 0;
  const byMark = mayHaveArrived && record !== null ? arrivedByMark(update, record, mark) : 'cannot-tell';
  if (byMark === 'arrived') return { kind: 'is-there', confirmedBy: 'read' };
  const fields = relationsOf(update, record?.fields ?? {}, mayHaveArrived);
  const isAll = (relation: Relation) => fields.every((field) => field.relation === relation);
  if (fields.length > 0 && isAll('ours')) {
    return { kind: 'is-there', confirmedBy: update.state === 'unknown' ? 'read' : 'already' };
  }
  const conflicting = fields.filter(({ relation }) => relation === 'other');
  if (!mayHaveArrived) return conflicting.length > 0 ? inConflict(update, record, conflicting) : { kind: 'send' };

  const isAsBefore = byMark === 'did-not-arrive' || (isAll('before') && isUnmoved(update.before, record));
  if (update.state === 'queued') {
    if (conflicting.length > 0) return inConflict(update, record, conflicting);
    return isAsBefore ? { kind: 'send' } : cannotTell(update, whyNot(fields));
  }
  if (update.uncertainAfter === 'restored') return cannotTell(update, 'restored');
  if (!isAsBefore) return cannotTell(update, whyNot(fields));
  if (update.resent) return cannotTell(update, 'resent-once');
  return hadTime ? { kind: 'did-not-arrive' } : { kind: 'too-early' };
}

type CannotTell = Extract<AttentionReason, { kind: 'cannot-tell' }>;

/** It may have arrived, and the record proves neither. */
export function cannotTell(
  { uncertainAfter }: Pick<Update, 'uncertainAfter'>,
  because: CannotTell['because'],
): { readonly kind: 'needs-person'; readonly reason: CannotTell } {
  return { kind: 'needs-person', reason: { kind: 'cannot-tell', after: uncertainAfter ?? 'till-stopped', because } };
}

/** How the server's value of a changed field relates to the old and the new value. */
type Relation =
  /** The record does not hold the field, which proves nothing, whatever was known before (F41). */
  | 'absent'
  | 'ours'
  /** Unchanged since staff edited it. */
  | 'before'
  /** We don't know its value when staff edited it. */
  | 'no-baseline'
  /** Old and new value differ only in spelling, and the server's value is similar to both. */
  | 'unclear'
  | 'other';

type FieldRelation = { readonly key: FieldKey; readonly relation: Relation };

function relationsOf({ changes, baseline }: Decided, theirs: FieldValues, mayHaveArrived: boolean): FieldRelation[] {
  return fieldKeys(changes).map((key) => ({
    key,
    relation: relationOf(key, theirs[key], baseline[key], wantedValue(changes[key] ?? ''), mayHaveArrived),
  }));
}

function relationOf(
  key: FieldKey,
  theirs: KnownValue | undefined,
  baseline: KnownValue | undefined,
  ours: KnownValue,
  mayHaveArrived: boolean,
): Relation {
  if (theirs === undefined) return 'absent';
  if (sameValue(key, theirs, ours)) return 'ours';
  // If old and new differ only in spelling (rita → Rita), a similar value proves nothing; only an exact match does.
  const onlySpelling = baseline !== undefined && similarValue(key, baseline, ours);
  if (similarValue(key, theirs, ours)) {
    if (!mayHaveArrived) return 'before';
    if (!onlySpelling) return 'ours';
    return sameValue(key, theirs, baseline) ? 'before' : 'unclear';
  }
  if (baseline === undefined) return 'no-baseline';
  return similarValue(key, theirs, baseline) ? 'before' : 'other';
}

function inConflict(
  { changes, baseline }: Decided,
  record: CustomerRecord | null,
  conflicting: readonly FieldRelation[],
): Decision {
  const fields = conflicting.map(
    ({ key }): FieldConflict => ({
      key,
      was: baseline[key] ?? null,
      theirs: record?.fields[key] ?? null,
      ours: changes[key] ?? '',
    }),
  );
  return { kind: 'needs-person', reason: { kind: 'conflict', fields } };
}

function whyNot(fields: readonly FieldRelation[]): CannotTell['because'] {
  const has = (relation: Relation) => fields.some((field) => field.relation === relation);
  if (has('absent')) return 'not-told';
  if (has('other') || has('ours') || has('unclear')) return 'read-back-differs';
  return has('no-baseline') ? 'no-baseline' : 'points-moved';
}

/** Changed points or `updated_on` since the attempt suggest that it arrived (F42). Missing values prove nothing. */
function isUnmoved(before: BeforeSending | null, record: CustomerRecord | null): boolean {
  if (before === null || record === null) return false;
  return before.points === (record.loyalty?.points ?? null) && before.updatedOn === record.updatedOn;
}

/**
 * What the reserved field proves about a sent update. Another id proves nothing,
 * because another till's update may have come later. Nor does a missing value, unless the server is known to store the
 * field.
 */
function arrivedByMark(
  { id, before }: Pick<Update, 'id' | 'before'>,
  record: CustomerRecord,
  mark: Mark | null,
): 'arrived' | 'did-not-arrive' | 'cannot-tell' {
  if (mark === null) return 'cannot-tell';
  // If the record lists custom fields and this one is missing, it has no value.
  const isListed = record.listedGroups?.includes('custom') ?? false;
  const listed = record.fields[mark.key];
  const there = listed === undefined && isListed ? null : listed;
  if (there === id) return 'arrived';
  // An attempt that was sent without the field leaves it unchanged too.
  if (there === undefined || before === null || before.asOfMs === null || before.markKey !== mark.key)
    return 'cannot-tell';
  return sameValue(mark.key, there, before.mark) && (before.mark !== null || mark.isKept)
    ? 'did-not-arrive'
    : 'cannot-tell';
}
