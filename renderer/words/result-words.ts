/** Why a step failed, in one place for the form, the updates and the dialogs. */
import type { OrgView } from '../../electron/model/org-view.ts';
import type { ChangeResult, NotSavedReason, SaveResult } from '../../electron/model/update-view.ts';
import { m } from '../i18n/messages.ts';
import type { Action } from '../state/action.svelte.ts';
import { problemSentence } from './field-words.ts';

export const notSavedSentence: Record<NotSavedReason | 'no-answer', () => string> = {
  'disk-full': m.save_not_disk_full,
  'read-only': m.save_not_read_only,
  damaged: m.save_not_damaged,
  busy: m.save_not_busy,
  other: m.save_not_other,
  'no-answer': m.save_not_no_answer,
};

/** null: it succeeded, or the last run is not over */
export function troubleOf(
  { result, failed }: Action<never, ChangeResult | SaveResult>,
  org: OrgView | null,
): string | null {
  if (failed) return notSavedSentence['no-answer']();
  switch (result?.kind) {
    case 'invalid': {
      const [first] = result.problems;
      return first === undefined ? m.save_not_other() : problemSentence(first, org);
    }
    case 'nothing-changed':
      return m.save_nothing_changed();
    case 'staff-required':
      return m.staff_needed();
    case 'moved-on':
      return m.updates_moved_on();
    case 'not-saved':
      return notSavedSentence[result.why]();
    case 'saved':
    case 'done':
    case undefined:
      return null;
  }
}
