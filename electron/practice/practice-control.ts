/** The hand on the practice server: what tests, the practice bar and the crash rig do to it. */
import type { Endpoint, FaultKind, FaultOptions, Met } from './faults.ts';
import type { LedgerEntry } from './practice-api.ts';
import type { PracticeChange, PracticeCustomer } from './practice-customer.ts';
import type { PracticeOrgConfig } from './practice-org.ts';
import type { Hold, HoldFilter, Step, StepListener } from './steps.ts';

/** A request that was read whole, whatever became of it. */
export type SeenRequest = Met & {
  /** From 1, in the order of being read. */
  readonly order: number;
  /** The fault that it met, `none` without one. */
  readonly fault: FaultKind;
  /** `null` where the connection ended without an answer. */
  readonly httpStatus: number | null;
};

export type PracticeControl = {
  readonly connection: boolean;
  readonly fault: FaultKind;
  /** The store's time, as the server's answers tell it. */
  readonly localTime: string;
  /** Away: connections are cut and new ones refused. Back: on the same port. */
  readonly setConnection: (connection: boolean) => Promise<void>;
  /** Takes the place of every fault in force; `none` takes them all away. */
  readonly setFault: (kind: FaultKind, options?: FaultOptions) => void;
  /** One more fault; a request meets the first in force that fits it. */
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
  /** Another till's hand; `null` where there is no such customer. */
  readonly changeCustomer: (userId: number, change: PracticeChange) => PracticeCustomer | null;
  /** After a request to delete personal data. */
  readonly eraseCustomer: (userId: number) => void;
  /** Every OAuth token so far is refused from now on. */
  readonly expireTokens: () => void;
};
