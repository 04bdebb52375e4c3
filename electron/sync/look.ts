/**
 * The look before sending. The API accepts whatever it is sent, so this stops updates that would overwrite another
 * till's change or merge two people.
 *
 * - The server's value of a changed field changed since staff edited it → a person decides, with was / theirs / ours
 *   (F22). The server is asked if the update or the record here is older than a few minutes, if the update is sent again, or if
 *   the server has never sent this customer; otherwise the record here is compared. A race of one request remains.
 * - A filled-in identifier belongs to somebody else → a person decides (F23), unless staff confirmed it.
 * - Another till may have it from this one's second copy → it waits until that is known (F63).
 */
import { customerRow, readRecord } from '../customers/store.ts';
import { commitTogether } from '../db/group-commit.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { type CustomerRecord, type FillableIdentifier, fieldKeys, fillableIdentifiers } from '../model/customer.ts';
import { sameValue } from '../model/same-value.ts';
import { beforeSendingOf } from '../updates/before-sending.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { commitApplied, commitNeedsPerson, commitNotFound, keepRead } from './commit-outcome.ts';
import {
  afterFailedRead,
  customerOf,
  identifierNow,
  type SyncContext,
  tellUpdate,
  type Whereabouts,
  type Written,
} from './context.ts';
import { cannotTell, type Decision, decide } from './decide.ts';
import type { Lane } from './pace.ts';

export type Looked =
  | { readonly kind: 'go'; readonly update: Update }
  /** It has another state now (attention, applied). */
  | { readonly kind: 'closed' }
  /** Staff edited or cancelled it during the look, so it is looked at again. */
  | { readonly kind: 'moved-on' }
  /** The look failed or was refused; it is tried again when due. */
  | { readonly kind: 'later' }
  /** Another till may have it, and we can't tell now. */
  | { readonly kind: 'elsewhere' };

/** Result of asking the server about an update's customer. */
type Answered = 'found' | 'no-such-call' | Exclude<Looked['kind'], 'go' | 'elsewhere'>;

/** @param isOld the update has waited so long that the server's values may have changed */
export async function lookBeforeSending(
  context: SyncContext,
  api: LoyaltyApi,
  seen: Update,
  { isOld, lane }: { readonly isOld: boolean; readonly lane: Lane },
): Promise<Looked> {
  const asked = context.whereabouts(seen);
  const whereabouts = typeof asked === 'string' ? asked : await asked;
  if (whereabouts !== 'here') return lookWhileElsewhere(context, api, seen, { whereabouts, lane });
  if (seen.kind !== 'fields') return { kind: 'go', update: seen };
  const mayRead = context.config.sync.readBack;
  if (mayRead && (isOld || context.connection.isProbing || isRecordOld(context, seen))) {
    const answered = await askAboutCustomer(context, api, seen, lane);
    if (answered !== 'found' && answered !== 'no-such-call') return { kind: answered };
  }
  // Even without asking: the record here may have been refreshed since the edit.
  const update = asSeen(context, seen);
  if (update === null) return { kind: 'moved-on' };
  const decision = decideByRecord(context, update);
  return decision.kind === 'send' ? checkFills(context, api, update, lane) : close(context, update, decision);
}

/**
 * Another till may have it, and may have sent it. As if it had been sent from here, it goes only if the server proves
 * that it did not arrive (F63). While another till is still importing it, that proves nothing, so it waits for the
 * copy's folder, and in the end for a person.
 */
async function lookWhileElsewhere(
  context: SyncContext,
  api: LoyaltyApi,
  seen: Update,
  { whereabouts, lane }: { readonly whereabouts: Exclude<Whereabouts, 'here'>; readonly lane: Lane },
): Promise<Looked> {
  const known = beforeSendingOf(context.db, seen.customerId, null);
  const before = known.asOfMs !== null && known.asOfMs <= seen.savedAtMs ? known : null;
  const mayRead = context.config.sync.readBack && seen.kind === 'fields';
  const answered = mayRead ? await askAboutCustomer(context, api, seen, lane) : 'no-such-call';
  if (answered !== 'found' && answered !== 'no-such-call') return { kind: answered };
  const update = asSeen(context, seen);
  if (update === null) return { kind: 'moved-on' };
  const mayBeSent = { ...update, attempts: Math.max(1, update.attempts), before: update.before ?? before };
  const decision = answered === 'found' ? decideByRecord(context, mayBeSent) : cannotTell(update, 'may-be-elsewhere');
  if (decision.kind === 'send') {
    return whereabouts === 'being-taken' ? { kind: 'elsewhere' } : checkFills(context, api, update, lane);
  }
  const isProved = decision.kind !== 'needs-person' || decision.reason.kind !== 'cannot-tell';
  if (isProved) return close(context, update, decision);
  return whereabouts === 'unproved'
    ? close(context, update, cannotTell(update, 'may-be-elsewhere'))
    : { kind: 'elsewhere' };
}

/** The update as it is now; null: it has changed since it was looked at. */
function asSeen({ db }: SyncContext, seen: Update): Update | null {
  const update = findUpdate(db, seen.id);
  return update?.revision === seen.revision && update.state === 'queued' ? update : null;
}

function close(context: SyncContext, update: Update, decision: Exclude<Decision, { kind: 'send' }>): Looked {
  tellUpdate(context, update.id, commitDecision(context, update, decision));
  return { kind: 'closed' };
}

