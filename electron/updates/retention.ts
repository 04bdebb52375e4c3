/** Removes old data automatically. Open updates, and customers who have one, always stay. */

import { dropOwnCopy } from '../customers/region.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import type { Clock } from '../machine/clock.ts';
import { removeUpdate } from './erasing.ts';
import { isDoubleAward } from './rows.ts';

/** Small enough that saves in between do not have to wait. */
const updatesAtATime = 200;
const idsAtATime = 2000;
const betweenMs = 50;

/**
 * Removes updates that were closed before a time, with their history.
 * @returns how many; repeat until it is 0
 */
export function trimClosedUpdates(db: Db, beforeMs: number): number {
  return inTransaction(db, () => {
    const ids = sql<{ id: string }>(
      db,
      // A possible double award stays until somebody has checked it, and so does what is only in a rescue file.
      `select id from updates where state in ('applied','cancelled','discarded') and settled_at_ms < ?
         and not (${isDoubleAward}) and in_file is null
       order by settled_at_ms limit ${updatesAtATime}`,
    )
      .all(beforeMs)
      .map(({ id }) => id);
    for (const id of ids) removeUpdate(db, id);
    return ids.length;
  });
}

/**
 * Removes the till's own customers, from this id on, who were neither served here nor refreshed from the server since a
 * time and have no updates left.
 * @returns how many, and the id to continue with; null: finished
 */
export function removeNotSeen(
  db: Db,
  beforeMs: number,
  fromId: number,
): { readonly removed: number; readonly nextId: number | null } {
  return inTransaction(db, () => {
    const rows = sql<{ id: number; gone: number }>(
      db,
      `select id, (max(served_at_ms, coalesce(as_of_ms, 0)) < ?
         and not exists (select 1 from updates u where u.customer_id = c.id)) as gone
       from main.customers c where id >= ? order by id limit ${idsAtATime}`,
    ).all(beforeMs, fromId);
    const gone = rows.filter((row) => row.gone === 1);
    for (const { id } of gone) dropOwnCopy(db, id);
    const last = rows.at(-1);
    return { removed: gone.length, nextId: last === undefined || rows.length < idsAtATime ? null : last.id + 1 };
  });
}

export type Tidied = { readonly updates: number; readonly customers: number };

/** Runs all of it in small transactions, with other work in between. @param goOn false: the till is closing */
export async function tidy(db: Db, beforeMs: number, clock: Clock, goOn: () => boolean): Promise<Tidied> {
  const pause = () => new Promise<void>((resolve) => clock.after(betweenMs, resolve));
  let updates = 0;
  let customers = 0;
  for (let trimmed = 1; trimmed > 0 && goOn(); ) {
    trimmed = trimClosedUpdates(db, beforeMs);
    updates += trimmed;
    await pause();
  }
  for (let fromId: number | null = 1; fromId !== null && goOn(); ) {
    const { removed, nextId }: ReturnType<typeof removeNotSeen> = removeNotSeen(db, beforeMs, fromId);
    customers += removed;
    fromId = nextId;
    await pause();
  }
  return { updates, customers };
}
