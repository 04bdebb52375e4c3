/** The server's replies, normal ones and those of faults. */
import type { Fault } from './faults.ts';
import type { ApiAnswer } from './practice-api.ts';
import { wireCustomers, wireItemStatus, wireRefusal } from './wire-answers.ts';

const defaultRetryAfterSeconds = 5;

const errorPage =
  '<!doctype html><html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>';
const signInPage =
  '<!doctype html><html><head><title>Shopping Mall WiFi</title></head><body>Please sign in to use the network.</body></html>';

export type Answer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** `cut` ends the connection without an answer, `silence` leaves it open. */
export type Reply = Answer | { readonly kind: 'cut' } | { readonly kind: 'silence' };

/** The shapes of a JSON answer: as documented, or awkward. */
export type Spelling = (body: unknown) => unknown;

export function jsonReply(requestId: string, spell: Spelling, { httpStatus, body }: ApiAnswer): Answer {
  return {
    kind: 'answer',
    status: httpStatus,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Cap-Requestid': requestId },
    text: JSON.stringify(spell(body)),
  };
}

/** The answer to clients that do not ask for JSON. */
export function xmlReply(requestId: string): Answer {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'Content-Type': 'text/xml; charset=utf-8', 'X-Cap-Requestid': requestId },
    text: '<?xml version="1.0" encoding="UTF-8"?><response><status><success>false</success><code>400</code></status></response>',
  };
}

/** A fault's answer that does not involve the API; `null`: the API answers. */
export function replyInsteadOf(fault: Fault, requestId: string, spell: Spelling): Reply | null {
  switch (fault.kind) {
    case 'none':
    case 'slow':
    case 'drop-reply':
    case 'truncated':
      return null;
    case 'drop-before':
      return { kind: 'cut' };
    case 'hang':
      return { kind: 'silence' };
    case 'busy': {
      const retryAfter = String(fault.retryAfterSeconds ?? defaultRetryAfterSeconds);
      const body = wireRefusal(fault.code ?? 429, fault.message ?? 'Too many requests');
      const reply = jsonReply(requestId, spell, { httpStatus: fault.inBody === true ? 200 : 429, body });
      return { ...reply, headers: { ...reply.headers, 'Retry-After': retryAfter } };
    }
    case 'server-error':
      return {
        kind: 'answer',
        status: fault.code ?? 500,
        headers: { 'Content-Type': 'text/html', 'X-Cap-Requestid': requestId },
        text: errorPage,
      };
    case 'captive-portal':
      return fault.redirect === true
        ? { kind: 'answer', status: 302, headers: { Location: 'http://wifi.example.net/sign-in' }, text: '' }
        : { kind: 'answer', status: 200, headers: { 'Content-Type': 'text/html' }, text: signInPage };
    case 'refuse': {
      const code = fault.code ?? 10_002;
      const message = fault.message ?? 'Failed to update customer details';
      const item = { item_status: wireItemStatus({ code, message, warnings: [] }) };
      return jsonReply(requestId, spell, { httpStatus: 200, body: wireCustomers([item], [code]) });
    }
    case 'credentials': {
      const body = wireRefusal(401, fault.message ?? 'Unauthorized. Invalid credentials');
      return jsonReply(requestId, spell, { httpStatus: fault.inBody === true ? 200 : 401, body });
    }
    case 'permission': {
      const body = wireRefusal(403, fault.message ?? 'Access is denied by access control');
      return jsonReply(requestId, spell, { httpStatus: fault.inBody === true ? 200 : 403, body });
    }
  }
}
