/** An engine on a database that stays open after it, with a server that answers at once unless the test holds it up. */
import type { TestContext } from 'node:test';
import { SqliteError } from 'better-sqlite3';
import type { Db } from '../../electron/db/open.ts';
import { findUpdate } from '../../electron/updates/rows.ts';
import {
  type EngineRig,
  type EngineRigOptions,
  ModelServer,
  type ServerCall,
  startEngine,
} from '../helpers/engine-rig.ts';
import { openMigrated } from '../helpers/migrated-database.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

export const diskFull = () => {
  throw new SqliteError('database or disk is full', 'SQLITE_FULL');
};

export async function openAlone(t: TestContext) {
  const clock: VirtualClock = virtualClock();
  // Neither clock starts at 0.
  await clock.pass(5000);
  const server = new ModelServer(clock);
  const db: Db = openMigrated({ file: `${temporaryFolder()}/tillside.db`, keyHex: '5'.repeat(64) });
  const started: EngineRig[] = [];
  t.after(async () => {
    const closing = started.map(({ engine }) => engine.close());
    await clock.pass(5000);
    await Promise.all(closing);
    db.close();
  });
  const start = (options: Partial<EngineRigOptions> = {}) => {
    const rig = startEngine({ server, clock, random: seededRandom(7), folder: db, ...options });
    started.push(rig);
    return rig;
  };
  /** What the server got, and when, in milliseconds from now on. */
  const noteCalls = () => {
    const sinceMs = clock.monotonicMs();
    const calls: string[] = [];
    server.onArrival = async (call) => {
      calls.push(`${call} ${clock.monotonicMs() - sinceMs}`);
    };
    return calls;
  };
  /** Holds up every call of this kind from now on. @returns a function that lets them continue */
  const hold = (kind: ServerCall) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.onArrival = (call) => (call === kind ? promise : Promise.resolve());
    return resolve;
  };
  return { clock, server, db, start, noteCalls, hold };
}

/** An engine that is online, with two customers. */
export async function online(t: TestContext, options: Partial<EngineRigOptions> = {}) {
  const opened = await openAlone(t);
  const rig = opened.start(options);
  await opened.clock.pass(0);
  const [one, other] = [rig.addCustomer('1'), rig.addCustomer('2')];
  const state = (id: string) => findUpdate(opened.db, id)?.state;
  const sent = () => opened.server.ledger.map(({ userId }) => userId);
  return { ...opened, rig, one, other, state, sent };
}

/** An update of this customer meets an error in Tillside, and its customer waits. */
export async function failOnce(t: TestContext, { rig, clock, one }: Awaited<ReturnType<typeof online>>) {
  const broken = t.mock.method(rig.outbox, 'claim', () => {
    throw new Error('a bug');
  });
  const id = rig.save(one, { lastName: `Waits ${clock.monotonicMs()}` });
  await clock.pass(1);
  broken.mock.restore();
  return id;
}
