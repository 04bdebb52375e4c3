import type { Db } from '../open.ts';

/**
 * Which updates are only in a rescue file, as far as this till knows. Their number is part of every status, so it has
 * an index. An update that left before counts too, until somebody confirms that another till has it.
 */
export function inRescueFiles(db: Db): void {
  db.exec(`
    -- The id of the export; null once another till is known to have the update.
    alter table updates add column in_file text;
    update updates set in_file = (
      select detail from update_history h where h.update_id = updates.id and h.event = 'moved to a rescue file'
      order by h.id desc limit 1)
      where state = 'discarded' and discard_reason = 'moved';
    create index updates_in_file on updates (settled_at_ms) where in_file is not null;
  `);
}
