/**
 * Reads back an update that may have arrived. It is never blindly sent again, because the API is not idempotent and can
 * award points twice (F01, F03). `decide.ts` decides what the answer proves.
 */
import { inTransaction } from '../db/statements.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { CustomerRecord } from '../model/customer.ts';
import type { Update } from '../updates/rows.ts';
import { commitApplied, commitNeedsPerson, commitNotFound, type Written } from './commit-outcome.ts';
import { customerOf, identifierNow, pauseFor, type SyncContext, tellUpdate } from './context.ts';
import { cannotTell, decide } from './decide.ts';
import type { Lane } from './pace.ts';

export type ReadBack =
  | 'closed'
  /** It did not arrive and is sent again. */
  | 'goes-again'
  /** It seems not to have arrived; it is read again after the time that a slow server may need (F43). */
  | 'too-early'
  /** The server could not be asked, so the update stays unknown. */
  | 'later';

/** @param hadTime enough time has passed since the attempt, even for a slow server */
export async function readBack(
  context: SyncContext,
  api: LoyaltyApi,
  update: Update,
  { lane, hadTime }: { readonly lane: Lane; readonly hadTime: boolean },
): Promise<ReadBack> {
  if (!context.config.sync.readBack || update.kind !== 'fields') return withoutReading(context, update, hadTime);
  context.pace.take(lane);
  const outcome = await api.getCustomer(identifierNow(context, update));
  switch (outcome.kind) {
    case 'found':
      context.blame.passed(update, 'read-back');
      return byRecord(context, update, outcome.value, outcome.merged, hadTime);
    case 'not-found':
      context.blame.passed(update, 'read-back');
      return closed(context, update, commitNotFound(context, update, outcome.answer));
    case 'held':
      if (outcome.why === 'credentials') {
        pauseFor(context, api, 'credentials');
        return 'later';
      }
      context.blame.tillRefused();
      return withoutReading(context, update, hadTime);
    case 'refused':
      context.blame.passed(update, 'read-back');
      return withoutReading(context, update, hadTime);
    case 'failed':
      context.blame.failed(update, 'read-back', outcome);
      return 'later';
  }
}

function byRecord(
  context: SyncContext,
  update: Update,
  record: CustomerRecord,
  merged: boolean,
  hadTime: boolean,
): ReadBack {
  const { db, outbox, told, clock, mark } = context;
  const decision = decide(update, { told: record, mark: mark.current, hadTime });
  if (decision.kind === 'is-there') {
    const result = { effects: [], warnings: [], answer: null, confirmedBy: decision.confirmedBy } as const;
    const written = commitApplied(context, update, { record, by: 'read', merged }, result);
    context.applied.note(written.customerId);
    return closed(context, update, written);
  }
  const written = inTransaction(db, (): Written => {
    const before = customerOf(context, update);
    const kept = told.keep({ record, by: 'read', asOfMs: clock.wallMs(), merged }, { customerId: before });
    if (decision.kind === 'did-not-arrive') outbox.resend(update);
    if (decision.kind === 'needs-person') outbox.needsPerson(update, decision.reason, null);
    return { before, customerId: kept.kind === 'kept' ? kept.customerId : before };
  });
  closed(context, update, written);
  if (decision.kind === 'did-not-arrive') return 'goes-again';
  return decision.kind === 'too-early' ? 'too-early' : 'closed';
}

function closed(context: SyncContext, update: Update, { before, customerId }: Written): 'closed' {
  tellUpdate(context, update.id, before, customerId);
  return 'closed';
}

/** Without permission to read, the config decides: a person (default), or sending it again, which may count twice. */
function withoutReading(context: SyncContext, update: Update, hadTime: boolean): ReadBack {
  const isRestored = update.uncertainAfter === 'restored';
  const mayGoAgain = context.config.sync.resendUnconfirmed === 'always' && update.kind === 'fields' && !isRestored;
  if (!mayGoAgain || update.resent) {
    const because = update.resent ? 'resent-once' : isRestored ? 'restored' : 'read-back-not-allowed';
    return closed(context, update, commitNeedsPerson(context, update, cannotTell(update, because).reason, null));
  }
  if (!hadTime) return 'too-early';
  context.outbox.resend(update);
  tellUpdate(context, update.id, update.customerId, customerOf(context, update));
  return 'goes-again';
}
