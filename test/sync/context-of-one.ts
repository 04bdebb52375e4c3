/** What the phases of an exchange share, for one customer and a model server, without an engine that runs them. */
import type { TestContext } from 'node:test';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import type { ReservedField } from '../../electron/org/organisation.ts';
import type { Whereabouts } from '../../electron/sync/context.ts';
import { createContext } from '../../electron/sync/create-context.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { customerRecord, ModelServer } from '../helpers/engine-rig.ts';
import { seededRandom } from '../helpers/virtual-clock.ts';
import { outboxOfOneCustomer } from '../updates/one-customer.ts';

export type ContextOptions = {
  readonly sync?: { readonly [key: string]: unknown };
  readonly whereabouts?: Whereabouts | Promise<Whereabouts>;
  readonly reserved?: ReservedField | null;
};

export function contextOfOneCustomer(t: TestContext, options: ContextOptions = {}) {
  const { sync = {}, whereabouts = 'here', reserved = null } = options;
  const one = outboxOfOneCustomer(t);
  const { db, clock, outbox } = one;
  const server = new ModelServer(clock);
  server.customers.set('1', customerRecord('1', 'Before'));
  const config = parseMachineConfig(
    { api: { url: 'http://127.0.0.1:1' }, auth: { method: 'basic', till: 'till1' }, sync },
    'test',
  );
  /** What the screen was told, in order. */
  const heard: string[] = [];
  const logged: string[] = [];
  const context = createContext({
    api: () => server.api,
    db,
    outbox,
    records: createRecordKeeper(db, clock),
    clock,
    random: seededRandom(5),
    log: { write: (level, event) => logged.push(`${level} ${event}`) },
    config: () => config,
    account: 'test',
    primaryIdentifier: () => 'mobile',
    reserved: () => reserved,
    whereabouts: () => whereabouts,
    tell: {
      customerChanged: (customerId) => heard.push(`customer ${customerId}`),
      customerMerged: (customerId, into) => heard.push(`${customerId} is ${into}`),
      updateChanged: (updateId, customerId) => heard.push(`update ${updateId} of ${customerId}`),
      lookLater: (customerId) => heard.push(`later ${customerId}`),
    },
  });
  return { ...one, server, context, heard, logged };
}
