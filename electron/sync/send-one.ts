/** One update on its way: check, claim, send, settle. */

import { customerRow, readRecord } from '../customers/store.ts';
import { commitAhead } from '../db/group-commit.ts';
import type { Author, LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { isErased } from '../loyalty-api/outcomes.ts';
import { fillableIdentifiers, type Identifier } from '../model/customer.ts';
import type { Answer, UpdateOutcome } from '../model/outcome.ts';
import { erase } from '../updates/retention.ts';
import type { BeforeSending } from '../updates/row-json.ts';
import { findUpdate, type Update } from '../updates/rows.ts';
import { checkBeforeSending, type How, stillGoes } from './check-before-sending.ts';
import { type Line, noteAnswer, noteHeld, noteMerge, noteTrouble } from './line.ts';
import type { Mark } from './mark-field.ts';
import { customerOf, settleApplied } from './settle.ts';

/** Another action is running for this customer, as the request's code or the item's. Only this customer waits. */
const otherActionRunning = 521;

function isCustomerBusy(outcome: UpdateOutcome): boolean {
  const { code, itemCode } = outcome.answer ?? { code: null, itemCode: null };
  return outcome.kind === 'not-sent' && (code === otherActionRunning || itemCode === otherActionRunning);
}

export type SendResult =
  | { readonly kind: 'settled' }
  | { readonly kind: 'later' }
  /** Staff changed it, another of its customer goes first by now, or it goes without its mark: it is looked at again. */
  | { readonly kind: 'moved-on' }
  /** Only this customer has to wait. */
  | { readonly kind: 'customer-busy' }
  /** To be read back after the settle wait. */
  | { readonly kind: 'unknown' };

/**
 * @param how with `mayClaim`: false once the till is being closed; `answered` is called when the server has no more to do
 * with it
 * @param settle runs a database write until it holds: an outcome that was read must not be lost to a full disk. Null where
 * the till closed before
 */
export async function sendOne(
  line: Line,
  api: LoyaltyApi,
  update: Update,
  how: How & { readonly mayClaim: () => boolean; readonly answered: () => void },
  settle: (write: () => Settled) => Promise<Settled | null>,
): Promise<SendResult> {
  const check = await checkBeforeSending(line, api, update, how);
  if (check.kind !== 'go') return check;
  line.pace.take(how.lane);
  const mark = line.mark.current;
  // The attempt id is durable before the first byte leaves (F02).
  const claimed = await commitAhead(line.db, () => (how.mayClaim() ? claim(line, check.update, mark) : null));
  if (claimed === null) return { kind: 'moved-on' };
  line.updateChanged(claimed.id, claimed.customerId);
  const author = { staffCode: claimed.staff?.code ?? null, till: claimed.till };
  const outcome =
    claimed.kind === 'fields'
      ? await sendFields(line, api, claimed, check.identifier, author, mark)
      : await requestIdentityChange(api, claimed, author);
  noteOutcome(line, api, outcome);
  line.log.write('info', 'update answered', {
    update: claimed.id,
    attempt: claimed.attemptId,
    outcome: outcome.kind,
    why: 'why' in outcome ? outcome.why : null,
    code: outcome.kind === 'rejected' ? outcome.rejection.code : null,
    requestId: outcome.answer?.requestId ?? null,
  });
  const isMarkRefused = mark !== null && outcome.kind === 'rejected' && outcome.rejection.field === mark.key;
  if (isMarkRefused) noteMarkRefused(line, outcome.rejection.code);
  how.answered();
  const settled = await settle(() =>
    isMarkRefused ? takeBackMarked(line, claimed, outcome.answer) : settleOutcome(line, claimed, outcome),
  );
  if (settled === null) return { kind: 'later' };
  noteMerge(line, settled.before, settled.customerId);
  line.updateChanged(claimed.id, settled.customerId);
  return settled.sent;
}

/** Call in a transaction. @returns null where what made it go does not hold any more */
function claim(line: Line, seen: Update, mark: Mark | null): Update | null {
  // Read again: two customers of this till may have become one in between.
  const update = findUpdate(line.db, seen.id) ?? seen;
  if (!stillGoes(line, update)) return null;
  return line.outbox.claim(seen.id, seen.revision, beforeSending(line, update, mark));
}

/** What tells later whether the update arrived, and whether it counted once. */
function beforeSending({ db }: Line, { customerId }: Update, mark: Mark | null): BeforeSending {
  const { loyalty = null, fields = {} } = readRecord(db, customerId) ?? {};
  return {
    points: loyalty?.points ?? null,
    purchases: loyalty?.lifetimePurchases ?? null,
    markKey: mark?.key ?? null,
    mark: mark === null ? null : (fields[mark.key] ?? null),
    asOfMs: customerRow(db, customerId)?.as_of_ms ?? null,
  };
}

/** Sends the changed fields, and with them the update's own id in the field that IT keeps for it. */
async function sendFields(
  line: Line,
  api: LoyaltyApi,
  update: Update,
  identifier: Identifier,
  author: Author,
  mark: Mark | null,
): Promise<UpdateOutcome> {
  if (mark === null) return api.updateCustomer({ identifier, changes: update.changes, author });
  const outcome = await api.updateCustomer({
    identifier,
    changes: { ...update.changes, [mark.key]: update.id },
    author,
  });
  if (outcome.kind !== 'applied') return outcome;
  const refused = outcome.warnings.find(({ field }) => field === mark.key);
  if (refused !== undefined) {
    noteMarkRefused(line, refused.code);
    return { ...outcome, warnings: outcome.warnings.filter((warning) => warning !== refused) };
  }
  // An answer need not repeat it; the next update compares with it.
  const record =
    outcome.record === null ? null : { ...outcome.record, fields: { [mark.key]: update.id, ...outcome.record.fields } };
  return { ...outcome, record };
}

function noteMarkRefused(line: Line, code: number | null): void {
  line.mark.refused();
  line.log.write('error', 'the server refuses sync.markField: updates go without it until the next start', { code });
}

/** It was refused for the mark, so that it certainly changed nothing: it goes again without. Call in a transaction. */
function takeBackMarked({ db, outbox }: Line, update: Update, answer: Answer): Settled {
  const customerId = customerOf(db, update);
  outbox.notSent(update, 'mark refused', answer);
  return { before: customerId, customerId, sent: { kind: 'moved-on' } };
}

/**
 * A till may be allowed to save and not to ask for this. Then a person is told of the request, and all else goes on.
 */
async function requestIdentityChange(api: LoyaltyApi, update: Update, author: Author): Promise<UpdateOutcome> {
  const type = fillableIdentifiers.find((one) => update.changes[one] !== undefined);
  if (type === undefined) throw new Error(`Update ${update.id} asks for no identifier.`);
  const [oldValue, newValue] = [update.baseline[type] ?? '', update.changes[type] ?? ''];
  const outcome = await api.requestIdentityChange({ type, oldValue, newValue, author });
  if (outcome.kind !== 'held' || outcome.why !== 'permission') return outcome;
  const { httpStatus, code, itemCode, message, itemMessage } = outcome.answer;
  const rejection = { code: itemCode ?? code ?? httpStatus, field: null, message: itemMessage ?? message };
  return { kind: 'rejected', rejection, answer: outcome.answer };
}

/** What the exchange says about the line, whatever becomes of the update. */
function noteOutcome(line: Line, api: LoyaltyApi, outcome: UpdateOutcome): void {
  switch (outcome.kind) {
    case 'applied':
    case 'rejected':
      noteAnswer(line);
      return;
    case 'held':
      noteHeld(line, api, outcome.why);
      return;
    case 'not-sent':
      if (isCustomerBusy(outcome)) noteAnswer(line);
      else noteTrouble(line, outcome.why, outcome.retryAfterMs);
      return;
    case 'unknown':
      noteTrouble(line, outcome.why, null);
      return;
  }
}

export type Settled = {
  /** Whose it was until then. */
  readonly before: number;
  readonly customerId: number;
  readonly sent: SendResult;
};

/** Call in a transaction. */
function settleOutcome(line: Line, update: Update, outcome: UpdateOutcome): Settled {
  const { db, outbox, clock } = line;
  const customerId = customerOf(db, update);
  switch (outcome.kind) {
    case 'applied': {
      const { effects, warnings, answer } = outcome;
      const told = { effects, warnings, answer, confirmedBy: 'answer' } as const;
      const keptId = settleApplied(db, outbox, update, outcome.record, told, clock.wallMs());
      line.told.note(keptId);
      if (update.attempts > 1) line.lookLater(keptId);
      return { before: customerId, customerId: keptId, sent: { kind: 'settled' } };
    }
    case 'rejected':
      outbox.needsPerson(update, { kind: 'refused', rejection: outcome.rejection }, outcome.answer);
      if (isErased(outcome.answer)) erase(db, customerId);
      return { before: customerId, customerId, sent: { kind: 'settled' } };
    case 'held':
      outbox.held(update, outcome.why, outcome.answer);
      return { before: customerId, customerId, sent: { kind: 'later' } };
    case 'not-sent':
      outbox.notSent(update, outcome.why, outcome.answer);
      return {
        before: customerId,
        customerId,
        sent: { kind: isCustomerBusy(outcome) ? 'customer-busy' : 'later' },
      };
    case 'unknown':
      outbox.uncertain(update, outcome.why, outcome.answer);
      return { before: customerId, customerId, sent: { kind: 'unknown' } };
  }
}
