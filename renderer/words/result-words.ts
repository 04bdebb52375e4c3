/** Why a step failed, in one place for the form, the updates and the dialogs. */
import type { OrgView } from '../../electron/model/org-view.ts';
import type { ChangeResult, NotSavedReason, SaveResult } from '../../electron/model/update-view.ts';
import { m } from '../i18n/messages.ts';
import type { Action } from '../state/action.svelte.ts';
import type { SaveTrouble } from '../state/customer-form.svelte.ts';
import { problemSentence } from './field-words.ts';

const notSavedSentence: Record<NotSavedReason | 'no-answer', () => string> = {
  'disk-full': m.save_not_disk_full,
  'read-only': m.save_not_read_only,
  damaged: m.save_not_damaged,
  busy: m.save_not_busy,
  other: m.save_not_other,
  'no-answer': m.save_not_no_answer,
};

/** What keeps a step from being done, in the same words everywhere. */
export function keptBackSentence(
  trouble: { readonly kind: 'nothing-changed' | 'staff-required' } | Extract<SaveTrouble, { kind: 'not-saved' }>,
): string {
  if (trouble.kind === 'not-saved') return notSavedSentence[trouble.why]();
  return trouble.kind === 'staff-required' ? m.staff_needed() : m.save_nothing_changed();
}

/** null: it succeeded, or the last run is not over */
export function troubleOf(
  { result, failed }: Action<never, ChangeResult | SaveResult>,
  org: OrgView | null,
): string | null {
  if (failed) return keptBackSentence({ kind: 'not-saved', why: 'no-answer' });
  if (result === null) return null;
  switch (result.kind) {
    case 'invalid': {
      const [first] = result.problems;
      return first === undefined ? m.save_not_other() : problemSentence(first, org);
    }
    case 'moved-on':
      return m.updates_moved_on();
    case 'saved':
    case 'done':
      return null;
    default:
      return keptBackSentence(result);
  }
}
