import type { Db } from '../open.ts';

/**
 * Core columns and detail JSON are in separate tables, so that a search never reads pages of wide rows. The core
 * columns hold the *effective* values (the server's with this till's open edits applied), so that a pending edit is
 * found by its new value.
 */
export function firstSchema(db: Db): void {
  db.exec(`
    create table customers (
      id integer primary key,
      user_id text,
      mobile text,
      email text,
      external_id text,
      first_name text not null,
      last_name text not null,
      tier text,
      -- Search keys, normalised (see customers/search-text.ts).
      name_forward text not null,
      name_backward text not null,
      mobile_backward text,
      email_key text,
      external_key text,
      open_updates integer not null default 0,
      -- When the server last told the record, and when the customer was last served here: wall time, milliseconds.
      as_of_ms integer,
      served_at_ms integer not null default 0
    ) strict;
    create unique index customers_user_id on customers (user_id) where user_id is not null;
    create index customers_name_forward on customers (name_forward);
    create index customers_name_backward on customers (name_backward);
    create index customers_mobile on customers (mobile) where mobile is not null;
    create index customers_mobile_backward on customers (mobile_backward) where mobile_backward is not null;
    create index customers_email on customers (email_key) where email_key is not null;
    create index customers_served on customers (served_at_ms) where served_at_ms > 0;
    create index customers_external on customers (external_key) where external_key is not null;

    -- How many rows customers has, so that a search need not count them.
    create table customer_count (n integer not null) strict;
    insert into customer_count values (0);
    create trigger customers_counted_in after insert on customers begin update customer_count set n = n + 1; end;
    create trigger customers_counted_out after delete on customers begin update customer_count set n = n - 1; end;

    -- Words of names that neither name_forward nor name_backward begins with.
    create table customer_words (
      word text not null,
      customer_id integer not null references customers (id) on delete cascade,
      primary key (word, customer_id)
    ) without rowid, strict;
    create index customer_words_customer on customer_words (customer_id);

    -- The server's record as JSON (CustomerRecord). No row: the server never told it.
    create table customer_records (
      customer_id integer primary key references customers (id) on delete cascade,
      record text not null
    ) strict;

    create table updates (
      -- The order of saving.
      seq integer primary key autoincrement,
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
      replaced_by text
    ) strict;
    create index updates_open on updates (customer_id, place)
      where state in ('queued','sending','unknown','attention');
    create index updates_by_state on updates (state, place)
      where state in ('queued','sending','unknown','attention');
    create index updates_of_customer on updates (customer_id, seq);
    create index updates_closed on updates (settled_at_ms)
      where state in ('applied','cancelled','discarded');

    -- One save token makes one update, however often it comes (F05).
    create table save_tokens (
      token text primary key,
      update_id text not null,
      customer_id integer not null
    ) without rowid, strict;

    create table update_history (
      id integer primary key,
      update_id text not null,
      at_ms integer not null,
      by text not null,
      event text not null,
      from_state text,
      to_state text not null,
      attempt_id text,
      request_id text,
      before text,
      after text,
      detail text
    ) strict;
    create index update_history_update on update_history (update_id, id);
    create trigger update_history_is_append_only before update on update_history
      begin select raise(abort, 'history is append-only'); end;

    -- Small things worth remembering, each with its age: the organisation's policy, field definitions, staff.
    create table remembered (
      name text primary key,
      value text not null,
      as_of_ms integer not null
    ) without rowid, strict;
  `);
}
