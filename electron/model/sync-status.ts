/** The sync status between this till and the server, based on real exchanges only (F17). */
import type { NotSentReason } from './outcome.ts';

export type SyncState = 'all-sent' | 'sending' | 'checking' | 'offline' | 'waiting' | 'paused' | 'attention';

/**
 * `credentials`/`permission`: the server refused the till (401/403). `no-secret`: the till has no password yet.
 * `other-organisation`: the server belongs to another organisation than this till's data (F45).
 */
export type PauseReason = 'credentials' | 'permission' | 'no-secret' | 'other-organisation';

export type Connection =
  /** No exchange yet since the start. */
  | { readonly kind: 'untried' }
  | { readonly kind: 'online' }
  | { readonly kind: 'offline'; readonly why: NotSentReason | 'timeout' | 'connection-lost' | 'server-error' };

/** Updates that left this till in a rescue file. This till cannot see whether another one has imported it. */
export type InFiles = {
  readonly updates: number;
  /** When the first and the last of them left; null: there are none. */
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
};

export type SyncStatus = {
  /** What the pill shows, by priority: paused, attention, checking, offline, sending, waiting, all sent. */
  readonly state: SyncState;
  /** All updates that the server has not confirmed: queued, sending, unknown and attention. */
  readonly unsent: number;
  readonly counts: {
    readonly queued: number;
    readonly sending: number;
    readonly unknown: number;
    /** Without those of `nextVisit`. */
    readonly attention: number;
    /** Conflicts put off until the customer's next visit. For them the pill says "Waiting". */
    readonly nextVisit: number;
  };
  /** Possible double awards that nobody has checked yet (see `updates/double-awards.ts`). */
  readonly doubleAwards: number;
  readonly oldestSavedAtMs: number | null;
  /** Not in `unsent`, but not known to be sent either: with nothing else to tell, the pill says "Waiting". */
  readonly inFiles: InFiles;
  readonly paused: PauseReason | null;
  readonly connection: Connection;
  /** Wall time of the last answer from the API itself. */
  readonly lastAnswerAtMs: number | null;
  /** Wall time of the next try; for display only. */
  readonly nextTryAtMs: number | null;
  /** This machine's clock minus the server's, if they differ by more than five minutes (F16). */
  readonly clockSkewMs: number | null;
};

export type ConnectionCheck =
  | {
      readonly kind: 'connected';
      readonly organisation: string;
      readonly till: string;
      /** This machine's clock minus the server's, even if small; `null`: the server's time is not known. */
      readonly clockDifferenceMs: number | null;
    }
  | {
      readonly kind: 'failed';
      readonly why: NotSentReason | PauseReason | 'timeout' | 'connection-lost' | 'server-error' | 'unreadable-answer';
    };
