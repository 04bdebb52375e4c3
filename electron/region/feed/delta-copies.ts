/** Removes own rows that only a delta created, when another region replaces them or after a step back. */
import { dropOwnCopy } from '../../customers/region.ts';
import type { Db } from '../../db/open.ts';
import { inTransaction, sql } from '../../db/statements.ts';
import type { Clock } from '../../machine/clock.ts';

const atOnce = 200;

/**
 * Works in small steps. Customers who were served or changed here, or refreshed from the server, stay; rows that only
 * come from a file have no time.
 */
export async function dropDeltaCopies(db: Db, clock: Clock): Promise<void> {
  for (let after = 0; ; ) {
    const ids = sql<{ id: number }>(
      db,
      `select id from main.customers c where as_of_ms is null and id > ? and served_at_ms = 0
         and not exists (select 1 from updates u where u.customer_id = c.id) order by id limit ${atOnce}`,
    ).all(after);
    inTransaction(db, () => {
      for (const { id } of ids) dropOwnCopy(db, id);
    });
    after = ids.at(-1)?.id ?? after;
    if (ids.length < atOnce) return;
    await new Promise<void>((resolve) => clock.after(0, resolve));
  }
}

/** Goes back to the region's last full file, and refreshes the own copies of customers from it. */
export async function stepBackFromDeltas(db: Db, hidden: readonly number[], clock: Clock): Promise<void> {
  await dropDeltaCopies(db, clock);
  inTransaction(db, () => {
    for (const id of hidden) sql(db, 'delete from region_hidden where id = ?').run(id);
    sql(db, 'update region_file set laid_through = 0').run();
  });
}
