/** An update as shown on screen, and what staff can do with it. */
import type { FieldChanges, FieldKey, Identifier } from './customer.ts';
import type { SideEffect } from './loyalty.ts';
import {
  type Answer,
  type NotSentReason,
  type Rejection,
  type UnknownReason,
  unknownReasons,
  type Warning,
} from './outcome.ts';

/** See the state machine in `outbox.ts`. */
export const updateStates = ['queued', 'sending', 'unknown', 'attention', 'applied', 'cancelled', 'discarded'] as const;
export type UpdateState = (typeof updateStates)[number];

/** The states of an update that is not finished. They count as unsent. */
export const openStates = ['queued', 'sending', 'unknown', 'attention'] as const satisfies readonly UpdateState[];

/** `fields` is sent as `customer/update`, `identity` as `customer/update_identity`. */
export type UpdateKind = 'fields' | 'identity';

/**
 * Why we don't know if an update arrived. `restored`: it was unsent in a backup, but may have been sent since (F44).
 */
export const uncertainReasons = [...unknownReasons, 'restored'] as const;
export type UncertainReason = (typeof uncertainReasons)[number];

/** What staff chose for a field in conflict, and head office's value at that time. */
export type FieldChoice = { readonly keep: 'ours' | 'theirs'; readonly theirs: string | null };

export type FieldConflict = {
  readonly key: FieldKey;
  /** The value when staff edited it. */
  readonly was: string | null;
  /** The server's value now. */
  readonly theirs: string | null;
  /** The value that staff typed. */
  readonly ours: string;
};

/** Why Tillside can't tell whether an update arrived. */
export const cannotTellReasons = [
  'read-back-differs',
  'read-back-not-allowed',
  'resent-once',
  'no-baseline',
  'not-told', // head office does not return the value of a changed field (F41)
  'points-moved', // the fields are unchanged, but the points or the time of the last change are not (F42)
  'restored', // it comes from a backup (F44)
  'not-answered', // reading back was tried a bounded number of times (F39)
  'may-be-elsewhere', // another till may have it by the second copy (F63)
] as const;

/** Why an update needs a person. */
export type AttentionReason =
  | { readonly kind: 'refused'; readonly rejection: Rejection }
  /** The server's value changed since the edit (F22). */
  | { readonly kind: 'conflict'; readonly fields: readonly FieldConflict[] }
  /** A filled-in identifier belongs to somebody else, so the server might merge two people (F23). Null: not checked. */
  | { readonly kind: 'belongs-to-other'; readonly key: FieldKey; readonly otherUserId: string | null }
  /** It may have arrived, and nothing tells whether it did. */
  | {
      readonly kind: 'cannot-tell';
      readonly after: UncertainReason;
      readonly because: (typeof cannotTellReasons)[number];
    }
  /** Sending it keeps failing while other customers' updates go through (F40). It certainly did not arrive. */
  | { readonly kind: 'does-not-pass'; readonly why: NotSentReason | UnknownReason }
  /** The look before sending did not find the customer. */
  | { readonly kind: 'no-such-customer' }
  /** Written by another version of Tillside and not understood (F29); the raw row is kept. */
  | { readonly kind: 'unreadable' };

/** The result of an applied update. */
export type UpdateResult = {
  readonly effects: readonly SideEffect[];
  readonly warnings: readonly Warning[];
  readonly answer: Answer | null;
  /**
   * `read`: there was no answer, but reading back found every field as sent. `already`: the server had it before
   * sending.
   */
  readonly confirmedBy: 'answer' | 'read' | 'already';
};

/**
 * An update was sent more than once, and the points rose by more than this till's updates explain: the server may have
 * counted it twice. All numbers come from the server.
 */
export type DoubleAward = {
  readonly pointsBefore: number;
  readonly pointsAfter: number;
  /** Points that the answers to this till's updates of the customer awarded in that time. */
  readonly explained: number;
  /** The customer made a purchase in that time, which may explain the rest. */
  readonly purchasesMoved: boolean;
  readonly beforeAsOfMs: number;
  readonly foundAtMs: number;
  readonly attemptIds: readonly string[];
  readonly requestIds: readonly string[];
};

