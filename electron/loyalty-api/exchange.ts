/**
 * What one HTTP exchange is, before anything of a customer is read: the API's own reply, or an outcome that is already
 * certain. Pure: no clock, no network.
 *
 * *Not sent* needs a sign that the API did not take the request: its own words (429, 503, 461, 521 …), or an answer that
 * cannot be the API's. The API marks all its answers with `X-Cap-Requestid` and speaks only JSON, so a page, plain text or
 * a redirect without that mark is a captive portal or a wrong host (F08), a 404 page as much as a 200 one; with a status
 * that finds fault with the request it is a firewall or gateway that takes offence at its text. An empty body, or one that
 * begins like JSON and is cut, may be all that a gateway left of the API's answer: unknown.
 */

import type { Answer, Held, NotSent, Unknown } from '../model/outcome.ts';
import { meaningOf, type Verdict } from './codes.ts';
import type { HttpResult } from './transport.ts';
import { type Body, readBody, type WireStatus } from './wire/reply.ts';
import { type JsonObject, readText, tells } from './wire/scalars.ts';

type Answered = Extract<HttpResult, { kind: 'answer' }>;

/** A server that asks for a longer wait is asked again after this long: a broken header must not silence a till. */
export const longestRetryAfterMs = 15 * 60_000;

/** `Retry-After` as seconds or as an HTTP date, from now; capped; `null` where it is absent or makes no sense. */
export function readRetryAfterMs(header: string | undefined, wallMs: number): number | null {
  const text = header?.trim();
  if (text === undefined || text === '') return null;
  const delayMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - wallMs;
  if (Number.isNaN(delayMs)) return null;
  return Math.min(Math.max(0, delayMs), longestRetryAfterMs);
}

/** An answer whose body is the API's JSON. `verdict` is what `response.status.code` says; `null` where it says nothing. */
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

/** A code of the body's own. Codes that stand for a single customer may come for the whole request as well. */
function requestVerdict(status: WireStatus | null): Verdict | null {
  const { request, item } = meaningOf(status?.code ?? null);
  return request ?? item ?? null;
}

/** Statuses by which a firewall or gateway refuses a request for what it holds. */
const faultsOfRequest: ReadonlySet<number> = new Set([400, 403, 406, 413, 414, 415, 422, 431]);
/** Too large: whoever says it has not passed the request on. */
const tooLarge: ReadonlySet<number> = new Set([413, 414, 431]);

/** A body that the API would not send: a page, or JSON in a gateway's own words. */
function isOthers(body: Body, answer: Answer): boolean {
  if (answer.requestId !== null) return false;
  if (body.kind === 'foreign') return true;
  return body.kind === 'object' && body.status === null && !tells(body.object, 'errorCode', 'errorMessage', 'errors');
}

/** Statuses that decide by themselves, whatever the body holds. */
function byHttpStatus(
  result: Answered,
  body: Body,
  answer: Answer,
  retryAfterMs: number | null,
): Held | NotSent | null {
  switch (result.status) {
    case 401:
      // A portal asks for its own sign-in by a page: it says nothing of the till's password.
      return body.kind === 'foreign' && answer.requestId === null
        ? { kind: 'not-sent', why: 'sign-in-page', retryAfterMs: null, answer }
        : { kind: 'held', why: 'credentials', answer };
    case 407:
      return { kind: 'not-sent', why: 'proxy', retryAfterMs: null, answer };
    case 408:
    case 425:
    case 429:
      return { kind: 'not-sent', why: 'busy', retryAfterMs, answer };
    case 511: // "network authentication required": what a captive portal should say
      return { kind: 'not-sent', why: 'sign-in-page', retryAfterMs: null, answer };
    default:
      return null;
  }
}

/** Turns an exchange into the API's reply, or into the outcome that is already certain without reading a customer. */
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
  if (tooLarge.has(result.status) || (faultsOfRequest.has(result.status) && isOthers(body, answer))) {
    return { kind: 'not-sent', why: 'gateway-refused', retryAfterMs: null, answer };
  }
  const redirect = result.status >= 300 && result.status < 400;
  if (answer.requestId === null && (body.kind === 'foreign' || redirect)) {
    return { kind: 'not-sent', why: 'sign-in-page', retryAfterMs: null, answer };
  }
  if (result.status === 403) return { kind: 'held', why: 'permission', answer };
  return { kind: 'unknown', why: 'unreadable-answer', answer };
}
