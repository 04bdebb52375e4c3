/** The screen's calls about updates: each calls the desk, then notifies the screen and the engine. */
import type { Db } from '../db/open.ts';
import { type MaskableField, maskableFields } from '../model/masked.ts';
import type { FieldChoice, SaveResult } from '../model/update-view.ts';
import { historyOf } from '../updates/history.ts';
import type { Outbox } from '../updates/outbox.ts';
import { findUpdate } from '../updates/rows.ts';
import { maskHistory, maskUpdate } from './mask-views.ts';
import type { IdentityRequest, SaveRequest, UpdateDesk } from './update-desk.ts';
import { listUpdates, type Page } from './update-views.ts';

export type UpdateCallOptions = {
  readonly db: Db;
  readonly outbox: Outbox;
  readonly updates: UpdateDesk;
  readonly hidden: (customerId: number) => readonly MaskableField[];
  /** A save was committed. */
  readonly saved: (updateId: string, customerId: number) => void;
  /** An update changed in another way. */
  readonly changed: (updateId: string, customerId: number) => void;
};

type OneUpdate = { readonly updateId: string };

export function updateCalls({ db, outbox, updates, hidden, saved, changed }: UpdateCallOptions) {
  const tellChanged = ({ updateId }: OneUpdate) => {
    const update = findUpdate(db, updateId);
    if (update !== null) changed(updateId, update.customerId);
  };
  const tellSaved = (result: SaveResult): SaveResult => {
    if (result.kind === 'saved') saved(result.updateId, result.customerId);
    return result;
  };
  /** Calls the desk, then notifies. */
  const andTell = <Argument extends OneUpdate, Result>(work: (argument: Argument) => Result) => {
    return (argument: Argument): Result => {
      const result = work(argument);
      tellChanged(argument);
      return result;
    };
  };
  return {
    'updates.check': ({ target, changes }: Pick<SaveRequest, 'target' | 'changes'>) => updates.check(target, changes),
    'updates.save': (request: SaveRequest) => tellSaved(updates.save(request)),
    'updates.requestIdentityChange': (request: IdentityRequest) => tellSaved(updates.requestIdentityChange(request)),
    'updates.cancel': andTell(({ updateId }: OneUpdate) => updates.cancel(updateId)),
    'updates.discard': andTell(({ updateId, reason }: OneUpdate & { readonly reason: string }) =>
      updates.discard(updateId, reason),
    ),
    'updates.settleConflict': (
      answer: OneUpdate & { readonly token: string; readonly choices: { readonly [key: string]: FieldChoice } },
    ) => {
      const result = updates.settleConflict(answer.updateId, answer.token, answer.choices);
      // Staff decided by an older value, so the screen has to show the current one.
      if (result.kind === 'moved-on') tellChanged(answer);
      return tellSaved(result);
    },
    'updates.putOff': andTell(({ updateId }: OneUpdate) => updates.putOff(updateId)),
    'updates.awardSeen': andTell(({ updateId }: OneUpdate) => updates.awardSeen(updateId)),
    'updates.list': (page: Page) => {
      const { updates: listed, total } = listUpdates(db, outbox, page);
      return { updates: listed.map((update) => maskUpdate(update, hidden(update.customerId))), total };
    },
    'updates.history': ({ updateId }: OneUpdate) => {
      const update = findUpdate(db, updateId);
      const covered = update === null ? maskableFields : hidden(update.customerId);
      return historyOf(db, updateId).map((entry) => maskHistory(entry, covered));
    },
  };
}
