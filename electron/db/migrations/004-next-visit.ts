import type { Db } from '../open.ts';

/** When staff put a conflict off until the customer's next visit; null: they did not. */
export function nextVisit(db: Db): void {
  db.exec('alter table updates add column put_off_at_ms integer');
}