export type UpdateView = {
  readonly updateId: string;
  readonly customerId: number;
  readonly customerName: string;
  readonly kind: UpdateKind;
  readonly state: UpdateState;
  readonly identifier: Identifier;
  /** In the order of the form. `was` is absent where it was not known. */
  readonly changes: readonly { readonly key: FieldKey; readonly was?: string | null; readonly to: string }[];
  readonly staff: { readonly code: string; readonly name: string } | null;
  readonly savedAtMs: number;
  readonly settledAtMs: number | null;
  /** How often it was sent, not counting tries that certainly did not reach the server. */
  readonly attempts: number;
  /** Set in `attention`. */
  readonly reason: AttentionReason | null;
  /** In `attention`: when it was put off until the customer's next visit. */
  readonly putOffAtMs: number | null;
  /** Set in `applied`. */
  readonly result: UpdateResult | null;
  /** What the server last answered, if anything. */
  readonly lastAnswer: Answer | null;
  /** A possible double award that nobody has checked yet. */
  readonly doubleAward: DoubleAward | null;
  /** In `discarded`: the reason that staff gave, or `fixed` if a newer update replaced it. */
  readonly discardReason: string | null;
  readonly replacedBy: string | null;
  readonly replaces: string | null;
  /** Another update of this customer is sent first. */
  readonly behindAnother: boolean;
  readonly may: {
    /** Edit or cancel, while it was never sent. */
    readonly edit: boolean;
    readonly cancel: boolean;
    /** Save a corrected update instead. */
    readonly fix: boolean;
    readonly discard: boolean;
    /** Put it off until the customer's next visit. */
    readonly putOff: boolean;
  };
};

export type UpdateHistoryEntry = {
  readonly atMs: number;
  /** A staff code, or `till` for automatic steps. */
  readonly by: string;
  readonly event: string;
  readonly from: UpdateState | null;
  readonly to: UpdateState;
  readonly attemptId: string | null;
  readonly requestId: string | null;
  readonly before: FieldChanges | null;
  readonly after: FieldChanges | null;
  /** A code or reason in the program's own words, such as `1016` or `timeout`. */
  readonly detail: string | null;
};

/** Why a field cannot be changed here. `FieldProblem` has these codes too. */
export type LockReason =
  | 'existing-identifier'
  | 'fill-not-allowed'
  | 'fill-waiting'
  | 'already-loyalty'
  | 'disabled-field'
  | 'not-your-role'
  /** The role sees the value only masked: reveal it first. */
  | 'masked'
  | 'unknown-field';

/** What is wrong with a field that staff typed; the screen has a sentence for each code. */
export type FieldProblem = {
  readonly key: FieldKey;
  readonly code:
    | LockReason
    | 'required'
    | 'mobile'
    | 'email'
    | 'date'
    /** Before the organisation's first registration date, which is in `detail`. */
    | 'too-early'
    | 'number'
    | 'whole-number'
    | 'yes-or-no'
    | 'not-an-option'
    | 'pattern'
    | 'too-long'
    | 'control-characters'
    | 'may-not-be-emptied'
    | 'belongs-to-other'
    /** Filling in somebody else's identifier can be confirmed only while the server is reachable. */
    | 'confirm-online'
    /** There is no value to change yet: fill it in instead. */
    | 'nothing-to-change';
  /** The organisation's own words for a pattern; the customer's name for `belongs-to-other`. */
  readonly detail: string | null;
  /** For `too-long`: how many characters are allowed. */
  readonly limit: number | null;
};

export function fieldProblem(
  key: FieldKey,
  code: FieldProblem['code'],
  { detail = null, limit = null }: Partial<Pick<FieldProblem, 'detail' | 'limit'>> = {},
): FieldProblem {
  return { key, code, detail, limit };
}

/** A value that was most likely meant instead of what staff typed: offered, never forced. */
export type FieldHint = { readonly key: FieldKey; readonly suggestion: string };

/** What a save would object to, and what looks like a slip. */
export type CheckResult = { readonly problems: readonly FieldProblem[]; readonly hints: readonly FieldHint[] };

/** Why a save did not become durable. The form keeps its text (F25). */
export type NotSavedReason = 'disk-full' | 'read-only' | 'damaged' | 'busy' | 'other';

export type SaveResult =
  | { readonly kind: 'saved'; readonly updateId: string; readonly customerId: number }
  | { readonly kind: 'invalid'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'nothing-changed' }
  /** Sign in first: `staff.required` is on and nobody is signed in. */
  | { readonly kind: 'staff-required' }
  /** The customer or the update to replace is gone, or the update has moved on meanwhile (sent, cancelled). */
  | { readonly kind: 'moved-on' }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };

export type ChangeResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'moved-on' }
  | { readonly kind: 'staff-required' }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };
