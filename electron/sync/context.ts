/** What all phases of an exchange share: the server, the database, the pace, blame, and notifications. */
import type { MachineConfig } from '../config/machine-config.ts';
import type { RecordKeeper } from '../customers/told.ts';
import type { Db } from '../db/open.ts';
import { sql } from '../db/statements.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import type { FillableIdentifier, Identifier } from '../model/customer.ts';
import type { Held, ReadOutcome } from '../model/outcome.ts';
import type { DataOwner } from '../org/data-owner.ts';
import { identifierOf } from '../updates/effective.ts';
import type { Outbox } from '../updates/outbox.ts';
import type { Update } from '../updates/rows.ts';
import type { AppliedLog } from './applied-log.ts';
import type { Blame, Step } from './blame.ts';
import type { ConnectionState } from './connection.ts';
import type { MarkField } from './mark-field.ts';
import type { Pace } from './pace.ts';

/**
 * Whether another till may have imported an update from this till's second copy (F63). `unseen`: the copy's folder
 * can't be reached; `being-taken`: another till is importing it; `unproved`: one of these for so long that a person has
 * to decide.
 */
export type Whereabouts = 'here' | 'unseen' | 'being-taken' | 'unproved';

export type SyncContext = {
  /** Null while the till has no password. */
  readonly api: () => LoyaltyApi | null;
  readonly db: Db;
  readonly outbox: Outbox;
  readonly records: RecordKeeper;
  readonly connection: ConnectionState;
  readonly pace: Pace;
  readonly blame: Blame;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: MachineConfig;
  readonly primaryIdentifier: () => FillableIdentifier;
  readonly applied: AppliedLog;
  readonly mark: MarkField;
  readonly owner: DataOwner;
  /**
   * Not a promise if it is known: while waiting, the engine would start other updates before this one's requests count.
   */
  readonly whereabouts: (update: Pick<Update, 'seq'>) => Whereabouts | Promise<Whereabouts>;
  readonly tell: Tell;
};

/** Notifies the screen. Call it only after a commit. */
export type Tell = {
  readonly customerChanged: (customerId: number) => void;
  /** Two customers of this till were merged. */
  readonly customerMerged: (customerId: number, into: number) => void;
  readonly updateChanged: (updateId: string, customerId: number) => void;
  /** Reads the customer again after a while, because an update was sent more than once. */
  readonly lookLater: (customerId: number) => void;
};

/** The customer's id before and after a commit, which differ if two customers were merged. */
export type Written = { readonly before: number; readonly customerId: number };

/** The update's current customer: since it was read, two customers may have been merged. */
export function customerOf({ db }: Pick<SyncContext, 'db'>, update: Pick<Update, 'id' | 'customerId'>): number {
  const row = sql<{ customer_id: number }>(db, 'select customer_id from updates where id = ?').get(update.id);
  return row?.customer_id ?? update.customerId;
}

/** The server's id if it is known by now, else the identifier that the update was saved with. */
export function identifierNow(context: SyncContext, update: Update): Identifier {
  return identifierOf(context.db, customerOf(context, update), context.primaryIdentifier()) ?? update.identifier;
}

/**
 * Pauses sending because the server refused the till. A refusal of an old password says nothing about the new one, so
 * it is ignored.
 */
export function pauseFor(context: SyncContext, asked: LoyaltyApi, why: Held['why']): void {
  context.blame.tillRefused();
  if (context.api() === asked) context.connection.pause(why);
}

/**
 * The server refused the till for an update. If it does so for another customer's too, all sending pauses.
 * @returns whether only this update is to blame, so that a person has to decide
 */
export function refusedFor(
  context: SyncContext,
  asked: LoyaltyApi,
  update: Update,
  step: Step,
  why: Held['why'],
): boolean {
  if (context.api() !== asked) {
    context.blame.tillRefused();
    return false;
  }
  const fault = context.blame.refused(update, step, why);
  if (fault === 'till') context.connection.pause(why);
  return fault === 'update';
}

/** The server refused the till for a read. If only this call is not permitted, sending goes on. */
export function readHeld(context: SyncContext, asked: LoyaltyApi, why: Held['why']): void {
  if (why === 'credentials') pauseFor(context, asked, why);
  else context.blame.tillRefused();
}

type FailedRead = Exclude<ReadOutcome<never>, { kind: 'found' | 'not-found' }>;

/**
 * A read for an update returned no record.
 * @returns `no-such-call`: the till may not read, so the update goes on without
 */
export function afterFailedRead(
  context: SyncContext,
  asked: LoyaltyApi,
  update: Update,
  step: Step,
  outcome: FailedRead,
): 'no-such-call' | 'later' {
  switch (outcome.kind) {
    case 'held':
      if (outcome.why === 'credentials') {
        return refusedFor(context, asked, update, step, outcome.why) ? 'no-such-call' : 'later';
      }
      context.blame.tillRefused();
      return 'no-such-call';
    case 'refused':
      context.blame.passed(update, step);
      return 'no-such-call';
    case 'failed':
      context.blame.failed(update, step, outcome);
      return 'later';
  }
}

/** After a commit, notifies the screen that this update changed, and of a merge. */
export function tellUpdate({ tell }: SyncContext, updateId: string, { before, customerId }: Written): void {
  if (before !== customerId) tell.customerMerged(before, customerId);
  tell.updateChanged(updateId, customerId);
}
