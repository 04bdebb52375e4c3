/** Sends one update: claims it, sends it, and decides what a failure says about the connection and the update. */
import { notPermittedCode } from '../loyalty-api/codes.ts';
import type { Author, LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { fillableIdentifiers } from '../model/customer.ts';
import type { Held, UpdateOutcome } from '../model/outcome.ts';
import { beforeSendingOf } from '../updates/before-sending.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { customerOf, identifierNow, refusedFor, type SyncContext, type Written } from './context.ts';
import { decideByRecord } from './look.ts';
import type { Mark } from './mark-field.ts';

/** A claimed update, with the reserved field that its id is written to. */
export type Claimed = { readonly update: Update; readonly mark: Mark | null };

/**
 * Commits the attempt id before the first byte leaves (F02). Call in a transaction.
 * @returns null if it should no longer be sent, for example because the customer was refreshed since the look
 */
export function claim(context: SyncContext, seen: Update): Claimed | null {
  // Read again, because two customers may have been merged in between.
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

/** The only request that changes anything at the server. */
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

/** Sends the changed fields, with the update's id in the reserved field. */
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
  // The answer need not include it, but the next update compares with it.
  return { ...outcome, record: { ...outcome.record, fields: { [mark.key]: update.id, ...outcome.record.fields } } };
}

function noteMarkRefused({ mark, log }: SyncContext, code: number | null): void {
  mark.refused();
  log.write('error', 'the server refuses sync.markField: updates are sent without it until the next start', { code });
}

/**
 * A till may have permission to save but not for this call. Then the request goes to a person, and everything else
 * continues.
 */
async function requestIdentityChange(api: LoyaltyApi, update: Update, author: Author): Promise<UpdateOutcome> {
  const type = fillableIdentifiers.find((one) => update.changes[one] !== undefined);
  if (type === undefined) throw new Error(`Update ${update.id} does not change an identifier.`);
  const [oldValue, newValue] = [update.identifier.value, update.changes[type] ?? ''];
  const outcome = await api.requestIdentityChange({ type, oldValue, newValue, author });
  return outcome.kind === 'held' && outcome.why === 'permission' ? rejectedBy(outcome) : outcome;
}

/** The server refused the till, but only for this update. */
function rejectedBy({ answer }: Held): UpdateOutcome {
  const { httpStatus, code, itemCode, message, itemMessage } = answer;
  const rejection = { code: itemCode ?? code ?? httpStatus, field: null, message: itemMessage ?? message };
  return { kind: 'rejected', rejection, answer };
}

/** Another action is running for this customer (as the request's or the item's code). Only this customer waits. */
const otherActionRunning = 521;

/**
 * Assigns blame for the exchange to the connection, the till or this update, and pauses sending if it is the till.
 * @returns the outcome, given whose fault it is
 */
export function blameFor(context: SyncContext, api: LoyaltyApi, update: Update, outcome: UpdateOutcome): UpdateOutcome {
  const { blame } = context;
  switch (outcome.kind) {
    case 'rejected': {
      const { rejection, answer } = outcome;
      if (rejection.code !== notPermittedCode || update.kind === 'identity') {
        blame.passed(update, 'send');
        return outcome;
      }
      if (!blame.notPermitted(update.customerId)) return outcome;
      return blameFor(context, api, update, { kind: 'held', why: 'permission', answer });
    }
    case 'applied':
      blame.passed(update, 'send');
      return outcome;
    case 'held':
      return refusedFor(context, api, update, 'send', outcome.why) ? rejectedBy(outcome) : outcome;
    case 'not-sent': {
      const { code, itemCode } = outcome.answer ?? { code: null, itemCode: null };
      const isThisCustomer = code === otherActionRunning || itemCode === otherActionRunning;
      if (isThisCustomer) blame.customerBusy(update);
      else blame.failed(update, 'send', outcome);
      return outcome;
    }
    case 'unknown':
      blame.answerLost(update, outcome.why);
      return outcome;
  }
}

type Rejected = Extract<UpdateOutcome, { kind: 'rejected' }>;

/** Whether the update was rejected only because of the reserved field, so it certainly changed nothing. */
export function isMarkRefused({ mark }: Claimed, { rejection }: Rejected): boolean {
  return mark !== null && rejection.field === mark.key;
}

/** Queues the update again without the reserved field. Call in a transaction. */
export function commitMarkRefused(context: SyncContext, { update }: Claimed, { rejection, answer }: Rejected): Written {
  noteMarkRefused(context, rejection.code);
  context.outbox.notSent(update, 'mark refused', answer);
  const customerId = customerOf(context, update);
  return { before: customerId, customerId };
}
