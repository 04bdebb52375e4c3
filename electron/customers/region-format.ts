/** What a region's file looks like inside. */

/** The format of region files that this version writes, including the rules of their search keys. */
export const regionFormat = 3;
/**
 * An older one that it reads, too: a few names are not found by these keys, but without the file nobody is. In 2, Hindi
 * names keep their dots.
 */
export const olderRegionFormat = 2;

/** The tables of a region file. Their indexes are created once they are filled. */
export const regionTables = (schema: string) => `
  create table ${schema}.about (
    format integer not null,
    rows integer not null,
    -- When the server sent what is in it.
    as_of_ms integer not null
  ) strict;
  create table ${schema}.customers (
    id integer primary key,
    user_id text,
    mobile text,
    email text,
    external_id text,
    first_name text not null,
    last_name text not null,
    tier text,
    name_forward text not null,
    name_backward text not null,
    mobile_backward text,
    email_key text,
    external_key text,
    -- Its line in the imported file.
    line integer not null
  ) strict;
  create table ${schema}.customer_words (word text not null, customer_id integer not null) strict;
  create table ${schema}.customer_records (customer_id integer primary key, record text not null) strict;
`;

export const regionIndexes = (schema: string): readonly string[] => [
  `create index if not exists ${schema}.customers_user_id on customers (user_id) where user_id is not null`,
  `create index if not exists ${schema}.customers_name_forward on customers (name_forward)`,
  `create index if not exists ${schema}.customers_name_backward on customers (name_backward)`,
  `create index if not exists ${schema}.customers_mobile on customers (mobile) where mobile is not null`,
  `create index if not exists ${schema}.customers_mobile_backward on customers (mobile_backward) where mobile_backward is not null`,
  `create index if not exists ${schema}.customers_email on customers (email_key) where email_key is not null`,
  `create index if not exists ${schema}.customers_external on customers (external_key) where external_key is not null`,
  `create index if not exists ${schema}.customer_words_word on customer_words (word, customer_id)`,
  `create index if not exists ${schema}.customer_words_customer on customer_words (customer_id)`,
];
