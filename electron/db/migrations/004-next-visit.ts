import type { Db } from '../open.ts';

/** When staff put the question of a conflict off until the customer is here again; null: it is asked now. */
export function nextVisit(db: Db): void {
  db.exec('alter table updates add column put_off_at_ms integer');
}
