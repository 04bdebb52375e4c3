/**
 * The real outbox and engine on a real database, with a plain object as server and a virtual clock: for tests that need
 * hours, many tills or thousands of random steps.
 */

import path from 'node:path';
import { type MachineConfig, parseMachineConfig } from '../../electron/config/machine-config.ts';

import type { Db } from '../../electron/db/open.ts';
import type { LoyaltyApi } from '../../electron/loyalty-api/loyalty-api.ts';
import type { Clock, Random } from '../../electron/machine/clock.ts';
import type { Log } from '../../electron/machine/log.ts';
import { type CustomerRecord, type FieldChanges, mergeRecord } from '../../electron/model/customer.ts';
import type { Answer, ReadOutcome, UpdateOutcome } from '../../electron/model/outcome.ts';
import type { LookUpIdentifier } from '../../electron/model/readings.ts';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import type { SyncContext } from '../../electron/sync/context.ts';
import { createContext } from '../../electron/sync/create-context.ts';
import { SyncEngine } from '../../electron/sync/engine.ts';
import type { SharedLimit } from '../../electron/sync/pace.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { keepRecord } from './keep-record.ts';
import { unknownLoyalty } from './loyalty.ts';
import { openMigrated } from './migrated-database.ts';

const key = '5'.repeat(64);

export const okAnswer: Answer = {
  httpStatus: 200,
  requestId: 'r-1',
  code: 200,
  message: 'Success',
  total: 1,
  successCount: 1,
  itemCode: 1000,
  itemMessage: null,
};

export function customerRecord(userId: string, lastName: string): CustomerRecord {
  return {
    userId,
    fields: { firstName: 'Some', lastName, mobile: `9198450${userId.padStart(5, '0')}` },
    loyalty: { ...unknownLoyalty, points: 0, lifetimePoints: 0, lifetimePurchases: 0 },
    updatedOn: null,
    source: null,
    otherSubscriptions: [],
    unknown: {},
  };
}

export type ServerCall = 'get' | 'update' | 'login';

/** A server whose every answer the test decides; its ledger lists what it applied. */
export class ModelServer {
  readonly customers = new Map<string, CustomerRecord>();
  readonly ledger: { readonly userId: string; readonly changes: FieldChanges; readonly atMs: number }[] = [];
  /** What happens to the next update, asked once for each. */
  fate: (changes: FieldChanges) => 'apply' | 'apply-and-lose' | 'lose' | Exclude<UpdateOutcome, { kind: 'applied' }> =
    () => 'apply';
  /** The answer about this customer; null: what the server knows. */
  onGet: (identifier: LookUpIdentifier) => ReadOutcome<CustomerRecord> | null = () => null;
  /** What the answer to an update says about the customer. */
  answers: (record: CustomerRecord) => CustomerRecord = (record) => record;
  /** The server's clock as a login reports it; null: it reports none. */
  serverTimeMs: number | null = null;
  /** The organisation it serves. */
  organisationId = '1';
  reachable = true;
  readable = true;
  /** Awaited before a call is handled, and again once it was handled but not yet answered. */
  onArrival: (call: ServerCall) => Promise<void> = async () => undefined;
  onAnswer: (call: ServerCall) => Promise<void> = async () => undefined;
  updateCalls = 0;
  calls = 0;
  readonly #clock: Clock;
  readonly #latencyMs: number;

