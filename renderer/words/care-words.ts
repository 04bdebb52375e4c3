import type { RescueImportResult } from '../../electron/care/till-facts.ts';
import type { NotSavedReason } from '../../electron/model/update-view.ts';
import type { ImportFailure } from '../../electron/region/import-state.ts';
import { m } from '../i18n/messages.ts';
import { sameFor } from './same-for.ts';

/** Why a file or a step of IT's failed, and what to do. */
export const notDoneSentence: Record<NotSavedReason, () => string> = {
  'disk-full': m.care_failed_disk_full,
  'read-only': m.care_failed_read_only,
  damaged: m.care_failed_damaged,
  busy: m.care_failed_busy,
  other: m.care_failed_other,
};

/** A failed step, in the words beside its button. */
export function notDone(why: NotSavedReason): { readonly tone: 'needs-you'; readonly text: string } {
  return { tone: 'needs-you', text: notDoneSentence[why]() };
}

type Refusal = Extract<RescueImportResult, { kind: 'refused' }>['why'];

export const rescueRefusedSentence: Record<Refusal, () => string> = {
  'not-a-rescue-file': m.care_import_refused_file,
  'not-the-key': m.care_import_refused_key,
  'no-passphrase': m.care_import_refused_no_passphrase,
  newer: m.care_import_refused_newer,
  'other-organisation': m.care_import_refused_organisation,
};

export const importFailedSentence: Record<ImportFailure, () => string> = {
  'not-a-file': m.care_region_not_a_file,
  ...sameFor(m.care_region_not_customers, 'empty', 'json-list', 'nothing-in-it'),
  'utf-16': m.care_region_utf16,
  'not-utf-8': m.care_region_not_utf8,
  ...sameFor(m.care_region_wrong_kind, 'not-text', 'web-page'),
  spreadsheet: m.care_region_spreadsheet,
  packed: m.care_region_packed,
  damaged: m.care_region_damaged,
  'no-identifier-column': m.care_region_heading,
  'day-or-month': m.care_region_day_or_month,
  ...sameFor(m.care_region_no_file, 'no-such-file', 'not-allowed'),
  'disk-full': m.care_region_disk,
  'nothing-before': m.care_region_nothing_before,
  ...sameFor(m.care_region_other, 'not-taken', 'stopped', 'other'),
};
