/** The screen's calls about text that was typed and not saved yet. */
import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import { type KeptDraft, keepDraft, listDrafts } from '../updates/drafts.ts';

export function draftCalls(db: Db, clock: Clock) {
  return {
    'drafts.keep': (draft: Omit<KeptDraft, 'typedAtMs'>) => {
      keepDraft(db, { ...draft, typedAtMs: clock.wallMs() });
      return null;
    },
    'drafts.list': () => listDrafts(db),
  };
}