  constructor(clock: Clock, latencyMs = 0) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
  }

  apply(userId: string, changes: FieldChanges): CustomerRecord {
    const known = this.customers.get(userId) ?? customerRecord(userId, '');
    const points = (known.loyalty?.points ?? 0) + 50;
    const changed = mergeRecord(known, {
      ...known,
      fields: changes,
      loyalty: known.loyalty === null ? null : { ...known.loyalty, points },
    });
    this.customers.set(userId, changed);
    this.ledger.push({ userId, changes, atMs: this.#clock.monotonicMs() });
    return changed;
  }

  readonly api: LoyaltyApi = {
    updateCustomer: async ({ identifier, changes }) => {
      this.updateCalls += 1;
      await this.#line('update');
      if (!this.reachable) return { kind: 'not-sent', why: 'no-connection', retryAfterMs: null, answer: null };
      const fate = this.fate(changes);
      if (fate === 'lose') return { kind: 'unknown', why: 'connection-lost', answer: null };
      if (typeof fate === 'object') return fate;
      const record = this.apply(this.#userIdOf(identifier) ?? identifier.value, changes);
      await this.onAnswer('update');
      if (fate === 'apply-and-lose') return { kind: 'unknown', why: 'timeout', answer: null };
      return {
        kind: 'applied',
        merged: false,
        record: this.answers(record),
        effects: [],
        warnings: [],
        answer: okAnswer,
      };
    },
    getCustomer: async (identifier) => {
      await this.#line('get');
      if (!this.reachable) return { kind: 'failed', why: 'no-connection', retryAfterMs: null };
      if (!this.readable) return { kind: 'held', why: 'permission', answer: okAnswer };
      const given = this.onGet(identifier);
      if (given !== null) return given;
      const found = this.customers.get(this.#userIdOf(identifier) ?? '');
      await this.onAnswer('get');
      return found === undefined
        ? { kind: 'not-found', answer: okAnswer }
        : { kind: 'found', value: found, merged: false, answer: okAnswer };
    },
    login: async () => {
      await this.#line('login');
      return this.reachable
        ? {
            kind: 'found',
            value: {
              till: 't',
              organisation: 'o',
              organisationId: this.organisationId,
              serverTimeMs: this.serverTimeMs,
            },
            merged: false,
            answer: okAnswer,
          }
        : { kind: 'failed', why: 'no-connection', retryAfterMs: null };
    },
    requestIdentityChange: async () => ({ kind: 'unknown', why: 'timeout', answer: null }),
    purchases: async () => ({ kind: 'not-found', answer: okAnswer }),
    getCustomers: async () => ({ kind: 'not-found', answer: okAnswer }),
    orgPolicy: async () => ({ kind: 'not-found', answer: okAnswer }),
    customFields: async () => ({ kind: 'not-found', answer: okAnswer }),
    extendedFields: async () => ({ kind: 'not-found', answer: okAnswer }),
    staff: async () => ({ kind: 'not-found', answer: okAnswer }),
  };

  #userIdOf({ type, value }: LookUpIdentifier): string | null {
    if (type === 'userId') return value;
    if (type === 'cardNumber' || type === 'cardExternalId') return null;
    const found = [...this.customers.values()].find((one) => one.fields[type] === value);
    return found?.userId ?? null;
  }

  async #line(call: ServerCall): Promise<void> {
    this.calls += 1;
    await this.onArrival(call);
    if (this.#latencyMs > 0) await new Promise<void>((resolve) => this.#clock.after(this.#latencyMs, resolve));
  }
}

export type EngineRig = {
  readonly db: Db;
  readonly outbox: Outbox;
  readonly engine: SyncEngine;
  readonly context: SyncContext;
  readonly statuses: SyncStatus[];
  readonly logged: string[];
  readonly addCustomer: (userId: string, lastName?: string) => number;
  readonly save: (customerId: number, changes: FieldChanges) => string;
  readonly stop: () => Promise<void>;
};

export type EngineRigOptions = {
  readonly server: ModelServer;
  readonly clock: Clock;
  readonly random: Random;
  /** A folder, or a database that is open already. */
  readonly folder: string | Db;
  readonly requestsPerMinute?: number;
  readonly maxInFlight?: number;
  readonly sharedLimit?: SharedLimit | null;
  readonly sync?: { readonly [key: string]: unknown };
  readonly whereabouts?: SyncContext['whereabouts'];
};

const configs = new Map<string, MachineConfig>();

/** Read once: a test may start thousands of engines. */
function configOf(json: string): MachineConfig {
  const config = configs.get(json) ?? parseMachineConfig(JSON.parse(json), 'test');
  configs.set(json, config);
  return config;
}

/** Opens the folder's database (again) and starts an engine on it, like a start of the program. */
export function startEngine({
  server,
  clock,
  random,
  folder,
  requestsPerMinute = 100_000,
  maxInFlight = 4,
  sharedLimit = null,
  sync = {},
  whereabouts = () => 'here',
}: EngineRigOptions): EngineRig {
  const config = configOf(
    JSON.stringify({
      api: { url: 'http://127.0.0.1:1', requestsPerMinute, maxInFlight, sharedLimit },
      auth: { method: 'basic', till: 'till1' },
      sync: { settleSeconds: 1, slowServerSeconds: 10, ...sync },
    }),
  );
  const db =
    typeof folder === 'string' ? openMigrated({ file: path.join(folder, 'tillside.db'), keyHex: key }) : folder;
  const outbox = new Outbox(db, clock, random);
  const logged: string[] = [];
  const log: Log = { write: (level, event) => logged.push(`${level} ${event}`) };
  const context = createContext({
    api: () => server.api,
    db,
    outbox,
    records: createRecordKeeper(db, clock),
    clock,
    random,
    log,
    config: () => config,
    account: 'test',
    primaryIdentifier: () => 'mobile',
    reserved: () => null,
    whereabouts,
    tell: {
      customerChanged: () => undefined,
      customerMerged: () => undefined,
      updateChanged: () => undefined,
      lookLater: () => undefined,
    },
  });
  const statuses: SyncStatus[] = [];
  const engine = new SyncEngine(context, (status) => statuses.push(status));
  engine.start();
  return {
    db,
    outbox,
    engine,
    context,
    statuses,
    logged,
    addCustomer: (userId, lastName = 'Before') => {
      const record = server.customers.get(userId) ?? customerRecord(userId, lastName);
      server.customers.set(userId, record);
      return keepRecord(db, record, clock.wallMs());
    },
    save: (customerId, changes) => {
      const baseline = baselineOf(db, customerId, changes);
      const updateId = outbox.save({
        token: random.id(),
        customerId,
        kind: 'fields',
        identifier: { type: 'userId', value: userIdOf(db, customerId) },
        changes,
        baseline,
        confirmedFills: [],
        staff: null,
        till: 'till1',
      });
      engine.saved(updateId);
      return updateId;
    },
    stop: async () => {
      await engine.close();
      db.close();
    },
  };
}

function userIdOf(db: Db, customerId: number): string {
  return String(db.prepare('select user_id from customers where id = ?').pluck().get(customerId));
}

function baselineOf(db: Db, customerId: number, changes: FieldChanges): { [key: string]: string | null } {
  const json = String(db.prepare('select record from customer_records where customer_id = ?').pluck().get(customerId));
  const { fields }: { fields: { [key: string]: string | null } } = JSON.parse(json);
  return Object.fromEntries(Object.keys(changes).map((name) => [name, fields[name] ?? null]));
}
