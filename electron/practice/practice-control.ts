/** Controls the practice server, for tests, the practice bar and the crash rig. */
import type { Endpoint, FaultKind, FaultOptions, RequestTarget } from './faults.ts';
import type { LedgerEntry } from './practice-api.ts';
import type { PracticeChange, PracticeCustomer } from './practice-customer.ts';
import type { PracticeOrgConfig } from './practice-org.ts';
import type { Hold, HoldFilter, Step, StepListener } from './steps.ts';

/** A request that was completely received. */
export type SeenRequest = RequestTarget & {
  /** Starts at 1, in the order of being received. */
  readonly order: number;
  /** The fault that applied, or `none`. */
  readonly fault: FaultKind;
  /** `null`: the connection ended without an answer. */
  readonly httpStatus: number | null;
};

export type PracticeControl = {
  readonly connection: boolean;
  readonly fault: FaultKind;
  /** The store's local time, as in the server's answers. */
  readonly localTime: string;
  /** False: connections are cut and new ones refused. True: available again on the same port. */
  readonly setConnection: (connection: boolean) => Promise<void>;
  /** Replaces all active faults; `none` removes them. */
  readonly setFault: (kind: FaultKind, options?: FaultOptions) => void;
  /** Adds a fault. The first active one that matches a request applies. */
  readonly addFault: (kind: FaultKind, options?: FaultOptions) => void;
  readonly setAwkward: (awkward: boolean) => void;
  readonly setOrgConfig: (config: Partial<PracticeOrgConfig>) => void;
  readonly onStep: (listener: StepListener) => () => void;
  readonly hold: (step: Step, filter?: HoldFilter) => Hold;
  /** Every applied change, oldest first. */
  readonly ledger: readonly LedgerEntry[];
  /** The last ten thousand requests, oldest first. */
  readonly requests: readonly SeenRequest[];
  readonly countOf: (endpoint: Endpoint) => number;
  readonly customers: readonly PracticeCustomer[];
  readonly customer: (userId: number) => PracticeCustomer | null;
  /** Changes a customer like another till would; `null` if there is none. */
  readonly changeCustomer: (userId: number, change: PracticeChange) => PracticeCustomer | null;
  /** After a request to delete personal data. */
  readonly eraseCustomer: (userId: number) => void;
  /** Invalidates all OAuth tokens issued so far. */
  readonly expireTokens: () => void;
};
