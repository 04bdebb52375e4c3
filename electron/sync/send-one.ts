/** One update on its way: check, claim, send, settle. */
import { fillableIdentifiers } from '../customers/customer.ts';
import { inTransaction } from '../db/statements.ts';
import type { Author, LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { UpdateOutcome } from '../loyalty-api/outcome.ts';
import type { Update } from '../updates/rows.ts';
import { checkBeforeSending } from './check-before-sending.ts';
import { type Line, noteTrouble } from './line.ts';
import { settleApplied } from './settle.ts';

/** Response code of the request: another action is running for this customer. Only this customer waits. */
const otherActionRunning = 521;

export type SendResult =
  | { readonly kind: 'settled' }
  | { readonly kind: 'later' }
  /** Only this customer has to wait. */
  | { readonly kind: 'customer-busy' }
  /** To be read back after the settle wait. */
  | { readonly kind: 'unknown' };

/**
 * @param settle runs a database write until it holds: an outcome that was read must not be lost to a full disk
 */
export async function sendOne(
  line: Line,
  api: LoyaltyApi,
  update: Update,
  isOld: boolean,
  settle: (write: () => SendResult) => Promise<SendResult>,
): Promise<SendResult> {
  const check = await checkBeforeSending(line, api, update, isOld);
  if (check.kind !== 'go') return check;
  // The attempt id is durable before the first byte leaves (F02).
  const claimed = line.outbox.claim(check.update.id, check.update.revision);
  if (claimed === null) return { kind: 'settled' };
  line.updateChanged(claimed.id, claimed.customerId);
  line.pace.take();
  const author = { staffCode: claimed.staff?.code ?? null, till: claimed.till };
  const outcome =
    claimed.kind === 'fields'
      ? await api.updateCustomer({ identifier: check.identifier, changes: claimed.changes, author })
      : await requestIdentityChange(api, claimed, author);
  noteOutcome(line, outcome);
  line.log.write('info', 'update answered', {
    update: claimed.id,
    attempt: claimed.attemptId,
    outcome: outcome.kind,
    why: 'why' in outcome ? outcome.why : null,
    code: outcome.kind === 'rejected' ? outcome.rejection.code : null,
    requestId: outcome.answer?.requestId ?? null,
  });
  return settle(() => settleOutcome(line, claimed, outcome));
}

function requestIdentityChange(api: LoyaltyApi, update: Update, author: Author): Promise<UpdateOutcome> {
  const type = fillableIdentifiers.find((one) => update.changes[one] !== undefined);
  if (type === undefined) throw new Error(`Update ${update.id} asks for no identifier.`);
  const [oldValue, newValue] = [update.baseline[type] ?? '', update.changes[type] ?? ''];
  return api.requestIdentityChange({ type, oldValue, newValue, author });
}

/** What the exchange says about the line, whatever becomes of the update. */
function noteOutcome(line: Line, outcome: UpdateOutcome): void {
  switch (outcome.kind) {
    case 'applied':
      line.connection.answered();
      line.pace.succeeded();
      return;
    case 'rejected':
      line.connection.answered();
      return;
    case 'held':
      line.connection.answered();
      line.connection.pause(outcome.why);
      return;
    case 'not-sent':
      if (outcome.answer?.code === otherActionRunning) line.connection.answered();
      else noteTrouble(line, outcome.why, outcome.retryAfterMs);
      return;
    case 'unknown':
      noteTrouble(line, outcome.why, null);
      return;
  }
}

function settleOutcome(line: Line, update: Update, outcome: UpdateOutcome): SendResult {
  const { db, outbox, clock } = line;
  const result = inTransaction(db, (): { customerId: number; sent: SendResult } => {
    const { customerId } = update;
    switch (outcome.kind) {
      case 'applied': {
        const { effects, warnings, answer } = outcome;
        const told = { effects, warnings, answer, confirmedBy: 'answer' } as const;
        return {
          customerId: settleApplied(db, outbox, update, outcome.record, told, clock.wallMs()),
          sent: { kind: 'settled' },
        };
      }
      case 'rejected':
        outbox.needsPerson(update, { kind: 'refused', rejection: outcome.rejection }, outcome.answer);
        return { customerId, sent: { kind: 'settled' } };
      case 'held':
        outbox.held(update, outcome.why, outcome.answer);
        return { customerId, sent: { kind: 'later' } };
      case 'not-sent':
        outbox.notSent(update, outcome.why, outcome.answer);
        return {
          customerId,
          sent: { kind: outcome.answer?.code === otherActionRunning ? 'customer-busy' : 'later' },
        };
      case 'unknown':
        outbox.uncertain(update, outcome.why, outcome.answer);
        return { customerId, sent: { kind: 'unknown' } };
    }
  });
  line.updateChanged(update.id, result.customerId);
  return result.sent;
}
