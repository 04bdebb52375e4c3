/** What leaves a till when a customer asks to be forgotten, here or at head office. */
import { markErased } from '../customers/erased.ts';
import { forgetCustomer } from '../customers/region.ts';
import { type CustomerRow, customerRow, nothingBut, writeRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { count, inTransaction, sql } from '../db/statements.ts';
import type { ForgetResult } from '../model/customer-view.ts';
import { forgetDrafts } from './drafts.ts';
import { identifierOf, refreshEffective } from './effective.ts';
import { openList } from './rows.ts';

/**
 * Takes everything of a customer off this till: record, updates, history, text that was typed. The freed pages are
 * written over. Refused while something is unsent: it is sent, taken back or discarded first, by a person.
 */
export function forget(db: Db, customerId: number, nowMs: number): ForgetResult {
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
      markErased(db, identifiersOf(row), nowMs);
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
export function erase(db: Db, customerId: number, nowMs: number): void {
  inTransaction(db, () => {
    if (forget(db, customerId, nowMs).kind !== 'unsent') return;
    const row = customerRow(db, customerId);
    const identifier = identifierOf(db, customerId, 'mobile');
    if (row === null || identifier === null) return;
    markErased(db, identifiersOf(row), nowMs);
    forgetTyped(db, row);
    writeRecord(db, customerId, nothingBut(identifier), null);
    refreshEffective(db, customerId);
  });
}

/** Whatever named them here, also what was only pending on them. */
function identifiersOf({ user_id, mobile, email, external_id }: CustomerRow) {
  return { userId: user_id, fields: { mobile, email, externalId: external_id } };
}

function forgetTyped(db: Db, { id, user_id, mobile, email, external_id }: CustomerRow): void {
  forgetDrafts(
    db,
    id,
    [user_id, mobile, email, external_id].filter((value) => value !== null),
  );
}

/** An update with all that hangs on it. */
export function removeUpdate(db: Db, updateId: string): void {
  sql(db, 'delete from update_history where update_id = ?').run(updateId);
  sql(db, 'delete from save_tokens where update_id = ?').run(updateId);
  sql(db, 'delete from updates where id = ?').run(updateId);
}
