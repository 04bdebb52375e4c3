/**
 * Outcomes of read calls. They can always be repeated, so "not sent" and "unknown" are both `failed` here; but a failed
 * look-up never counts as "not found" (F31).
 */
import type { CustomerRecord, Identifier } from '../model/customer.ts';
import type { Purchase } from '../model/loyalty.ts';
import type { Answer, NotSent, ReadOutcome, Rejection, Unknown } from '../model/outcome.ts';
import type { LookUpIdentifier } from '../model/readings.ts';
import { meaningOf, notPermittedCode } from './codes.ts';
import { judge, type Reply, withItem } from './exchange.ts';
import { isErased } from './outcomes.ts';
import { type AboutAsked, itemAbout, withAskedExternalId } from './same-customer.ts';
import type { HttpResult } from './transport.ts';
import { readCustomer } from './wire/customer.ts';
import { readPurchases } from './wire/loyalty.ts';
import { readCustomers, readItemStatus, type WireItemStatus } from './wire/reply.ts';
import {
  hasAnyKey,
  isObject,
  type JsonObject,
  partOf,
  readBoolean,
  readCode,
  readList,
  readMessage,
} from './wire/scalars.ts';

/** There is no result, and it is not known to be absent. */
type Failed = Exclude<ReadOutcome<never>, { kind: 'found' | 'not-found' }>;

const unreadable: Failed = { kind: 'failed', why: 'unreadable-answer', retryAfterMs: null };

export function failedRead(trouble: NotSent | Unknown): Failed {
  return {
    kind: 'failed',
    why: trouble.why,
    retryAfterMs: trouble.kind === 'not-sent' ? trouble.retryAfterMs : null,
  };
}

/**
 * If the server does not have this call (an older release, or a gateway that allows only some), it answers 404, 405 or
 * 501, often with a page. That is about the call and not the connection, so the till continues without it.
 */
function troubleOf(result: HttpResult, trouble: NotSent | Unknown): Failed {
  const noSuchCall = result.kind === 'answer' && [404, 405, 501].includes(result.status);
  if (!noSuchCall || trouble.answer === null) return failedRead(trouble);
  return { kind: 'refused', rejection: { code: result.status, field: null, message: null }, answer: trouble.answer };
}

/** The API's reply, or the outcome if it is already certain. */
function replyTo(result: HttpResult, wallMs: number): Reply | Failed {
  const reply = judge(result, wallMs);
  return reply.kind === 'reply' || reply.kind === 'held' ? reply : troubleOf(result, reply);
}

function requestRejection({ status }: Reply): Rejection {
  return { code: status?.code ?? null, field: null, message: status?.message ?? null };
}

/** Errors in the format of the v2 and v3 calls: `{"errors":[{"code":…,"message":…}]}`. */
function listedError(object: JsonObject): Rejection | null {
  const error = readList(partOf(object, 'errors')).find(isObject);
  if (error === undefined || readBoolean(partOf(error, 'status')) === true) return null;
  return { code: readCode(partOf(error, 'code')), field: null, message: readMessage(partOf(error, 'message')) };
}

/** "No custom fields" or "no configs", as the code of the request or of the organisation. */
function saysNone({ object, status }: Reply): boolean {
  const [organisation] = readList(partOf(object, 'organization'));
  const item = isObject(organisation) ? readItemStatus(organisation) : null;
  return [status?.code ?? null, item?.code ?? null].some((code) => meaningOf(code).none === true);
}

/**
 * Outcome of a call about the organisation or the till.
 * @param pick extracts the result from the body; `null` if it is missing
 */
export function readOutcome<T>(
  result: HttpResult,
  pick: (object: JsonObject) => T | null,
  wallMs: number,
  /** The result if the organisation says that it has none. */
  none: T | null = null,
): ReadOutcome<T> {
  const reply = replyTo(result, wallMs);
  if (reply.kind !== 'reply') return reply;
  const { answer, status, verdict } = reply;
  if (none !== null && saysNone(reply)) return { kind: 'found', value: none, merged: false, answer };
  if (status?.code === 500 || verdict === 'refused' || verdict === 'not-found') {
    return { kind: 'refused', rejection: requestRejection(reply), answer };
  }
  const value = reply.httpSuccess ? pick(reply.object) : null;
  if (value !== null) return { kind: 'found', value, merged: false, answer };
  const rejection = listedError(reply.object);
  return rejection === null ? unreadable : { kind: 'refused', rejection, answer };
}

/** One customer of a look-up: found, certainly not found, or refused individually. */
type LookedUp =
  | { readonly kind: 'there'; readonly record: CustomerRecord; readonly answer: Answer }
  | { readonly kind: 'not-found'; readonly answer: Answer }
  | Failed;

