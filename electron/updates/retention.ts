/**
 * What leaves a till by itself with age, and what leaves it when a customer asks to be forgotten. Open updates are never
 * touched: whoever has one stays until it is settled.
 */

import { dropOwnCopy, forgetCustomer } from '../customers/region.ts';
import { type CustomerRow, customerRow, nothingBut, writeRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { count, inTransaction, sql } from '../db/statements.ts';
import type { Clock } from '../machine/clock.ts';
import type { ForgetResult } from '../model/customer-view.ts';
import { forgetDrafts } from './drafts.ts';
import { identifierOf, refreshEffective } from './effective.ts';
import { isDoubleAward, openList } from './rows.ts';

/** Small enough that a save between two of them does not wait. */
const updatesAtATime = 200;
const idsAtATime = 2000;
const betweenMs = 50;

/**
 * Removes updates that were closed before then, with their history.
 * @returns how many; call again while it is not 0
 */
export function trimClosedUpdates(db: Db, beforeMs: number): number {
  return inTransaction(db, () => {
    const ids = sql<{ id: string }>(
      db,
      // A possible double award stays until somebody has looked at it.
      `select id from updates where state in ('applied','cancelled','discarded') and settled_at_ms < ?
         and not (award is not null and ${isDoubleAward})
       order by settled_at_ms limit ${updatesAtATime}`,
    )
      .all(beforeMs)
      .map(({ id }) => id);
    for (const id of ids) removeUpdate(db, id);
    return ids.length;
  });
}

/**
 * Removes customers of the till's own tables, from this id on, who were neither served here nor told by the server since
 * then and of whom no update is left.
 * @returns how many, and the id to go on with; null: that was all
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

/** All of it, in small transactions with other work between them. @param goOn false: the till is closing */
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

/**
 * Takes everything of a customer off this till: record, updates, history, text that was typed. The freed pages are
 * written over. Refused while something is unsent: it is sent, taken back or discarded first, by a person.
 */
export function forget(db: Db, customerId: number): ForgetResult {
  db.pragma('secure_delete = ON');
  try {
    return inTransaction(db, () => {
      const row = customerRow(db, customerId);
      if (row === null) return { kind: 'not-here' };
      const unsent = count(
        db,
        `select count(*) as n from updates where customer_id = ? and state in ${openList}`,
        customerId,
      );
      if (unsent > 0) {
        const oldest = count(
          db,
          `select min(saved_at_ms) as n from updates where customer_id = ? and state in ${openList}`,
          customerId,
        );
        return { kind: 'unsent', count: unsent, oldestSavedAtMs: oldest };
      }
      const ids = sql<{ id: string }>(db, 'select id from updates where customer_id = ?').all(customerId);
      for (const { id } of ids) removeUpdate(db, id);
      forgetTyped(db, row);
      forgetCustomer(db, customerId);
      return { kind: 'forgotten' };
    });
  } finally {
    db.pragma('secure_delete = OFF');
  }
}

/**
 * Head office erased the customer at their own wish. Open updates stay until a person closes them, and with them how to
 * say whose they are, and what the till noted of closed ones; nothing else does.
 */
export function erase(db: Db, customerId: number): void {
  inTransaction(db, () => {
    if (forget(db, customerId).kind !== 'unsent') return;
    const row = customerRow(db, customerId);
    const identifier = identifierOf(db, customerId, 'mobile');
    if (row === null || identifier === null) return;
    forgetTyped(db, row);
    writeRecord(db, customerId, nothingBut(identifier), null);
    refreshEffective(db, customerId);
  });
}

function forgetTyped(db: Db, { id, user_id, mobile, email, external_id }: CustomerRow): void {
  forgetDrafts(
    db,
    id,
    [user_id, mobile, email, external_id].filter((value) => value !== null),
  );
}

function removeUpdate(db: Db, updateId: string): void {
  sql(db, 'delete from update_history where update_id = ?').run(updateId);
  sql(db, 'delete from save_tokens where update_id = ?').run(updateId);
  sql(db, 'delete from updates where id = ?').run(updateId);
}
