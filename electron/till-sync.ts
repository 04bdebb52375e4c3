/** Creates the sync engine and what its exchanges share. */
import type { ApiOfTill } from './loyalty-api/api-of-till.ts';
import type { Organisation } from './org/organisation.ts';
import { connectionLog } from './sync/connection-log.ts';
import type { SyncContext } from './sync/context.ts';
import { createContext } from './sync/create-context.ts';
import { SyncEngine } from './sync/engine.ts';
import type { TillOptions, TillParts } from './till-options.ts';

export type SyncParts = TillParts & {
  readonly api: ApiOfTill;
  readonly organisation: Organisation;
  readonly lookLater: (customerId: number) => void;
  readonly whereabouts: SyncContext['whereabouts'];
};

export function createSync(parts: SyncParts) {
  const { options, live, api, organisation, outbox, records, db, emit, lookLater, whereabouts } = parts;
  const { clock, random, log } = options;
  const context = createContext({
    api: () => api.current,
    db,
    outbox,
    records,
    clock,
    random,
    log,
    config: () => live.config,
    account: accountOf(options.mode, live.config),
    primaryIdentifier: () => organisation.view().policy.primaryIdentifier,
    reserved: () => organisation.reserved(),
    whereabouts,
    tell: {
      customerChanged: (customerId) => emit({ name: 'customers.changed', payload: { customerId } }),
      customerMerged: (customerId, into) => emit({ name: 'customers.merged', payload: { customerId, into } }),
      updateChanged: (updateId, customerId) => {
        emit({ name: 'updates.changed', payload: { updateId, customerId } });
        emit({ name: 'customers.changed', payload: { customerId } });
      },
      lookLater,
    },
  });
  const logConnection = connectionLog(log, clock);
  const engine = new SyncEngine(context, (status) => {
    logConnection(status);
    emit({ name: 'sync.changed', payload: status });
  });
  return { context, engine };
}

/**
 * The server and account that the till signs in with. In practice mode, the server's port changes but it is always the
 * same.
 */
function accountOf(mode: TillOptions['mode'], { api, auth }: TillOptions['config']): string {
  return mode === 'practice' ? mode : JSON.stringify([api.url, auth]);
}
