/** Connects `customers/told.ts` with the outbox: what data from the server means for a customer's updates. */
import { RecordKeeper } from '../customers/told.ts';
import type { Db } from '../db/open.ts';
import { sql } from '../db/statements.ts';
import type { Clock } from '../machine/clock.ts';
import { renewConflicts } from './conflicts.ts';
import { lookForDoubleAwards } from './double-awards.ts';
import { moveDrafts } from './drafts.ts';
import { refreshEffective } from './effective.ts';

export function createRecordKeeper(db: Db, clock: Pick<Clock, 'wallMs'>): RecordKeeper {
  return new RecordKeeper(db, {
    joined: (customerId, into) => {
      sql(db, 'update updates set customer_id = ? where customer_id = ?').run(into, customerId);
      sql(db, 'update save_tokens set customer_id = ? where customer_id = ?').run(into, customerId);
      moveDrafts(db, customerId, into);
    },
    recordWritten: (customerId) => {
      renewConflicts(db, customerId);
      lookForDoubleAwards(db, customerId, clock.wallMs());
      refreshEffective(db, customerId);
    },
  });
}