function readItem(item: JsonObject, reply: Reply): LookedUp {
  const status: WireItemStatus | null = readItemStatus(item);
  const answer = withItem(reply.answer, status);
  if (status === null || status.success === null) {
    // The vendor's samples do not always have an item status here; a customer with an id in a good answer counts.
    const record = readCustomer(item);
    const good = reply.httpSuccess && reply.status?.code === 200 && record.userId !== null;
    if (good && (status === null || meaningOf(status.code).item === 'done')) return { kind: 'there', record, answer };
  }
  if (status?.success === true) {
    return reply.httpSuccess ? { kind: 'there', record: readCustomer(item), answer } : unreadable;
  }
  // Whatever the code: the message is all that the documentation tells.
  if (status?.success === false && isErased(answer)) return { kind: 'not-found', answer };
  if (status?.code === notPermittedCode) return { kind: 'held', why: 'permission', answer };
  const verdict = meaningOf(status?.code ?? null).item;
  switch (verdict) {
    case 'not-found':
      return { kind: 'not-found', answer };
    case 'credentials':
    case 'permission':
      return { kind: 'held', why: verdict, answer };
    case 'busy':
      return { kind: 'failed', why: 'busy', retryAfterMs: null };
    case 'uncertain':
      return { kind: 'failed', why: 'server-error', retryAfterMs: null };
    default:
      if (status?.success !== false) return unreadable;
      return { kind: 'refused', rejection: { code: status.code, field: null, message: status.message }, answer };
  }
}

/** The reply to a look-up with its customers, or the outcome if it is already certain. */
function lookup(
  result: HttpResult,
  wallMs: number,
): { readonly kind: 'items'; readonly reply: Reply; readonly items: readonly JsonObject[] } | ReadOutcome<never> {
  const reply = replyTo(result, wallMs);
  if (reply.kind !== 'reply') return reply;
  const items = readCustomers(reply.object);
  if (items.length > 0) return { kind: 'items', reply, items };
  if (reply.verdict === 'not-found' || isErased(reply.answer)) return { kind: 'not-found', answer: reply.answer };
  if (reply.verdict === 'refused' || reply.status?.code === 500) {
    return { kind: 'refused', rejection: requestRejection(reply), answer: reply.answer };
  }
  // "Not found" needs an empty list; a missing list proves nothing.
  const hasList = reply.httpSuccess && reply.verdict === 'item' && Object.hasOwn(reply.object, 'customers');
  return hasList ? { kind: 'not-found', answer: reply.answer } : unreadable;
}

/** The item about one customer. An answer about somebody else is unreadable. */
function lookupOne(
  result: HttpResult,
  identifier: LookUpIdentifier,
  wallMs: number,
): (AboutAsked & { readonly kind: 'item'; readonly reply: Reply }) | ReadOutcome<never> {
  const found = lookup(result, wallMs);
  if (found.kind !== 'items') return found;
  const about = itemAbout(found.reply.object, [identifier]);
  return about === null ? unreadable : { ...about, kind: 'item', reply: found.reply };
}

/** Outcome of `customer/get` for one customer. */
export function customerOutcome(
  result: HttpResult,
  identifier: LookUpIdentifier,
  wallMs: number,
): ReadOutcome<CustomerRecord> {
  const found = lookupOne(result, identifier, wallMs);
  if (found.kind !== 'item') return found;
  const { item, merged, reply } = found;
  const looked = readItem(item, reply);
  if (looked.kind !== 'there') return looked;
  const value = withAskedExternalId(looked.record, item, identifier);
  return { kind: 'found', value, merged, answer: looked.answer };
}

/**
 * Outcome of `customer/get` for several. Customers who do not exist or were refused individually are left out; if none
 * is left and one was refused, the outcome is that refusal.
 */
export function customersOutcome(result: HttpResult, wallMs: number): ReadOutcome<readonly CustomerRecord[]> {
  const found = lookup(result, wallMs);
  if (found.kind === 'not-found') return { kind: 'found', value: [], merged: false, answer: found.answer };
  if (found.kind !== 'items') return found;
  const looked = found.items.map((item) => readItem(item, found.reply));
  const records = looked.flatMap((each) => (each.kind === 'there' ? [each.record] : []));
  const failed = looked.find((each) => each.kind !== 'there' && each.kind !== 'not-found');
  if (records.length === 0 && failed !== undefined) return failed;
  return { kind: 'found', value: records, merged: false, answer: found.reply.answer };
}

/** Outcome of `customer/transactions`. */
export function purchasesOutcome(
  result: HttpResult,
  identifier: Identifier,
  wallMs: number,
): ReadOutcome<readonly Purchase[]> {
  const found = lookupOne(result, identifier, wallMs);
  if (found.kind !== 'item') return found;
  const { item, merged, reply } = found;
  const looked = readItemStatus(item)?.success === false ? readItem(item, reply) : null;
  if (looked !== null && looked.kind !== 'there') return looked;
  if (!reply.httpSuccess || !hasAnyKey(item, 'transactions')) return unreadable;
  return { kind: 'found', value: readPurchases(partOf(item, 'transactions')), merged, answer: reply.answer };
}
