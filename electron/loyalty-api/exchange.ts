/**
 * Classifies an HTTP exchange before any customer is read: either it is the API's reply, or the outcome is already
 * certain. Pure: no clock, no network.
 *
 * *Not sent* needs proof that the API did not process the request: its own word (429, 503, 461, 521 …), or an answer
 * that cannot come from the API. The API sends `X-Cap-Requestid` with every answer and speaks only JSON. So a page,
 * plain text or a redirect without that header comes from a captive portal or a wrong host (F08), whatever its status;
 * with a status that faults the request, it comes from a firewall or gateway that objects to its contents. An empty
 * body, or cut-off JSON, may be what a gateway left of the API's answer, so it is *unknown*.
 */

import type { Answer, Held, NotSent, Unknown } from '../model/outcome.ts';
import { meaningOf, type Verdict } from './codes.ts';
import type { HttpResult } from './transport.ts';
import { type Body, readBody, type WireItemStatus, type WireStatus } from './wire/reply.ts';
import { hasAnyKey, type JsonObject, readText } from './wire/scalars.ts';

type Answered = Extract<HttpResult, { kind: 'answer' }>;

/** Longest `Retry-After` to obey: a broken header must not silence a till. */
export const longestRetryAfterMs = 15 * 60_000;

/** `Retry-After` (seconds or an HTTP date) as a wait from now, capped; `null` if absent or invalid. */
export function readRetryAfterMs(header: string | undefined, wallMs: number): number | null {
  const text = header?.trim();
  if (text === undefined || text === '') return null;
  const delayMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - wallMs;
  if (Number.isNaN(delayMs)) return null;
  return Math.min(Math.max(0, delayMs), longestRetryAfterMs);
}

/** An answer with the API's JSON. `verdict` is what `response.status.code` means; `null`: nothing known. */
export type Reply = {
  readonly kind: 'reply';
  readonly object: JsonObject;
  readonly status: WireStatus | null;
  readonly verdict: Verdict | null;
  readonly answer: Answer;
  readonly httpSuccess: boolean;
};

function answerOf(result: Answered, status: WireStatus | null): Answer {
  return {
    httpStatus: result.status,
    requestId: readText(result.headers['x-cap-requestid']),
    code: status?.code ?? null,
    message: status?.message ?? null,
    total: status?.total ?? null,
    successCount: status?.successCount ?? null,
    itemCode: null,
    itemMessage: null,
  };
}

/** With what the item about the customer says. */
export function withItem(answer: Answer, status: WireItemStatus | null): Answer {
  return { ...answer, itemCode: status?.code ?? null, itemMessage: status?.message ?? null };
}

/** The verdict of the request's code. Codes for a single customer may occur here too. */
function requestVerdict(status: WireStatus | null): Verdict | null {
  const { request, item } = meaningOf(status?.code ?? null);
  return request ?? item ?? null;
}

/** Statuses with which a firewall or gateway refuses a request because of its contents. */
const faultsOfRequest: ReadonlySet<number> = new Set([400, 403, 406, 413, 414, 415, 422, 431]);
/** Too large: whatever answered this did not pass the request on. */
const tooLarge: ReadonlySet<number> = new Set([413, 414, 431]);

/** A body that the API would never send: a page, or a gateway's own JSON. */
function isNotFromApi(body: Body, answer: Answer): boolean {
  if (answer.requestId !== null) return false;
  if (body.kind === 'foreign') return true;
  return (
    body.kind === 'object' && body.status === null && !hasAnyKey(body.object, 'errorCode', 'errorMessage', 'errors')
  );
}

/** Statuses that decide alone, whatever the body holds. */
function byHttpStatus(
  result: Answered,
  body: Body,
  answer: Answer,
  retryAfterMs: number | null,
): Held | NotSent | null {
  switch (result.status) {
    case 401:
      // A portal's sign-in page says nothing about the till's password.
      return body.kind === 'foreign' && answer.requestId === null
        ? { kind: 'not-sent', why: 'sign-in-page', retryAfterMs: null, answer }
        : { kind: 'held', why: 'credentials', answer };
    case 407:
      return { kind: 'not-sent', why: 'proxy', retryAfterMs: null, answer };
    case 408:
    case 425:
    case 429:
      return { kind: 'not-sent', why: 'busy', retryAfterMs, answer };
    case 511: // "network authentication required": a captive portal
      return { kind: 'not-sent', why: 'sign-in-page', retryAfterMs: null, answer };
    default:
      return null;
  }
}

/** @returns the API's reply, or the outcome if it is already certain */
export function judge(result: HttpResult, wallMs: number): Reply | Held | NotSent | Unknown {
  if (result.kind === 'not-sent') return { kind: 'not-sent', why: result.why, retryAfterMs: null, answer: null };
  if (result.kind === 'lost') return { kind: 'unknown', why: result.why, answer: null };
  const body = readBody(result.body);
  const status = body.kind === 'object' ? body.status : null;
  const answer = answerOf(result, status);
  const retryAfterMs = readRetryAfterMs(result.headers['retry-after'], wallMs);
  const decided = byHttpStatus(result, body, answer, retryAfterMs);
  if (decided !== null) return decided;

  const verdict = requestVerdict(status);
  if (verdict === 'credentials' || verdict === 'permission') return { kind: 'held', why: verdict, answer };
  if (verdict === 'busy') return { kind: 'not-sent', why: 'busy', retryAfterMs, answer };
  if (verdict === 'uncertain') return { kind: 'unknown', why: 'server-error', answer };
  const httpSuccess = result.status >= 200 && result.status < 300;
  const readable = body.kind === 'object' && (status?.code ?? null) !== null;
  if (body.kind === 'object' && (readable || httpSuccess)) {
    return { kind: 'reply', object: body.object, status, verdict, answer, httpSuccess };
  }

  if (result.status === 503) return { kind: 'not-sent', why: 'busy', retryAfterMs, answer };
  if (result.status >= 500) return { kind: 'unknown', why: 'server-error', answer };
  if (tooLarge.has(result.status) || (faultsOfRequest.has(result.status) && isNotFromApi(body, answer))) {
    return { kind: 'not-sent', why: 'gateway-refused', retryAfterMs: null, answer };
  }
  const redirect = result.status >= 300 && result.status < 400;
  if (answer.requestId === null && (body.kind === 'foreign' || redirect)) {
    return { kind: 'not-sent', why: 'sign-in-page', retryAfterMs: null, answer };
  }
  if (result.status === 403) return { kind: 'held', why: 'permission', answer };
  return { kind: 'unknown', why: 'unreadable-answer', answer };
}
