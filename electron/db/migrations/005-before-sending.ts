import type { Db } from '../open.ts';

/** The customer's state before an update was sent, to find out if it arrived and if it counted only once. */
export function beforeSending(db: Db): void {
  db.exec(`
    -- What the server was known to hold before the first attempt (BeforeSending as JSON).
    alter table updates add column before_sending text;
    -- Of an update that went out more than once: whether its points may have been awarded twice (AwardCheck as JSON).
    alter table updates add column award text;
    create index updates_award on updates (customer_id) where award is not null;
  `);
}
