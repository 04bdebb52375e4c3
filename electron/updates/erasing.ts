/** Erases a customer who asked for it, here or at head office. */
import { identifiersIn, markErased } from '../customers/erased.ts';
import { forgetCustomer } from '../customers/region.ts';
import { type CustomerRow, customerRow, nothingBut, writeRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import type { ForgetResult } from '../model/customer-view.ts';
import { forgetDrafts } from './drafts.ts';
import { identifierOf, refreshEffective } from './effective.ts';
import { openList } from './rows.ts';

/**
 * Removes everything about a customer from this till (record, updates, history, drafts) and overwrites the freed pages.
 * Refused while something is unsent: somebody has to send, cancel or discard that first.
 */
export function forget(db: Db, customerId: number, nowMs: number): ForgetResult {
  db.pragma('secure_delete = ON');
  try {
    return inTransaction(db, () => {
      const row = customerRow(db, customerId);
      if (row === null) return { kind: 'not-here' };
      const unsent = sql<{ count: number; oldestSavedAtMs: number }>(
        db,
        `select count(*) as count, min(saved_at_ms) as oldestSavedAtMs from updates
         where customer_id = ? and state in ${openList}`,
      ).get(customerId);
      if (unsent !== undefined && unsent.count > 0) return { kind: 'unsent', ...unsent };
      const ids = sql<{ id: string }>(db, 'select id from updates where customer_id = ?').all(customerId);
      for (const { id } of ids) removeUpdate(db, id);
      noteErased(db, row, nowMs);
      forgetCustomer(db, customerId);
      return { kind: 'forgotten' };
    });
  } finally {
    db.pragma('secure_delete = OFF');
  }
}

/**
 * Head office erased the customer on request. If they have open updates here, those stay until somebody closes them,
 * with one identifier of the customer and the closed updates. Everything else is removed.
 */
export function erase(db: Db, customerId: number, nowMs: number): void {
  inTransaction(db, () => {
    forget(db, customerId, nowMs);
    // They are still here if something is unsent.
    const row = customerRow(db, customerId);
    const identifier = identifierOf(db, customerId, 'mobile');
    if (row === null || identifier === null) return;
    noteErased(db, row, nowMs);
    writeRecord(db, customerId, nothingBut(identifier), null);
    refreshEffective(db, customerId);
  });
}

/** Removes their drafts, and remembers that they were erased. */
function noteErased(db: Db, row: CustomerRow, nowMs: number): void {
  markErased(db, identifiersIn(row), nowMs);
  const identifiers = [row.user_id, row.mobile, row.email, row.external_id].filter((value) => value !== null);
  forgetDrafts(db, row.id, identifiers);
}

/** Removes an update with its history and save tokens. */
export function removeUpdate(db: Db, updateId: string): void {
  sql(db, 'delete from update_history where update_id = ?').run(updateId);
  sql(db, 'delete from save_tokens where update_id = ?').run(updateId);
  sql(db, 'delete from updates where id = ?').run(updateId);
}
