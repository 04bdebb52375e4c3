/** An engine on a database that stays open after it, with a server that answers at once unless the test holds it up. */
import type { TestContext } from 'node:test';
import { SqliteError } from 'better-sqlite3';
import type { Db } from '../../electron/db/open.ts';
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
  /** Holds every call of this kind up from now on. @returns lets them go on */
  const hold = (kind: ServerCall) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.onArrival = (call) => (call === kind ? promise : Promise.resolve());
    return resolve;
  };
  return { clock, server, db, start, noteCalls, hold };
}
