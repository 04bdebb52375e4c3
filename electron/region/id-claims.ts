/**
 * Decides which rows get the ids of customers that the till already knows, if a row was identified by more than the
 * server's id, or if several rows claim the same customer. It runs after all rows are written, because a value that
 * several rows share identifies nobody.
 */
import type { Db } from '../db/open.ts';
import { looseColumns } from './known-ids.ts';

type Claim = { readonly row: number; readonly wanted: number; readonly by: number };

export class IdClaims {
  readonly #db: Db;

  /** @param db the region file being written */
  constructor(db: Db) {
    this.#db = db;
    db.exec(
      'create table if not exists claims (row integer not null, wanted integer not null, by integer not null) strict',
    );
  }

  /** @param by bits of the columns that identify the wanted customer; 0: the server's id */
  claim(row: number, wanted: number, by: number): void {
    this.#db.prepare('insert into claims values (?, ?, ?)').run(row, wanted, by);
  }

  /** @param freeId returns an unused id */
  assign(freeId: () => number): void {
    const claims = this.#db.prepare<[], Claim>('select row, wanted, by from claims order by wanted, row').all();
    for (const [wanted, all] of Map.groupBy(claims, (claim) => claim.wanted)) {
      const holder = this.#winner(wanted, all);
      if (holder === wanted) continue;
      if (this.#isThere(wanted)) this.#move(wanted, freeId());
      if (holder !== null) this.#move(holder, wanted);
    }
    this.#db.exec('drop table claims');
  }

  #winner(wanted: number, all: readonly Claim[]): number | null {
    const there = all.filter(({ row }) => this.#isThere(row));
    const isSureAlready = this.#isThere(wanted) && all.every(({ row }) => row !== wanted);
    const sure = [...(isSureAlready ? [wanted] : []), ...there.filter(({ by }) => by === 0).map(({ row }) => row)];
    const named = sure.length > 0 ? sure : there.filter((claim) => this.#isTheOnlyOne(claim)).map(({ row }) => row);
    return named.length === 1 ? (named[0] ?? null) : null;
  }

  #isThere(id: number): boolean {
    return this.#db.prepare('select 1 from customers where id = ?').get(id) !== undefined;
  }

  /** Whether one of the values that identify this row is in no other row. */
  #isTheOnlyOne({ row, by }: Claim): boolean {
    return looseColumns.some((column, at) => {
      if ((by & (1 << at)) === 0) return false;
      const holders = this.#db
        .prepare(`select 1 from customers where ${column} = (select ${column} from customers where id = ?) limit 2`)
        .all(row);
      return holders.length === 1;
    });
  }

  #move(from: number, to: number): void {
    for (const [table, column] of rowTables) {
      this.#db.prepare(`update ${table} set ${column} = ? where ${column} = ?`).run(to, from);
    }
  }
}

/** Every table of a region file with rows of a customer, and its id column. */
export const rowTables = [
  ['customers', 'id'],
  ['customer_records', 'customer_id'],
  ['customer_words', 'customer_id'],
] as const;
