/** What the phases of an exchange share: the server, the database, the pace, and whom to tell. */

import type { MachineConfig } from '../config/machine-config.ts';
import type { Db } from '../db/open.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import type { FillableIdentifier } from '../model/customer.ts';
import type { Held, NotSentReason, UnknownReason } from '../model/outcome.ts';
import type { Outbox } from '../updates/outbox.ts';
import type { ConnectionState } from './connection.ts';
import type { MarkField } from './mark-field.ts';
import type { Pace } from './pace.ts';
import type { Told } from './told.ts';

export type Line = {
  /** Null while the till has no password. */
  readonly api: () => LoyaltyApi | null;
  readonly db: Db;
  readonly outbox: Outbox;
  readonly connection: ConnectionState;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: MachineConfig;
  readonly primaryIdentifier: () => FillableIdentifier;
  readonly told: Told;
  readonly mark: MarkField;
  /** Asks the server once more about a customer, after the settle wait: an update went out more than once. */
  readonly lookLater: (customerId: number) => void;
  /** After a commit: tells the screen. */
  readonly customerChanged: (customerId: number) => void;
  /** Two customers of this till turned out to be one. */
  readonly customerMerged: (customerId: number, into: number) => void;
  readonly updateChanged: (updateId: string, customerId: number) => void;
};

/** The server took a request and answered it, whatever it said: the pace may grow again. */
export function noteAnswer({ connection, pace }: Pick<Line, 'connection' | 'pace'>): void {
  connection.answered();
  pace.succeeded();
}

/**
 * The server refused the till. An answer to a password that is not the till's any more says nothing of the new one: it
 * must not pause what staff have just set right.
 */
export function noteHeld(line: Pick<Line, 'api' | 'connection'>, asked: LoyaltyApi, why: Held['why']): void {
  line.connection.answered();
  if (line.api() === asked) line.connection.pause(why);
}

/** An exchange that brought no answer of the API's own: what that says about the connection and the pace. */
export function noteTrouble(
  { connection, pace }: Pick<Line, 'connection' | 'pace'>,
  why: NotSentReason | UnknownReason,
  retryAfterMs: number | null,
): void {
  if (why === 'busy') pace.refused(retryAfterMs);
  else if (why !== 'unreadable-answer' && why !== 'till-stopped') pace.lost();
  // An answer that could not be read came from a server that is there.
  if (why === 'unreadable-answer') connection.answered();
  else if (why !== 'till-stopped') connection.failed(why);
}

/** After a commit that put away what the server told of a customer: they may be another of this till by now. */
export function noteMerge({ customerMerged }: Pick<Line, 'customerMerged'>, customerId: number, keptId: number): void {
  if (customerId !== keptId) customerMerged(customerId, keptId);
}
