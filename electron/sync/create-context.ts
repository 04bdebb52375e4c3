/** Creates what the phases of an exchange share. */
import type { MachineConfig } from '../config/machine-config.ts';
import type { Random } from '../machine/clock.ts';
import { DataOwner } from '../org/data-owner.ts';
import type { ReservedField } from '../org/organisation.ts';
import { AppliedLog } from './applied-log.ts';
import { Blame } from './blame.ts';
import { ConnectionState } from './connection.ts';
import type { SyncContext } from './context.ts';
import { MarkField } from './mark-field.ts';
import { Pace } from './pace.ts';

export type ContextOptions = Pick<
  SyncContext,
  'api' | 'db' | 'outbox' | 'records' | 'clock' | 'log' | 'primaryIdentifier' | 'whereabouts' | 'tell'
> & {
  readonly random: Random;
  readonly config: () => MachineConfig;
  /** The server and account that the till signs in with, without the secret. */
  readonly account: string;
  readonly reserved: () => ReservedField | null;
};

export function createContext({ random, config, account, reserved, ...shared }: ContextOptions): SyncContext {
  const { db, outbox, clock } = shared;
  const connection = new ConnectionState(clock, random);
  const pace = new Pace(config().api, clock, random, () => outbox.waiting());
  return {
    ...shared,
    connection,
    pace,
    blame: new Blame(connection, pace, clock),
    applied: new AppliedLog(),
    mark: new MarkField(reserved),
    owner: new DataOwner(db, account, clock),
    get config() {
      return config();
    },
  };
}
