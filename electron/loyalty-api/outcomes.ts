/**
 * The outcome of an update, from its HTTP exchange. Pure: no clock, no network.
 *
 * - The HTTP status does not decide: failures come with 200, and 500 in the body is not a crash (trap 1).
 *   `response.status.code` is read first, then the item.
 * - *Applied* needs every sign at once: an HTTP success, a readable `response.status` that leaves it to the item, an
 *   item about our customer that says success, and a code known to mean it. Signs that contradict each other (an
 *   unknown code with success, success inside "all items failed") are `unknown`: it is read back, which is cheap,
 *   whereas a correction that was falsely believed saved is lost for good. The one exception is a code that the table
 *   knows as a warning: with success it means that the main part was saved.
 * - A refusal counts by its code even where the item's `success` is missing, as long as the table knows the code.
 */
import type { Identifier } from '../model/customer.ts';
import type { Answer, Unknown, UpdateOutcome, Warning } from '../model/outcome.ts';
import { allFailed, meaningOf } from './codes.ts';
import { judge, type Reply, readRetryAfterMs, withItem } from './exchange.ts';
import { fieldOf, type SentFields } from './named-field.ts';
import { itemAbout, withAskedExternalId } from './same-customer.ts';
import type { HttpResult } from './transport.ts';
import { readCustomer } from './wire/customer.ts';
import { readSideEffects } from './wire/loyalty.ts';
import {
  holdsEmptyCustomer,
  readBody,
  readCustomers,
  readItemStatus,
  type WireItemStatus,
  type WireStatus,
} from './wire/reply.ts';

function warningsOf(status: WireItemStatus, sent: SentFields): readonly Warning[] {
  return status.warnings.map(({ code, message }) => ({
    code: code ?? unnamedWarning,
    message,
    ...(meaningOf(code).warning === 'onlyNotRead'
      ? { meaning: 'onlyNotRead', field: null }
      : { meaning: 'notSaved', field: fieldOf(code, message, sent) }),
  }));
}

/** The code of a warning that has only a message. */
export const unnamedWarning = 0;

/** What an update asked for, to check the answer against. */
export type AskedUpdate = {
  /** Any of these in the answer means our customer. There are several if the call itself changes the identifier. */
  readonly identifiers: readonly Identifier[];
  readonly sent: SentFields;
  /** The item codes for success: 1000, and 1040 for `update_identity`. */
  readonly doneCodes: readonly number[];
};

function isUncertainCode(code: number | null): boolean {
  return code !== null && code >= 500 && code < 600 && code !== 503 && code !== 521;
}

function claimsSuccess(text: string): boolean {
  const body = readBody(text);
  return body.kind === 'object' && readCustomers(body.object).some((item) => readItemStatus(item)?.success === true);
}

/** Outcome of `customer/update` and `customer/update_identity`. `wallMs` is now, for a `Retry-After` date. */
export function updateOutcome(result: HttpResult, asked: AskedUpdate, wallMs: number): UpdateOutcome {
  const reply = judge(result, wallMs);
  if (reply.kind !== 'reply') {
    // "Busy, try again", but the customer in it says it was saved: sending it again could apply it twice.
    const claimed = reply.kind !== 'unknown' && result.kind === 'answer' && claimsSuccess(result.body);
    return claimed ? { kind: 'unknown', why: 'unreadable-answer', answer: reply.answer } : reply;
  }
  const unreadable: Unknown = { kind: 'unknown', why: 'unreadable-answer', answer: reply.answer };
  const about = itemAbout(reply.object, asked.identifiers);
  const item = about?.item ?? null;
  const itemStatus = item === null ? null : readItemStatus(item);
  if (reply.status === null || reply.status.code === null) return unreadable;
  if (about === null || item === null || itemStatus === null) {
    // Nothing about our customer. A refusal of the whole request still counts, unless it is about somebody else.
    const aboutOther = item === null && readCustomers(reply.object).length > 0;
    return aboutOther ? unreadable : refusalOfRequest(reply, reply.status, asked.sent);
  }
  const answer = withItem(reply.answer, itemStatus);
  const meaning = meaningOf(itemStatus.code);

  if (itemStatus.success === true) {
    const trusted =
      reply.httpSuccess && (reply.status.code === 201 || (reply.status.code === 200 && reply.status.success !== false));
    const done = itemStatus.code !== null && asked.doneCodes.includes(itemStatus.code);
    if (!trusted || !(done || meaning.warning !== undefined)) return { ...unreadable, answer };
    const warnings = warningsOf(itemStatus, asked.sent);
    const [identifier] = asked.identifiers;
    const read = readCustomer(item);
    const record = identifier === undefined ? read : withAskedExternalId(read, item, identifier);
    return {
      kind: 'applied',
      merged: about.merged,
      record,
      effects: readSideEffects(item, record.userId),
      warnings: done ? warnings : [...warningsOf({ ...itemStatus, warnings: [itemStatus] }, asked.sent), ...warnings],
      answer,
    };
  }

  switch (meaning.item) {
    case 'credentials':
    case 'permission':
      return { kind: 'held', why: meaning.item, answer };
    case 'busy': {
      const header = result.kind === 'answer' ? result.headers['retry-after'] : undefined;
      return { kind: 'not-sent', why: 'busy', retryAfterMs: readRetryAfterMs(header, wallMs), answer };
    }
    case 'uncertain':
      return { kind: 'unknown', why: 'server-error', answer };
    case 'refused':
    case 'not-found':
      return rejected(itemStatus, reply.status, asked.sent, answer);
    case 'done': // a success code without success
      return { ...unreadable, answer };
    case undefined:
      if (itemStatus.success === null) return { ...unreadable, answer };
      if (isUncertainCode(itemStatus.code)) return { kind: 'unknown', why: 'server-error', answer };
      return rejected(itemStatus, reply.status, asked.sent, answer);
  }
}

function rejected(item: WireItemStatus | null, request: WireStatus, sent: SentFields, answer: Answer): UpdateOutcome {
  const code = item?.code ?? request.code;
  const message = item?.message ?? request.message;
  return { kind: 'rejected', rejection: { code, message, field: fieldOf(code, message, sent) }, answer };
}

/**
 * "All items failed", none succeeded, and the customer is an empty object: the input was invalid, or an identifier
 * cannot be changed. It certainly changed nothing.
 */
function isRefusedUnnamed({ object }: Reply, { code, successCount }: WireStatus): boolean {
  return code === allFailed && successCount === 0 && holdsEmptyCustomer(object);
}

/** The whole request was refused, with nothing about the customer. */
function refusalOfRequest(reply: Reply, status: WireStatus, sent: SentFields): UpdateOutcome {
  const { answer, verdict } = reply;
  const known = verdict === 'refused' || verdict === 'not-found' || isRefusedUnnamed(reply, status);
  // An undocumented code is a refusal only if the answer says that it failed, and not by a crash.
  const undocumented = verdict === null && status.success === false && !isUncertainCode(status.code);
  if (!known && !undocumented) return { kind: 'unknown', why: 'unreadable-answer', answer };
  return rejected(null, status, sent, answer);
}

/** Whether the customer was erased on request; the till must then erase its copy. */
export function isErased({ message, itemMessage }: Answer): boolean {
  return /deleted\s+after\s+pii\s+delet/i.test(itemMessage ?? message ?? '');
}
