/** A customer as shown on screen. */

import type { CustomerRecord, FieldKey, FieldValues, Identifier } from './customer.ts';
import type { Loyalty, Purchase } from './loyalty.ts';
import type { MaskableField } from './masked.ts';
import type { LookUpType } from './readings.ts';
import type { LockReason, NotSavedReason, UpdateState, UpdateView } from './update-view.ts';

/** A row of the search results. */
export type CustomerHit = {
  readonly customerId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly mobile: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly tier: string | null;
  /** Where the query matched, to highlight it: which value, from and to in UTF-16 units. */
  readonly matches: readonly { readonly in: MatchedValue; readonly from: number; readonly to: number }[];
  /**
   * The identifier that the whole query matches, in one of its readings; null: it matches only part of one, or a name.
   */
  readonly answersTo: LookUpType | null;
  /** Number of this customer's unsent updates. */
  readonly unsent: number;
};
export type MatchedValue = 'firstName' | 'lastName' | 'mobile' | 'email' | 'externalId';

export type SearchResult = {
  readonly hits: readonly CustomerHit[];
  /** The identifiers that the whole query can be, likeliest first, for "Update by …". */
  readonly identifiers: readonly Identifier[];
  /** Nobody matches exactly; these hits differ by one letter. */
  readonly isSimilar: boolean;
  readonly customersOnTill: number;
};

export type CustomerView = {
  /** `null`: not on this till; saving with `identifier` brings the customer in. */
  readonly customerId: number | null;
  /** The identifier that an update is sent with. */
  readonly identifier: Identifier;
  /** The server's values with this till's open edits applied. */
  readonly fields: FieldValues;
  /** The server's last known values; empty if there are none. */
  readonly server: FieldValues;
  /** Fields with an edit that the server has not confirmed. */
  readonly pending: readonly { readonly key: FieldKey; readonly updateId: string; readonly state: UpdateState }[];
  readonly locks: { readonly [Key in FieldKey]?: LockReason };
  /** Fields that are masked here; `customers.reveal` returns the full value. */
  readonly masked: readonly MaskableField[];
  readonly loyalty: Loyalty | null;
  readonly updatedOn: CustomerRecord['updatedOn'];
  readonly source: CustomerRecord['source'];
  readonly otherSubscriptions: CustomerRecord['otherSubscriptions'];
  readonly userId: string | null;
  /** When the record last came from the server, in milliseconds since 1970; `null`: never. */
  readonly asOfMs: number | null;
  /** If the record comes from the region's file and not from the server: when that file was made. */
  readonly listedAsOfMs: number | null;
  /** This customer's newest updates, newest first, for the status line and the last side effects. */
  readonly updates: readonly UpdateView[];
};

export type LookupResult =
  | { readonly kind: 'found'; readonly customer: CustomerView }
  | { readonly kind: 'not-found' }
  /** The look-up itself failed, which says nothing about the customer (F31). */
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
        /** The server belongs to another organisation than this till's data (F45). */
        | 'other-organisation'
        /** The server sent the customer, but the disk could not store it (F25). */
        | 'not-kept';
    }
  /** The customer asked head office to be erased; the cached record has been removed. */
  | { readonly kind: 'erased' };

/** A customer whom head office found, and the identifier that matched. */
export type FoundOnline = { readonly customer: CustomerView; readonly answersTo: LookUpType };

/**
 * Result of asking head office for every reading of a text. `found`: exactly one person, and every reading was asked.
 */
export type OnlineResult =
  | LookupResult
  /** Several people match, or one does but not every reading could be asked. Staff choose. */
  | { readonly kind: 'choose'; readonly people: readonly FoundOnline[] };

/** Purchases with amounts, fetched when staff open them. */
export type PurchasesResult =
  | { readonly kind: 'found'; readonly purchases: readonly Purchase[] }
  | Extract<LookupResult, { readonly kind: 'not-found' | 'failed' }>;

export type ForgetResult =
  | { readonly kind: 'forgotten' }
  | { readonly kind: 'not-here' }
  /** Nothing was removed: these have to be sent, cancelled or discarded first. */
  | { readonly kind: 'unsent'; readonly count: number; readonly oldestSavedAtMs: number }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };
