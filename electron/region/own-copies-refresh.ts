/**
 * After switching to another region, refreshes the till's own copies of customers from its file, a few milliseconds at
 * a time so that searches and saves are not delayed. If one customer cannot be written, that is logged and the rest
 * continues (F37).
 */
import { decodeRecord } from '../customers/record-json.ts';
import type { RecordKeeper } from '../customers/told.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';

const sliceMs = 4;
/** The wait after a disk error. */
const troubleMs = 60_000;

export type RefreshOptions = {
  readonly db: Db;
  readonly records: Pick<RecordKeeper, 'keep'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The customer's record may have changed. */
  readonly customerChanged: (customerId: number) => void;
};

type Listed = { readonly id: number; readonly record: string };

export class OwnCopiesRefresh {
  readonly #options: RefreshOptions;
  #stopped = false;
  #wake: (() => void) | null = null;

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Never rejects. After a disk error, it continues later or at the next start. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      let isMore: boolean;
      try {
        isMore = this.#slice();
      } catch (error) {
        this.#logTrouble('the customers of the region could not be compared with those of the till', error);
        await this.#pause(troubleMs);
        continue;
      }
      if (!isMore) return;
      await this.#pause(0);
    }
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = null;
  }

  /** @returns whether there is more */
  #slice(): boolean {
    const { db, clock, customerChanged } = this.#options;
    const progress = sql<{ laid_through: number | null }>(db, 'select laid_through from region_file').get();
    if (progress === undefined || progress.laid_through === null) return false;
    const untilMs = clock.monotonicMs() + sliceMs;
    let last = progress.laid_through;
    do {
      const listed = this.#next(last);
      if (listed === undefined) {
        sql(db, 'update region_file set laid_through = null').run();
        return false;
      }
      if (this.#keep(listed)) customerChanged(listed.id);
      last = listed.id;
    } while (clock.monotonicMs() < untilMs);
    return true;
  }

  /** The next own customer who is in the region file. */
  #next(after: number): Listed | undefined {
    return sql<Listed>(
      this.#options.db,
      `select o.id, record from main.customers o join region.customer_records r on r.customer_id = o.id
       where o.id > ? order by o.id limit 1`,
    ).get(after);
  }

  /** @returns whether it could be written. @throws if the disk or the file is the problem, and not this customer */
  #keep({ id, record }: Listed): boolean {
    const { db, records } = this.#options;
    const through = () => sql(db, 'update region_file set laid_through = ?').run(id);
    try {
      inTransaction(db, () => {
        const decoded = decodeRecord(record);
        if (decoded !== null) records.keep({ record: decoded, by: 'file', asOfMs: null }, { customerId: id });
        through();
      });
      return true;
    } catch (error) {
      if (databaseTrouble(error) !== null) throw error;
      this.#logTrouble('a customer of the region could not be stored', error);
      through();
      return false;
    }
  }

  #logTrouble(event: string, error: unknown): void {
    this.#options.log.write('error', event, {
      trouble: databaseTrouble(error),
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}
