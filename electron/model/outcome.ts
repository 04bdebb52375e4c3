/**
 * What one exchange with the loyalty API came to. The engine and the screen never see HTTP: they see one of these.
 *
 * The difference that everything rests on is between *not sent* (the request certainly did not reach the server: it may
 * be sent again without a thought) and *unknown* (bytes may have left and no answer was read: the API is not idempotent
 * and can award points twice, so it must be read back first).
 */
import type { CustomerRecord, FieldKey } from './customer.ts';
import type { SideEffect } from './loyalty.ts';

/** What the answer itself said, kept with the update for the vendor's support. */
export type Answer = {
  readonly httpStatus: number;
  /** `X-Cap-Requestid` */
  readonly requestId: string | null;
  /** `response.status` */
  readonly code: number | null;
  readonly message: string | null;
  readonly total: number | null;
  readonly successCount: number | null;
  /** `item_status` of the one customer */
  readonly itemCode: number | null;
  readonly itemMessage: string | null;
};

/**
 * What came beside a success (api-facts, trap 9): a part was not saved, or something could only not be read for the answer.
 * The second is no trouble: telling staff to save again could award points again.
 */
export type WarningMeaning = 'notSaved' | 'onlyNotRead';

export type Warning = {
  readonly meaning: WarningMeaning;
  readonly code: number;
  readonly field: FieldKey | null;
  readonly message: string | null;
};

/** Our own code, beside the server's: its answer says success and holds another value than was sent (F47). */
export const answerDiffers = -1;

export const notSentReasons = [
  'no-connection', // no route, network down, refused: the request never left
  'name-not-found', // DNS
  'proxy', // the proxy refused, asks for a password, or is gone
  'tls', // the certificate was not accepted
  'sign-in-page', // a captive portal answered in the server's place (F08)
  'gateway-refused', // something before the server does not let this very request through, such as a firewall for web calls
  'busy', // 429, 503, 408, 425, body 461, 503, 521: the server says that it did not take it
] as const;
export type NotSentReason = (typeof notSentReasons)[number];

export const unknownReasons = [
  'timeout', // no whole answer in time
  'connection-lost', // reset or closed after bytes may have left
  'server-error', // 5xx but 503
  'unreadable-answer', // an answer of the server's that could not be understood
  'till-stopped', // the till stopped while it was sending (F02)
] as const;
export type UnknownReason = (typeof unknownReasons)[number];

export type Rejection = {
  /** The item's code, else the request's. `null` where the server gave none. */
  readonly code: number | null;
  /** Which field it is about, where the code or its message tells. */
  readonly field: FieldKey | null;
  /** The server's own words; may hold a customer's data: for the screen, never for a log. */
  readonly message: string | null;
};

export type NotSent = {
  readonly kind: 'not-sent';
  readonly why: NotSentReason;
  readonly retryAfterMs: number | null;
  readonly answer: Answer | null;
};
export type Held = {
  readonly kind: 'held';
  readonly why: 'credentials' | 'permission';
  readonly answer: Answer;
};
export type Unknown = {
  readonly kind: 'unknown';
  readonly why: UnknownReason;
  readonly answer: Answer | null;
};

/** Outcome of `customer/update`. */
export type UpdateOutcome =
  | {
      readonly kind: 'applied';
      /** The asked customer was merged away: the record is the survivor's, and the two are one from now on (trap 10). */
      readonly merged: boolean;
      /** The customer as the answer tells it; `null` where the answer held none. */
      readonly record: CustomerRecord | null;
      readonly effects: readonly SideEffect[];
      readonly warnings: readonly Warning[];
      readonly answer: Answer;
    }
  | {
      readonly kind: 'rejected';
      readonly rejection: Rejection;
      readonly answer: Answer;
    }
  | Held
  | NotSent
  | Unknown;

/** Outcome of a call that only reads, which may always be tried again. */
export type ReadOutcome<T> =
  | {
      readonly kind: 'found';
      readonly value: T;
      /** As of `applied`. Never of several customers, and of what is no customer. */
      readonly merged: boolean;
      readonly answer: Answer;
    }
  | { readonly kind: 'not-found'; readonly answer: Answer }
  | Held
  | {
      readonly kind: 'failed';
      readonly why: NotSentReason | UnknownReason;
      readonly retryAfterMs: number | null;
    }
  | {
      readonly kind: 'refused';
      readonly rejection: Rejection;
      readonly answer: Answer;
    };

/** The parts that were not saved, which is all that staff are told of warnings. */
export function notSaved(warnings: readonly Warning[]): readonly Warning[] {
  return warnings.filter(({ meaning }) => meaning === 'notSaved');
}
