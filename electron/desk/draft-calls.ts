/** The screen's calls about drafts. */
import type { Db } from '../db/open.ts';
import type { Clock } from '../machine/clock.ts';
import { type FieldChanges, fieldKeys } from '../model/customer.ts';
import { isMaskedText, type MaskableField } from '../model/masked.ts';
import { type Draft, type KeptDraft, keepDraft, listDrafts } from '../updates/drafts.ts';

export function draftCalls(db: Db, clock: Clock, hidden: (customerId: number) => readonly MaskableField[]) {
  /** Text of masked fields, by draft: the screen does not have it, so what it stores later must not delete it. */
  const withheld = new Map<string, FieldChanges>();

  /** What the screen may see of a draft. */
  function shownDraft(draft: Draft): Draft {
    const covered = 'customerId' in draft.target ? hidden(draft.target.customerId) : [];
    const isCovered = ({ key }: Draft['changes'][number]) => covered.some((field) => field === key);
    const unseen = draft.changes.filter(isCovered);
    if (unseen.length === 0) return draft;
    withheld.set(placeOf(draft), Object.fromEntries(unseen.map(({ key, to }) => [key, to])));
    return { ...draft, changes: draft.changes.filter((change) => !isCovered(change)) };
  }

  return {
    'drafts.keep': (draft: Omit<KeptDraft, 'typedAtMs'>) => {
      const changes = { ...withheld.get(placeOf(draft)), ...withoutMasks(draft.changes) };
      keepDraft(db, { ...draft, changes, typedAtMs: clock.wallMs() });
      return null;
    },
    'drafts.list': () => listDrafts(db).map(shownDraft),
  };
}

function placeOf({ target, replaces }: Pick<KeptDraft, 'target' | 'replaces'>): string {
  return JSON.stringify([target, replaces]);
}

function withoutMasks(changes: FieldChanges): FieldChanges {
  const typed = fieldKeys(changes).filter((key) => !isMaskedText(changes[key] ?? ''));
  return Object.fromEntries(typed.map((key) => [key, changes[key] ?? '']));
}
