/**
 * After another region was taken: what its file tells of the customers whom the till has copies of its own of. A few
 * milliseconds at a time, so that searches and saves go on between. Each customer stands by itself: one that cannot be
 * written is told in the log, and the rest goes on (F37).
 */
import { decodeRecord } from '../customers/record-json.ts';
import type { ToldDoor } from '../customers/told.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';

const sliceMs = 4;
/** How long a disk that takes nothing now is left alone. */
const troubleMs = 60_000;

export type RefreshOptions = {
  readonly db: Db;
  readonly told: Pick<ToldDoor, 'keep'>;
  readonly clock: Clock;
  readonly log: Log;
  /** What the till knows of this customer may be another now. */
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

  /** Never rejects. Where the disk takes nothing, it goes on when there is room again, or at the next start. */
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

  /** The next customer of the till's own of whom the region's file tells. */
  #next(after: number): Listed | undefined {
    return sql<Listed>(
      this.#options.db,
      `select o.id, record from main.customers o join region.customer_records r on r.customer_id = o.id
       where o.id > ? order by o.id limit 1`,
    ).get(after);
  }

  /** @returns whether it could be written. @throws where the disk or the file is the trouble, and not this customer */
  #keep({ id, record }: Listed): boolean {
    const { db, told } = this.#options;
    const through = () => sql(db, 'update region_file set laid_through = ?').run(id);
    try {
      inTransaction(db, () => {
        const decoded = decodeRecord(record);
        if (decoded !== null) told.keep({ record: decoded, by: 'file', asOfMs: null }, { customerId: id });
        through();
      });
      return true;
    } catch (error) {
      if (databaseTrouble(error) !== null) throw error;
      this.#logTrouble('a customer of the region could not be kept', error);
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
