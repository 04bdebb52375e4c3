/** A customer as the screen shows one. */

import type { CustomerRecord, FieldKey, FieldValues, Identifier } from './customer.ts';
import type { Loyalty, Purchase } from './loyalty.ts';
import type { LookUpType } from './readings.ts';
import type { NotSavedReason, UpdateState, UpdateView } from './update-view.ts';

/** A row of the search results. */
export type CustomerHit = {
  readonly customerId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly mobile: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly tier: string | null;
  /** Where the query matched, for marking: which value, from and to in UTF-16 units. */
  readonly matches: readonly { readonly in: MatchedValue; readonly from: number; readonly to: number }[];
  /** The identifier of theirs that the whole query is, in one of its readings; null: it only begins or ends one, or a name. */
  readonly answersTo: LookUpType | null;
  /** Edits of this customer that the server does not have yet. */
  readonly unsent: number;
};
export type MatchedValue = 'firstName' | 'lastName' | 'mobile' | 'email' | 'externalId';

export type SearchResult = {
  readonly hits: readonly CustomerHit[];
  /** All that the whole query can be an identifier as, the likeliest first: what "Update by …" offers. */
  readonly identifiers: readonly Identifier[];
  /** Nobody is called what was typed: the hits are called something one letter away. */
  readonly isSimilar: boolean;
  readonly customersOnTill: number;
};

/** Why a field cannot be changed here. Same codes as `FieldProblem`. */
export type LockReason =
  | 'existing-identifier'
  | 'fill-not-allowed'
  | 'fill-waiting'
  | 'already-loyalty'
  | 'disabled-field'
  | 'not-your-role'
  | 'unknown-field';

export type CustomerView = {
  /** `null`: not on this till; saving with `identifier` brings the customer in. */
  readonly customerId: number | null;
  /** How an update will say who it is. */
  readonly identifier: Identifier;
  /** Server's values with this till's unsettled edits laid over them. */
  readonly fields: FieldValues;
  /** What the server last told. Empty where it never told anything. */
  readonly server: FieldValues;
  /** Fields with an edit that the server has not confirmed. */
  readonly pending: readonly { readonly key: FieldKey; readonly updateId: string; readonly state: UpdateState }[];
  readonly locks: { readonly [Key in FieldKey]?: LockReason };
  readonly loyalty: Loyalty | null;
  readonly updatedOn: CustomerRecord['updatedOn'];
  readonly source: CustomerRecord['source'];
  readonly otherSubscriptions: CustomerRecord['otherSubscriptions'];
  readonly userId: string | null;
  /** When the server last told this record, milliseconds since 1970; `null`: never. */
  readonly asOfMs: number | null;
  /** When the region's file was made that lists this customer, where the server itself never told; else `null`. */
  readonly listedAsOfMs: number | null;
  /** This customer's newest updates, newest first: the fate line and the last effects. */
  readonly updates: readonly UpdateView[];
};

export type LookupResult =
  | { readonly kind: 'found'; readonly customer: CustomerView }
  | { readonly kind: 'not-found' }
  /** The lookup itself failed: says nothing about the customer (F31). */
  | {
      readonly kind: 'failed';
      readonly why:
        | 'offline'
        | 'sign-in-page'
        | 'busy'
        | 'credentials'
        | 'permission'
        | 'no-secret'
        | 'server'
        /** The server speaks for another organisation than the data on this till (F45). */
        | 'other-organisation'
        /** The server told of the customer, and the disk of this machine took nothing of it (F25). */
        | 'not-kept';
    }
  /** The server knows an erasure request for this customer; the cached record is gone. */
  | { readonly kind: 'erased' };

/** Somebody at head office who answers to a reading of what was typed, and to which one. */
export type FoundOnline = { readonly customer: CustomerView; readonly answersTo: LookUpType };

/** What head office knows of all readings of a text. `found`: exactly one person answers, and every reading was asked. */
export type OnlineResult =
  | LookupResult
  /** Several people answer, or one does and not every reading could be asked: staff choose. */
  | { readonly kind: 'choose'; readonly people: readonly FoundOnline[] };

/** Purchases with their amounts, asked for when staff want to see them. */
export type PurchasesResult =
  | { readonly kind: 'told'; readonly purchases: readonly Purchase[] }
  | Extract<LookupResult, { readonly kind: 'not-found' | 'failed' }>;

export type ForgetResult =
  | { readonly kind: 'forgotten' }
  | { readonly kind: 'not-here' }
  /** Nothing was removed: these have to be sent, taken back or discarded first. */
  | { readonly kind: 'unsent'; readonly count: number; readonly oldestSavedAtMs: number }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };
