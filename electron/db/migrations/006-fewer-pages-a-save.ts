import type { Db } from '../open.ts';

/**
 * A save waits for each page that it writes. This saves three: the `autoincrement` counter, a second index of a
 * customer's open updates, and an index of the history. `updates_of_customer` finds the open ones among a customer's
 * few updates, and a history stored by its update needs no index. The order of saving only needs a number higher than
 * all in the table.
 */
export function fewerPagesASave(db: Db): void {
  db.exec(`
    create table updates_6 (
      -- The order of saving.
      seq integer primary key,
      id text not null unique,
      -- Version of the JSON in this row.
      format integer not null,
      customer_id integer not null references customers (id),
      -- The order of sending within a customer; a corrected update takes the place of the one it replaces.
      place integer not null,
      kind text not null check (kind in ('fields', 'identity')),
      state text not null check (state in ('queued','sending','unknown','attention','applied','cancelled','discarded')),
      identifier_type text not null,
      identifier_value text not null,
      changes text not null,
      -- What the server held of the changed fields, as far as it was known.
      baseline text not null,
      confirmed_fills text not null default '[]',
      staff_code text,
      staff_name text,
      till text not null,
      saved_at_ms integer not null,
      settled_at_ms integer,
      -- Grows with each change of "changes": a check before sending holds only for the revision it looked at.
      revision integer not null default 0,
      attempts integer not null default 0,
      attempt_id text,
      uncertain_after text,
      resent integer not null default 0,
      reason text,
      result text,
      answer text,
      discard_reason text,
      replaces text,
      replaced_by text,
      -- When the question of a conflict was put off until the customer is here again.
      put_off_at_ms integer,
      -- What the server was known to hold before the first attempt (BeforeSending as JSON).
      before_sending text,
      -- Of an update that went out more than once: whether its points may have been awarded twice (AwardCheck as JSON).
      award text
    ) strict;
    insert into updates_6
      select seq, id, format, customer_id, place, kind, state, identifier_type, identifier_value, changes, baseline,
        confirmed_fills, staff_code, staff_name, till, saved_at_ms, settled_at_ms, revision, attempts, attempt_id,
        uncertain_after, resent, reason, result, answer, discard_reason, replaces, replaced_by, put_off_at_ms,
        before_sending, award
      from updates order by seq;
    drop table updates;
    alter table updates_6 rename to updates;
    create index updates_by_state on updates (state, place)
      where state in ('queued','sending','unknown','attention');
    create index updates_of_customer on updates (customer_id, seq);
    create index updates_closed on updates (settled_at_ms)
      where state in ('applied','cancelled','discarded');
    create index updates_award on updates (customer_id) where award is not null;

    create table update_history_6 (
      update_id text not null,
      -- The order within the update.
      id integer not null,
      at_ms integer not null,
      by text not null,
      event text not null,
      from_state text,
      to_state text not null,
      attempt_id text,
      request_id text,
      before text,
      after text,
      detail text,
      primary key (update_id, id)
    ) without rowid, strict;
    insert into update_history_6
      select update_id, row_number() over (partition by update_id order by id), at_ms, by, event, from_state, to_state,
        attempt_id, request_id, before, after, detail
      from update_history;
    drop table update_history;
    alter table update_history_6 rename to update_history;
    create trigger update_history_is_append_only before update on update_history
      begin select raise(abort, 'history is append-only'); end;
  `);
}
