/** Creates what the phases of an exchange share. */
import type { MachineConfig } from '../config/machine-config.ts';
import type { ToldDoor } from '../customers/told.ts';
import type { Db } from '../db/open.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { Clock, Random } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import type { FillableIdentifier } from '../model/customer.ts';
import { DataOwner } from '../org/data-owner.ts';
import type { ReservedField } from '../org/organisation.ts';
import type { Outbox } from '../updates/outbox.ts';
import { AppliedLog } from './applied-log.ts';
import { Blame } from './blame.ts';
import { ConnectionState } from './connection.ts';
import type { SyncContext, Tell } from './context.ts';
import { MarkField } from './mark-field.ts';
import { Pace } from './pace.ts';

export type ContextOptions = {
  readonly api: () => LoyaltyApi | null;
  readonly db: Db;
  readonly outbox: Outbox;
  readonly told: ToldDoor;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly config: () => MachineConfig;
  /** The server and account that the till signs in with, without the secret. */
  readonly account: string;
  readonly primaryIdentifier: () => FillableIdentifier;
  readonly reserved: () => ReservedField | null;
  /** Absent: nothing of this till leaves it but by sending. */
  readonly standing?: SyncContext['standing'];
  readonly tell: Tell;
};

export function createContext(options: ContextOptions): SyncContext {
  const { api, db, outbox, told, clock, random, log, config, account, primaryIdentifier, reserved, tell } = options;
  const connection = new ConnectionState(clock, random);
  const pace = new Pace(config().api, clock, random, () => outbox.waiting());
  return {
    api,
    db,
    outbox,
    told,
    connection,
    pace,
    blame: new Blame(connection, pace, clock),
    applied: new AppliedLog(),
    mark: new MarkField(reserved),
    owner: new DataOwner(db, account, clock),
    clock,
    log,
    get config() {
      return config();
    },
    primaryIdentifier,
    standing: options.standing ?? (() => 'here'),
    tell,
  };
}
