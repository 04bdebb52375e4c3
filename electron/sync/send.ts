/** Sending one update: claimed, sent, and what the server said written down. The look before it: `look.ts`. */
import { inTransaction } from '../db/statements.ts';
import type { Author, LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { fillableIdentifiers } from '../model/customer.ts';
import type { UpdateOutcome } from '../model/outcome.ts';
import { beforeSendingOf } from '../updates/before-sending.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { commitApplied, commitNeedsPerson, type Written } from './commit-outcome.ts';
import { customerOf, identifierNow, pauseFor, type SyncContext } from './context.ts';
import { decideByRecord } from './look.ts';
import type { Mark } from './mark-field.ts';

/** An update that was claimed, with the field that its attempt writes its own id to. */
export type Claimed = { readonly update: Update; readonly mark: Mark | null };

/**
 * Commits the attempt id before the first byte leaves (F02). Call in a transaction.
 * @returns null where what made it go does not hold any more: the customer may have been told anew since the look
 */
export function claim(context: SyncContext, seen: Update): Claimed | null {
  // Read again: two customers of this till may have become one in between.
  const update = findUpdate(context.db, seen.id) ?? seen;
  if (update.kind === 'fields' && decideByRecord(context, update).kind !== 'send') return null;
  const mark = context.mark.current;
  const claimed = context.outbox.claim(
    seen.id,
    seen.revision,
    beforeSendingOf(context.db, update.customerId, mark?.key ?? null),
  );
  return claimed === null ? null : { update: claimed, mark };
}

/** The one request that changes something at the server. */
export async function send(context: SyncContext, api: LoyaltyApi, { update, mark }: Claimed): Promise<UpdateOutcome> {
  const author = { staffCode: update.staff?.code ?? null, till: update.till };
  const outcome =
    update.kind === 'fields'
      ? await sendFields(context, api, update, author, mark)
      : await requestIdentityChange(api, update, author);
  context.log.write('info', 'update answered', {
    update: update.id,
    attempt: update.attemptId,
    outcome: outcome.kind,
    why: 'why' in outcome ? outcome.why : null,
    code: outcome.kind === 'rejected' ? outcome.rejection.code : null,
    requestId: outcome.answer?.requestId ?? null,
  });
  return outcome;
}

/** Sends the changed fields, and with them the update's own id in the field that IT keeps for it. */
async function sendFields(
  context: SyncContext,
  api: LoyaltyApi,
  update: Update,
  author: Author,
  mark: Mark | null,
): Promise<UpdateOutcome> {
  const identifier = identifierNow(context, update);
  if (mark === null) return api.updateCustomer({ identifier, changes: update.changes, author });
  const changes = { ...update.changes, [mark.key]: update.id };
  const outcome = await api.updateCustomer({ identifier, changes, author });
  if (outcome.kind !== 'applied') return outcome;
  const refused = outcome.warnings.find(({ field }) => field === mark.key);
  if (refused !== undefined) {
    noteMarkRefused(context, refused.code);
    return { ...outcome, warnings: outcome.warnings.filter((warning) => warning !== refused) };
  }
  // An answer need not repeat it; the next update compares with it.
  const record =
    outcome.record === null ? null : { ...outcome.record, fields: { [mark.key]: update.id, ...outcome.record.fields } };
  return { ...outcome, record };
}

function noteMarkRefused({ mark, log }: SyncContext, code: number | null): void {
  mark.refused();
  log.write('error', 'the server refuses sync.markField: updates go without it until the next start', { code });
}

/**
 * A till may be allowed to save and not to ask for this. Then a person is told of the request, and all else goes on.
 */
async function requestIdentityChange(api: LoyaltyApi, update: Update, author: Author): Promise<UpdateOutcome> {
  const type = fillableIdentifiers.find((one) => update.changes[one] !== undefined);
  if (type === undefined) throw new Error(`Update ${update.id} asks for no identifier.`);
  const [oldValue, newValue] = [update.identifier.value, update.changes[type] ?? ''];
  const outcome = await api.requestIdentityChange({ type, oldValue, newValue, author });
  if (outcome.kind !== 'held' || outcome.why !== 'permission') return outcome;
  const { httpStatus, code, itemCode, message, itemMessage } = outcome.answer;
  const rejection = { code: itemCode ?? code ?? httpStatus, field: null, message: itemMessage ?? message };
  return { kind: 'rejected', rejection, answer: outcome.answer };
}

/** Another action is running for this customer, as the request's code or the item's. Only this customer waits. */
const otherActionRunning = 521;

/** What the exchange says of the line, of the till and of this update; and the pause that follows where it is the till. */
export function blameFor(context: SyncContext, api: LoyaltyApi, update: Update, outcome: UpdateOutcome): void {
  const { blame } = context;
  switch (outcome.kind) {
    case 'applied':
    case 'rejected':
      blame.passed(update, 'send');
      return;
    case 'held':
      pauseFor(context, api, outcome.why);
      return;
    case 'not-sent': {
      const { code, itemCode } = outcome.answer ?? { code: null, itemCode: null };
      const isThisCustomer = code === otherActionRunning || itemCode === otherActionRunning;
      if (isThisCustomer) blame.customerBusy(update);
      else blame.failed(update, 'send', outcome);
      return;
    }
    case 'unknown':
      blame.answerLost(update, outcome.why);
      return;
  }
}

type Rejected = Extract<UpdateOutcome, { kind: 'rejected' }>;

/** Whether the update was refused only for the field that carries its id: it certainly changed nothing. */
export function isMarkRefused({ mark }: Claimed, { rejection }: Rejected): boolean {
  return mark !== null && rejection.field === mark.key;
}

/** Without its mark it goes again. Call in a transaction. */
export function commitMarkRefused(context: SyncContext, { update }: Claimed, { rejection, answer }: Rejected): Written {
  noteMarkRefused(context, rejection.code);
  context.outbox.notSent(update, 'mark refused', answer);
  const customerId = customerOf(context, update);
  return { before: customerId, customerId };
}

/** One transaction. */
export function commitOutcome(context: SyncContext, update: Update, outcome: UpdateOutcome): Written {
  const { db, outbox } = context;
  switch (outcome.kind) {
    case 'applied': {
      const { record, effects, warnings, answer, merged } = outcome;
      const result = { effects, warnings, answer, confirmedBy: 'answer' } as const;
      return commitApplied(context, update, { record, by: 'answer', merged }, result);
    }
    case 'rejected':
      return commitNeedsPerson(context, update, { kind: 'refused', rejection: outcome.rejection }, outcome.answer);
    default:
      return inTransaction(db, () => {
        if (outcome.kind === 'held') outbox.held(update, outcome.why, outcome.answer);
        if (outcome.kind === 'not-sent') outbox.notSent(update, outcome.why, outcome.answer);
        if (outcome.kind === 'unknown') outbox.uncertain(update, outcome.why, outcome.answer);
        const customerId = customerOf(context, update);
        return { before: customerId, customerId };
      });
  }
}
