/**
 * Reads back an update that may have arrived. It is never blindly sent again, because the API is not idempotent and can
 * award points twice (F01, F03). `decide.ts` decides what the answer proves.
 */
import { inTransaction } from '../db/statements.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { CustomerRecord } from '../model/customer.ts';
import type { ReadOutcome } from '../model/outcome.ts';
import type { Update } from '../updates/rows.ts';
import { commitApplied, commitNeedsPerson, commitNotFound, keepRead } from './commit-outcome.ts';
import { afterFailedRead, customerOf, identifierNow, type SyncContext, tellUpdate, type Written } from './context.ts';
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
      return byRecord(context, update, outcome, hadTime);
    case 'not-found':
      context.blame.passed(update, 'read-back');
      return closed(context, update, commitNotFound(context, update, outcome.answer));
    default: {
      const mayGoOn = afterFailedRead(context, api, update, 'read-back', outcome) === 'no-such-call';
      return mayGoOn ? withoutReading(context, update, hadTime) : 'later';
    }
  }
}

function byRecord(
  context: SyncContext,
  update: Update,
  found: Extract<ReadOutcome<CustomerRecord>, { kind: 'found' }>,
  hadTime: boolean,
): ReadBack {
  const { db, outbox, mark } = context;
  const { value: record, merged } = found;
  const decision = decide(update, { record, mark: mark.current, hadTime });
  if (decision.kind === 'is-there') {
    const result = { effects: [], warnings: [], answer: null, confirmedBy: decision.confirmedBy } as const;
    const written = commitApplied(context, update, { record, by: 'read', merged }, result);
    context.applied.note(written.customerId);
    return closed(context, update, written);
  }
  const written = inTransaction(db, () => {
    const kept = keepRead(context, update, found);
    if (decision.kind === 'did-not-arrive') outbox.resend(update);
    if (decision.kind === 'needs-person') outbox.needsPerson(update, decision.reason, null);
    return kept;
  });
  closed(context, update, written);
  if (decision.kind === 'did-not-arrive') return 'goes-again';
  return decision.kind === 'too-early' ? 'too-early' : 'closed';
}

function closed(context: SyncContext, update: Update, written: Written): 'closed' {
  tellUpdate(context, update.id, written);
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
  tellUpdate(context, update.id, { before: update.customerId, customerId: customerOf(context, update) });
  return 'goes-again';
}
