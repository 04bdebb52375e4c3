/**
 * After another region was taken: the own copies get the records that are newer in it, and this till's open updates are
 * laid over them again. A few milliseconds at a time, so that searches and saves go on between.
 */

import { decodeRecord } from '../customers/record-json.ts';
import { readRecord, writeRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import type { Clock } from '../machine/clock.ts';
import { mergeRecord } from '../model/customer.ts';
import { refreshEffective } from '../updates/effective.ts';

const sliceMs = 4;

type Older = { readonly id: number; readonly record: string; readonly as_of_ms: number };

export class RegionLaying {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #customerChanged: (customerId: number) => void;
  #stopped = false;

  constructor(db: Db, clock: Clock, customerChanged: (customerId: number) => void) {
    this.#db = db;
    this.#clock = clock;
    this.#customerChanged = customerChanged;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    while (!this.#stopped && this.#slice()) {
      await new Promise<void>((resolve) => this.#clock.after(0, resolve));
    }
  }

  /** One transaction of a few milliseconds. @returns whether there is more */
  #slice(): boolean {
    const through = sql<{ laid_through: number | null }>(this.#db, 'select laid_through from region_file').get();
    if (through === undefined || through.laid_through === null) return false;
    const untilMs = this.#clock.monotonicMs() + sliceMs;
    const changed: number[] = [];
    const isMore = inTransaction(this.#db, () => {
      let last = through.laid_through ?? 0;
      do {
        const older = this.#next(last);
        if (older === undefined) {
          sql(this.#db, 'update region_file set laid_through = null').run();
          return false;
        }
        this.#lay(older);
        changed.push(older.id);
        last = older.id;
      } while (this.#clock.monotonicMs() < untilMs);
      sql(this.#db, 'update region_file set laid_through = ?').run(last);
      return true;
    });
    for (const id of changed) this.#customerChanged(id);
    return isMore;
  }

  /** The next own customer of whom the region's file was told something newer. */
  #next(after: number): Older | undefined {
    return sql<Older>(
      this.#db,
      `select o.id, record, a.as_of_ms from main.customers o join region.about a
         join region.customer_records r on r.customer_id = o.id
       where o.id > ? and (o.as_of_ms is null or o.as_of_ms < a.as_of_ms) order by o.id limit 1`,
    ).get(after);
  }

  #lay({ id, record, as_of_ms }: Older): void {
    const told = decodeRecord(record);
    if (told === null) return;
    writeRecord(this.#db, id, mergeRecord(readRecord(this.#db, id), told), as_of_ms);
    refreshEffective(this.#db, id);
  }
}
