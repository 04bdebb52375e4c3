/** The till's own rows that only a delta made: they go when another region takes their place, or with one step back. */
import { dropOwnCopy } from '../../customers/region.ts';
import type { Db } from '../../db/open.ts';
import { inTransaction, sql } from '../../db/statements.ts';
import type { Clock } from '../../machine/clock.ts';

const atOnce = 200;

/**
 * A little at a time. Whoever was served or changed here stays, and so does whoever the server told of: what only a file told
 * has no time of telling.
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

/** The region as its last full file told it, compared anew with whoever was served or changed here. */
export async function stepBackFromDeltas(db: Db, hidden: readonly number[], clock: Clock): Promise<void> {
  await dropDeltaCopies(db, clock);
  inTransaction(db, () => {
    for (const id of hidden) sql(db, 'delete from region_hidden where id = ?').run(id);
    sql(db, 'update region_file set laid_through = 0').run();
  });
}
