/** How things stand between this till and the server, from real exchanges only (F17). */
import type { NotSentReason } from './outcome.ts';

export type SyncState = 'all-sent' | 'sending' | 'checking' | 'offline' | 'waiting' | 'paused' | 'attention';

/**
 * `credentials`/`permission`: the server refused the till (401/403). `no-secret`: the till has no password yet.
 * `other-organisation`: the server speaks for another organisation than the data on this till (F45).
 */
export type PauseReason = 'credentials' | 'permission' | 'no-secret' | 'other-organisation';

export type Connection =
  /** Nothing was exchanged yet since the start. */
  | { readonly kind: 'untried' }
  | { readonly kind: 'online' }
  | { readonly kind: 'offline'; readonly why: NotSentReason | 'timeout' | 'connection-lost' | 'server-error' };

export type SyncStatus = {
  /** What the pill says, by this order: paused, attention, checking, offline, sending, waiting, all sent. */
  readonly state: SyncState;
  /** Everything that the server has not confirmed: queued, sending, unknown and attention. */
  readonly unsent: number;
  readonly counts: {
    readonly queued: number;
    readonly sending: number;
    readonly unknown: number;
    /** Without those of `nextVisit`. */
    readonly attention: number;
    /** Conflicts to be asked about when the customer is here again: the pill says "Waiting" with them. */
    readonly nextVisit: number;
  };
  /** Possible double awards that nobody has looked at (see `updates/double-awards.ts`). */
  readonly doubleAwards: number;
  readonly oldestSavedAtMs: number | null;
  readonly paused: PauseReason | null;
  readonly connection: Connection;
  /** Wall time of the last answer that was the API's own. */
  readonly lastAnswerAtMs: number | null;
  /** When the next try is due, on the wall clock; for display only. */
  readonly nextTryAtMs: number | null;
  /** This machine's clock less the server's, where it is more than five minutes (F16). */
  readonly clockSkewMs: number | null;
};

export type ConnectionCheck =
  | {
      readonly kind: 'connected';
      readonly organisation: string;
      readonly till: string;
      /** This machine's clock less the server's, however small; `null` where the server does not tell its own. */
      readonly clockDifferenceMs: number | null;
    }
  | {
      readonly kind: 'failed';
      readonly why: NotSentReason | PauseReason | 'timeout' | 'connection-lost' | 'server-error' | 'unreadable-answer';
    };
