/**
 * Looking before sending. The API takes whatever it is sent, so what could overwrite another till's change, or merge two
 * people, is stopped here.
 *
 * - The server's value of a changed field moved since staff edited it → attention, was / theirs / ours (F22). The
 *   server is asked when the update or the record here is older than a few minutes, the update was saved before this
 *   start or goes once more, or the server never told us of the customer; else the cached record is compared. A race of the length of one request remains.
 * - A filled identifier that belongs to somebody else → attention (F23), unless staff confirmed it.
 */

import { customerRow, readRecord } from '../customers/store.ts';
import { commitTogether } from '../db/group-commit.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { CustomerRecord, FieldKey, Identifier } from '../model/customer.ts';
import { fieldKeys, fillableIdentifiers } from '../model/customer.ts';
import type { AttentionReason } from '../model/update-view.ts';
import { identifierOf } from '../updates/effective.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { arrivedByMark, cannotTell, compareWithServer, sameValue } from './compare.ts';
import { type Line, noteAnswer, noteHeld, noteMerge, noteTrouble } from './line.ts';
import type { Lane } from './pace.ts';
import { customerOf, keepFound, keepRecord, settleApplied, settleNotFound } from './settle.ts';

export type CheckResult =
  | { readonly kind: 'go'; readonly update: Update; readonly identifier: Identifier }
  /** It stands somewhere else now (attention, applied). */
  | { readonly kind: 'settled' }
  /** Staff edited or cancelled it while it was looked at: what there is of it now is looked at again. */
  | { readonly kind: 'moved-on' }
  /** The line or the server refused the look: try again when it is due. */
  | { readonly kind: 'later' };

type Look = { readonly kind: 'done' } | { readonly kind: 'unseen' } | { readonly kind: 'later' };

export type How = {
  /** The update may have waited long enough for the server to have moved on. */
  readonly isOld: boolean;
  readonly lane: Lane;
};

export async function checkBeforeSending(
  line: Line,
  api: LoyaltyApi,
  update: Update,
  { isOld, lane }: How,
): Promise<CheckResult> {
  const { db } = line;
  const identifier = identifierNow(line, update);
  const mayLook = line.config.sync.readBack && update.kind === 'fields';
  if (mayLook && (isOld || line.connection.isProbing || isRecordOld(line, update))) {
    const look = await lookAtCustomer(line, api, update, identifier, lane);
    if (look.kind === 'done') return { kind: 'settled' };
    if (look.kind === 'later') return { kind: 'later' };
  } else if (line.connection.isProbing && !(await isThere(line, api, lane))) {
    // While the line is not known to stand, an update is no probe: a look costs the outbox nothing when it fails (F14).
    return { kind: 'later' };
  }
  if (update.kind === 'fields') {
    // With or without a fresh look: the cached record may have been refreshed since the edit.
    const current = findUpdate(db, update.id);
    if (current === null || current.revision !== update.revision || current.state !== 'queued')
      return { kind: 'moved-on' };
    if (settleByCache(line, current)) return { kind: 'settled' };
    const fills = await checkFills(line, api, current, identifier, lane);
    if (fills !== 'free') return { kind: fills };
  }
  const current = findUpdate(db, update.id);
  if (current === null || current.revision !== update.revision) return { kind: 'moved-on' };
  return { kind: 'go', update: current, identifier: identifierNow(line, current) };
}

/** What is here of the customer was never told, or so long ago that the server may have moved on. */
function isRecordOld({ db, clock, config }: Line, update: Update): boolean {
  const toldAtMs = customerRow(db, update.customerId)?.as_of_ms ?? null;
  // A clock that was set back must not make a record fresh for ever.
  return toldAtMs === null || Math.abs(clock.wallMs() - toldAtMs) >= config.sync.checkAfterMinutes * 60_000;
}

/** Asks the server for nothing but whether it is there. */
async function isThere(line: Line, api: LoyaltyApi, lane: Lane): Promise<boolean> {
  line.pace.take(lane);
  const outcome = await api.login();
  if (outcome.kind === 'failed') {
    noteTrouble(line, outcome.why, outcome.retryAfterMs);
    return outcome.why === 'unreadable-answer';
  }
  noteAnswer(line);
  if (outcome.kind !== 'held' || outcome.why !== 'credentials') return true;
  noteHeld(line, api, 'credentials');
  return false;
}

/** The server's id as soon as it is known, else what the update was saved with. */
function identifierNow(line: Line, update: Update): Identifier {
  return identifierOf(line.db, customerOf(line.db, update), line.primaryIdentifier()) ?? update.identifier;
}

/** Fetches the customer, keeps the record, and learns the baseline of fields that were edited unseen. */
async function lookAtCustomer(
  line: Line,
  api: LoyaltyApi,
  update: Update,
  identifier: Identifier,
  lane: Lane,
): Promise<Look> {
  const { db, outbox, connection, clock } = line;
  line.pace.take(lane);
  const outcome = await api.getCustomer(identifier);
  switch (outcome.kind) {
    case 'found': {
      noteAnswer(line);
      const { before, customerId } = await commitTogether(db, () => {
        const asked = customerOf(db, update);
        const kept = keepRecord(db, asked, outcome.value, clock.wallMs());
        const current = findUpdate(db, update.id);
        if (current !== null && current.state === 'queued') learnBaseline(line, current, outcome.value);
        return { before: asked, customerId: kept };
      });
      noteMerge(line, before, customerId);
      line.customerChanged(customerId);
      return { kind: 'unseen' };
    }
    case 'not-found':
      noteAnswer(line);
      settleNotFound(db, outbox, update, outcome.answer);
      line.updateChanged(update.id, customerOf(db, update));
      return { kind: 'done' };
    case 'held':
      connection.answered();
      if (outcome.why === 'permission') return { kind: 'unseen' };
      noteHeld(line, api, 'credentials');
      return { kind: 'later' };
    case 'refused':
      connection.answered();
      return { kind: 'unseen' };
    case 'failed':
      noteTrouble(line, outcome.why, outcome.retryAfterMs);
      // The server is there but does not tell: the answer to the update will.
      return { kind: outcome.why === 'unreadable-answer' ? 'unseen' : 'later' };
  }
}

