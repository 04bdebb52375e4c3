import { randomUUID } from 'node:crypto';
import { firstRegionId } from '../../electron/customers/region.ts';
import { markServed } from '../../electron/customers/store.ts';
import { Checkpointer } from '../../electron/db/checkpoint/checkpointer.ts';
import { customerView } from '../../electron/desk/customer-views.ts';
import { UpdateDesk } from '../../electron/desk/update-desk.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { copyOf, onFile, openBench } from './folder.ts';
import { type Goal, median, percentile } from './goals.ts';
import { benchOrg } from './org.ts';

const rounds = 3;

/** A save as staff make it (rules, outbox, history, search row, one commit) against one row into one table. */
export async function measureSave(customers: number, isCheck: boolean): Promise<readonly Goal[]> {
  const saves = isCheck ? 300 : 1_000;
  const dataDir = await copyOf(customers, 'save');
  const db = openBench(dataDir);
  const checkpointer = new Checkpointer(db, onFile(dataDir), (error) => {
    throw error;
  });
  const outbox = new Outbox(db, systemClock, systemRandom);
  const updates = new UpdateDesk({
    db,
    outbox,
    org: () => benchOrg,
    staff: () => null,
    staffRequired: false,
    hidden: () => [],
    till: 'bench',
    countryCode: 'IN',
    isOnline: () => false,
  });
  db.exec('create table bench_floor (id integer primary key, value text not null) strict');
  const insert = db.prepare('insert into bench_floor (value) values (?)');
  const value = 'v'.repeat(200);
  const floors: number[][] = [];
  const times: number[][] = [];
  let customer = 0;
  for (let round = 0; round < rounds; round += 1) {
    const floor: number[] = [];
    const time: number[] = [];
    for (let at = 0; at < saves; at += 1) {
      customer = (customer + 7_919) % customers;
      const customerId = firstRegionId + customer;
      // Nobody saves a customer they have not opened.
      markServed(db, customerId, systemClock.wallMs());
      customerView(db, outbox, customerId, benchOrg, 'IN');
      // Alternating, so that both see the same state of the disk.
      const insertedMs = performance.now();
      insert.run(value);
      const startedMs = performance.now();
      const result = updates.save({
        token: randomUUID(),
        target: { customerId },
        changes: { lastName: `Changed${at}` },
        replaces: null,
        confirmedFills: [],
      });
      time.push(performance.now() - startedMs);
      floor.push(startedMs - insertedMs);
      if (result.kind !== 'saved') throw new Error(`the save ended as ${result.kind}`);
      // The pause between two customers, in which the checkpoint thread's messages arrive.
      if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    floors.push(floor);
    times.push(time);
  }
  await checkpointer.stop();
  db.close();
  const of = (all: readonly number[][], part: number) => median(all.map((one) => percentile(one, part)));
  const comparison = (part: number) => `${of(times, part).toFixed(2)} ms over ${of(floors, part).toFixed(2)} ms`;
  return [
    {
      job: 'save, p50 over one INSERT',
      value: of(times, 0.5) / of(floors, 0.5),
      unit: '×',
      atMost: 2.5,
      margin: 3,
      note: comparison(0.5),
    },
    {
      job: 'save, p99 over one INSERT',
      value: of(times, 0.99) / of(floors, 0.99),
      unit: '×',
      atMost: 4,
      note: comparison(0.99),
    },
  ];
}
