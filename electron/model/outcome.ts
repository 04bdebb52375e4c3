/**
 * The outcome of one exchange with the loyalty API. The engine and the screen never see HTTP, only one of these.
 *
 * The difference that everything rests on is between *not sent* (the request certainly did not reach the server: it may
 * be sent again without a thought) and *unknown* (bytes may have left and no answer was read: the API is not idempotent
 * and can award points twice, so it must be read back first).
 */
import type { CustomerRecord, FieldKey } from './customer.ts';
import type { SideEffect } from './loyalty.ts';

/** The details of the answer, stored with the update for the vendor's support. */
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
 * A warning beside a success (trap 9): either a part was not saved, or something could not be read for the
 * answer. The second is harmless, and telling staff to save again could award points twice.
 */
export type WarningMeaning = 'notSaved' | 'onlyNotRead';

export type Warning = {
  readonly meaning: WarningMeaning;
  readonly code: number;
  readonly field: FieldKey | null;
  readonly message: string | null;
};

/** Our own code: the answer says success but holds a different value than we sent (F47). */
export const answerDiffers = -1;

export const notSentReasons = [
  'no-connection', // no route, network down, refused: the request never left
  'name-not-found', // DNS
  'proxy', // the proxy refused, wants a password, or does not answer
  'tls', // the certificate was not accepted
  'sign-in-page', // a captive portal answered instead of the server (F08)
  'gateway-refused', // something in front of the server blocks this request, such as a web application firewall
  'busy', // 429, 503, 408, 425, body 461, 503, 521: the server says that it did not process it
] as const;
export type NotSentReason = (typeof notSentReasons)[number];

export const unknownReasons = [
  'timeout', // no complete answer in time
  'connection-lost', // reset or closed after bytes may have left
  'server-error', // 5xx except 503
  'unreadable-answer', // the server's answer could not be understood
  'till-stopped', // the till stopped while sending (F02)
] as const;
export type UnknownReason = (typeof unknownReasons)[number];

export type Rejection = {
  /** The item's code, or else the request's; `null`: none. */
  readonly code: number | null;
  /** The field that the code or message is about, if known. */
  readonly field: FieldKey | null;
  /** The server's message. It may hold customer data, so it is shown on screen but never logged. */
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
      /** The customer was merged into another: the record is the other one's, and the two are now one (trap 10). */
      readonly merged: boolean;
      /** The customer in the answer, which may leave out any part. */
      readonly record: CustomerRecord;
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

/** Outcome of a read call, which can always be tried again. */
export type ReadOutcome<T> =
  | {
      readonly kind: 'found';
      readonly value: T;
      /** As in `applied`. Always false for several customers, or for anything else than a customer. */
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

/** The warnings that matter to staff: parts that were not saved. */
export function notSaved(warnings: readonly Warning[]): readonly Warning[] {
  return warnings.filter(({ meaning }) => meaning === 'notSaved');
}