function learnBaseline(line: Line, update: Update, server: CustomerRecord): void {
  const unseen = fieldKeys(update.changes).filter((key) => update.baseline[key] === undefined);
  if (unseen.length === 0) return;
  const learned = Object.fromEntries(unseen.map((key) => [key, server.fields[key] ?? null]));
  line.outbox.learnBaseline(update, learned);
}

type Verdict =
  | { readonly kind: 'goes' }
  /** The server holds it: from another hand (`already`), or by the mark from the first attempt after all (`read`). */
  | { readonly kind: 'is-there'; readonly confirmedBy: 'already' | 'read' }
  | { readonly kind: 'needs-person'; readonly reason: AttentionReason };

/** What the record here says of an update. Whatever does not go is settled by it, so that nothing is looked at for ever. */
function verdictOf({ db, mark }: Line, update: Update): Verdict {
  const record = readRecord(db, update.customerId);
  // Never told: there is nothing to compare with.
  if (record === null || customerRow(db, update.customerId)?.as_of_ms === null) return { kind: 'goes' };
  const byMark = update.attempts > 0 && arrivedByMark(update, record, mark.current) === 'arrived';
  if (byMark) return { kind: 'is-there', confirmedBy: 'read' };
  const comparison = compareWithServer(update, record, update.resent ? 'maybe' : 'never');
  switch (comparison.kind) {
    case 'baseline':
      return { kind: 'goes' };
    case 'ours':
      return { kind: 'is-there', confirmedBy: 'already' };
    case 'moved':
      return { kind: 'needs-person', reason: { kind: 'conflict', fields: comparison.fields } };
    case 'mixed':
      // Somebody else made a part of the same change. After a first attempt, that part may be its own.
      return update.resent
        ? { kind: 'needs-person', reason: cannotTell(update, 'read-back-differs') }
        : { kind: 'goes' };
  }
}

/** Whether what made an update go still holds: the customer may have been told anew since it was looked at. */
export function stillGoes(line: Line, update: Update): boolean {
  return update.kind !== 'fields' || verdictOf(line, update).kind === 'goes';
}

/** @returns true where the update needs no sending: the server holds it already, or holds something else by now */
function settleByCache(line: Line, update: Update): boolean {
  const { db, outbox, clock } = line;
  const verdict = verdictOf(line, update);
  switch (verdict.kind) {
    case 'goes':
      return false;
    case 'is-there': {
      const told = { effects: [], warnings: [], answer: null, confirmedBy: verdict.confirmedBy } as const;
      line.updateChanged(update.id, settleApplied(db, outbox, update, null, told, clock.wallMs()));
      return true;
    }
    case 'needs-person':
      outbox.needsPerson(update, verdict.reason, null);
      line.updateChanged(update.id, update.customerId);
      return true;
  }
}

async function checkFills(
  line: Line,
  api: LoyaltyApi,
  update: Update,
  identifier: Identifier,
  lane: Lane,
): Promise<'free' | 'settled' | 'later'> {
  const { connection } = line;
  for (const type of fillableIdentifiers) {
    const value = update.changes[type];
    if (value === undefined || update.confirmedFills.includes(type)) continue;
    const stop = (key: FieldKey, otherUserId: string | null): 'settled' => {
      line.outbox.needsPerson(update, { kind: 'belongs-to-other', key, otherUserId }, null);
      line.updateChanged(update.id, customerOf(line.db, update));
      return 'settled';
    };
    // A till that may not read cannot know whose the identifier is: a person has to say so.
    if (!line.config.sync.readBack) return stop(type, null);
    line.pace.take(lane);
    const outcome = await api.getCustomer({ type, value });
    switch (outcome.kind) {
      case 'found':
        noteAnswer(line);
        if (isSamePerson(line, update, identifier, outcome.value)) break;
        // The other person's record is kept, so that staff can see both side by side.
        keepFound(line.db, { type, value }, outcome.value, line.clock.wallMs());
        return stop(type, outcome.value.userId);
      case 'not-found':
        noteAnswer(line);
        break;
      case 'held':
        connection.answered();
        if (outcome.why === 'permission') return stop(type, null);
        noteHeld(line, api, 'credentials');
        return 'later';
      case 'refused':
        connection.answered();
        return stop(type, null);
      case 'failed':
        noteTrouble(line, outcome.why, outcome.retryAfterMs);
        if (outcome.why === 'unreadable-answer') return stop(type, null);
        return 'later';
    }
  }
  return 'free';
}

function isSamePerson(line: Line, update: Update, identifier: Identifier, found: CustomerRecord): boolean {
  const userId = customerRow(line.db, customerOf(line.db, update))?.user_id ?? null;
  if (userId !== null && found.userId !== null) return userId === found.userId;
  return identifier.type !== 'userId' && sameValue(identifier.type, found.fields[identifier.type], identifier.value);
}