/** Decides about a waiting update by the record here. Without a record there is nothing to compare. */
export function decideByRecord({ db, mark }: SyncContext, update: Update): Decision {
  const isFromServer = customerRow(db, update.customerId)?.as_of_ms != null;
  const record = isFromServer ? readRecord(db, update.customerId) : null;
  return decide(update, { record, mark: mark.current, hadTime: true });
}

/** Commits the decision not to send an update. */
function commitDecision(context: SyncContext, update: Update, decision: Exclude<Decision, { kind: 'send' }>): Written {
  switch (decision.kind) {
    case 'is-there': {
      const result = { effects: [], warnings: [], answer: null, confirmedBy: decision.confirmedBy } as const;
      return commitApplied(context, update, { by: 'known' }, result);
    }
    case 'needs-person':
      return commitNeedsPerson(context, update, decision.reason, null);
    case 'did-not-arrive':
    case 'too-early':
      throw new Error(`Update ${update.id} waits to be sent, and is not read back.`);
  }
}

/** Whether the record here is missing, or so old that the server's values may have changed. */
function isRecordOld({ db, clock, config }: SyncContext, update: Update): boolean {
  const asOfMs = customerRow(db, update.customerId)?.as_of_ms ?? null;
  // A clock that was set back must not make a record look fresh for ever.
  return asOfMs === null || Math.abs(clock.wallMs() - asOfMs) >= config.sync.checkAfterMinutes * 60_000;
}

/**
 * Reads the customer, stores the record, and sets the baseline of fields whose value was not known when edited. A failed
 * look never lets the update go.
 */
async function askAboutCustomer(context: SyncContext, api: LoyaltyApi, update: Update, lane: Lane): Promise<Answered> {
  const { db, blame } = context;
  context.pace.take(lane);
  const outcome = await api.getCustomer(identifierNow(context, update));
  switch (outcome.kind) {
    case 'found': {
      blame.passed(update, 'look');
      const { before, customerId } = await commitTogether(db, () => {
        const kept = keepRead(context, update, outcome);
        const current = findUpdate(db, update.id);
        if (current?.state === 'queued') learnBaseline(context, current, outcome.value);
        return kept;
      });
      if (before !== customerId) context.tell.customerMerged(before, customerId);
      context.tell.customerChanged(customerId);
      return 'found';
    }
    case 'not-found':
      blame.passed(update, 'look');
      tellUpdate(context, update.id, commitNotFound(context, update, outcome.answer));
      return 'closed';
    default:
      return afterFailedRead(context, api, update, 'look', outcome);
  }
}

function learnBaseline({ outbox }: SyncContext, update: Update, { fields }: CustomerRecord): void {
  const unseen = fieldKeys(update.changes).filter(
    (key) => update.baseline[key] === undefined && fields[key] !== undefined,
  );
  if (unseen.length === 0) return;
  outbox.learnBaseline(update, Object.fromEntries(unseen.map((key) => [key, fields[key] ?? null])));
}

async function checkFills(context: SyncContext, api: LoyaltyApi, update: Update, lane: Lane): Promise<Looked> {
  for (const type of fillableIdentifiers) {
    const value = update.changes[type];
    if (value === undefined || update.confirmedFills.includes(type)) continue;
    const answered = await checkFill(context, api, update, type, value, lane);
    if (answered !== 'free') return { kind: answered };
  }
  const current = asSeen(context, update);
  return current === null ? { kind: 'moved-on' } : { kind: 'go', update: current };
}

/** Checks that nobody else has the identifier that is being filled in. */
async function checkFill(
  context: SyncContext,
  api: LoyaltyApi,
  update: Update,
  type: FillableIdentifier,
  value: string,
  lane: Lane,
): Promise<'free' | 'closed' | 'later'> {
  const { records, blame, clock } = context;
  const stop = (otherUserId: string | null): 'closed' => {
    const reason = { kind: 'belongs-to-other', key: type, otherUserId } as const;
    tellUpdate(context, update.id, commitNeedsPerson(context, update, reason, null));
    return 'closed';
  };
  // Without permission to read, the till cannot know who has the identifier, so a person decides.
  if (!context.config.sync.readBack) return stop(null);
  context.pace.take(lane);
  const outcome = await api.getCustomer({ type, value });
  switch (outcome.kind) {
    case 'found':
      blame.passed(update, 'look');
      if (isSamePerson(context, update, outcome.value)) return 'free';
      // The other customer's record is stored, so that staff can compare both.
      records.keep({ record: outcome.value, by: 'read', asOfMs: clock.wallMs() }, { identifier: { type, value } });
      return stop(outcome.value.userId);
    case 'not-found':
      blame.passed(update, 'look');
      return 'free';
    default:
      return afterFailedRead(context, api, update, 'look', outcome) === 'later' ? 'later' : stop(null);
  }
}

function isSamePerson(context: SyncContext, update: Update, found: CustomerRecord): boolean {
  const userId = customerRow(context.db, customerOf(context, update))?.user_id ?? null;
  if (userId !== null && found.userId !== null) return userId === found.userId;
  const identifier = identifierNow(context, update);
  const theirs = identifier.type === 'userId' ? undefined : found.fields[identifier.type];
  return identifier.type !== 'userId' && theirs !== undefined && sameValue(identifier.type, theirs, identifier.value);
}
