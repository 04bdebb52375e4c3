import type { TroubleResult } from '../../electron/care/trouble-view.ts';
import type { CannotOpenCode } from '../../electron/machine/till-cannot-open.ts';
import { m } from '../i18n/messages.ts';

/** What happened and what to do, for staff at a till that did not open. */
export const troubleSentence: Record<CannotOpenCode, () => string> = {
  'already-running': m.trouble_running,
  'database-unreadable': m.trouble_damaged,
  'database-newer': m.trouble_newer,
  'database-missing': m.trouble_missing,
  'migration-refused': m.trouble_migration,
  'key-unreadable': m.trouble_key,
  folder: m.trouble_folder,
  full: m.trouble_full,
};

type Refusal = Extract<TroubleResult, { kind: 'refused' }>['why'];

export const refusedSentence: Record<Refusal, () => string> = {
  mistyped: m.trouble_refused_mistyped,
  'other-key': m.trouble_refused_other_key,
  'not-stored': m.trouble_refused_not_stored,
  'no-such-backup': m.trouble_refused_no_such_backup,
  'backup-unreadable': m.trouble_refused_backup_unreadable,
  'backup-newer': m.trouble_refused_backup_newer,
};
