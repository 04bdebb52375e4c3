import { versionOf } from '../db/migrate.ts';
import type { Db } from '../db/open.ts';
import { count, limitBy, sql } from '../db/statements.ts';
import type { InFiles } from '../model/sync-status.ts';
import type { UpdateState } from '../model/update-view.ts';
import { findUpdate, isDoubleAward, openList, selectUpdates, type Update } from './rows.ts';

export const movedOutEvent = 'moved to a rescue file';
/** The schema version with the column `in_file`. */
const knowsFilesSince = 9;

/** SQL for one open state. SQLite uses the small partial index only if the query repeats its full condition. */
export const openIn = (state: UpdateState) => `u.state = '${state}' and u.state in ${openList}`;

const isReady = `where ${openIn('queued')} and not exists (
    select 1 from updates e where e.customer_id = u.customer_id and e.state in ${openList}
      and e.put_off_at_ms is null
      and ((e.place, e.seq) < (u.place, u.seq) or e.state in ('sending', 'unknown')))
  order by u.place, u.seq`;

/** Queries on the outbox. Only `outbox.ts` changes it. */
export class OutboxReader {
  readonly #db: Db;
  #knowsFiles: boolean | null = null;

  constructor(db: Db) {
    this.#db = db;
  }

  /** The update that an earlier save with this token created or joined (F05). */
  savedBy(token: string): { readonly updateId: string; readonly customerId: number } | null {
    const row = sql<{ update_id: string; customer_id: number }>(
      this.#db,
      `select id as update_id, customer_id from updates where id = ?
       union all select update_id, customer_id from save_tokens where token = ? limit 1`,
    ).get(token, token);
    return row === undefined ? null : { updateId: row.update_id, customerId: row.customer_id };
  }

  /** Whether the export with this id was committed here. */
  hasMovedOut(exportId: string): boolean {
    const text = 'select count(*) as n from update_history where event = ? and detail = ?';
    return count(this.#db, text, movedOutEvent, exportId) > 0;
  }

  /**
   * Updates that, as far as this till knows, are only in rescue files (or in this export's), so another till must send
   * them.
   */
  inFiles(exportId: string | null = null): InFiles {
    // A file of an older version can be read without migrating it.
    this.#knowsFiles ??= versionOf(this.#db) >= knowsFilesSince;
    const row = sql<InFiles>(
      this.#db,
      `select count(*) as updates, min(settled_at_ms) as firstAtMs, max(settled_at_ms) as lastAtMs from updates
       where ${this.#knowsFiles ? 'in_file is not null and in_file = coalesce(?, in_file)' : "? is null and state = 'discarded' and discard_reason = 'moved'"}`,
    ).get(exportId);
    return row ?? { updates: 0, firstAtMs: null, lastAtMs: null };
  }

  /** The exports whose rescue files hold such updates. */
  exportsInFiles(): string[] {
    return sql<string>(this.#db, 'select distinct in_file from updates where in_file is not null').pluck().all();
  }

  /**
   * The first update in sending order that is next for its customer and that `isFree` accepts. `isFree` must not use
   * the database.
   */
  firstReady(isFree: (update: Pick<Update, 'id' | 'customerId'>) => boolean): Update | null {
    const rows = sql<Pick<Update, 'id' | 'customerId'>>(
      this.#db,
      `select u.id, u.customer_id as customerId from updates u ${isReady}`,
    );
    for (const row of rows.iterate()) {
      if (isFree(row)) return findUpdate(this.#db, row.id);
    }
    return null;
  }

  /** Updates to read back, in the order of saving. */
  unknown(limit: number): Update[] {
    return selectUpdates(this.#db, `where ${openIn('unknown')} order by u.place, u.seq ${limitBy('?')}`, limit);
  }

  /** Sequence numbers of the updates that the till still has to handle automatically, up to `most`. */
  waitingSeqs(most = Number.MAX_SAFE_INTEGER): number[] {
    const text = `select u.seq from updates u where ${openIn('queued')}
      union all select u.seq from updates u where ${openIn('unknown')} ${limitBy('?')}`;
    return sql<number>(this.#db, text).pluck().all(most);
  }

  /** `nextVisit`: in attention but put off until the customer's next visit; not counted in `attention`. */
  counts(): { queued: number; sending: number; unknown: number; attention: number; nextVisit: number } {
    const counts = { queued: 0, sending: 0, unknown: 0, attention: 0, nextVisit: 0 };
    const rows = sql<{ state: keyof typeof counts; n: number }>(
      this.#db,
      `select state, count(*) as n from updates where state in ${openList} group by state`,
    ).all();
    for (const { state, n } of rows) counts[state] = n;
    const putOff = `select count(*) as n from updates u where ${openIn('attention')} and u.put_off_at_ms is not null`;
    counts.nextVisit = counts.attention === 0 ? 0 : count(this.#db, putOff);
    counts.attention -= counts.nextVisit;
    return counts;
  }

  /** Number of updates that the till still has to handle automatically. */
  waiting(): number {
    const { queued, unknown } = this.counts();
    return queued + unknown;
  }

  /** Number of updates in any open state. */
  unsent(): number {
    return count(this.#db, `select count(*) as n from updates where state in ${openList}`);
  }

  /** Possible double awards that nobody has checked yet. */
  doubleAwards(): number {
    return count(this.#db, `select count(*) as n from updates where ${isDoubleAward}`);
  }

  oldestOpenSavedAtMs(): number | null {
    return this.#oldest(`select min(saved_at_ms) from updates where state in ${openList}`);
  }

  /** Without updates put off until the customer's next visit, which may be any age. */
  oldestWaitingSavedAtMs(): number | null {
    return this.#oldest(`select min(saved_at_ms) from updates where state in ${openList} and put_off_at_ms is null`);
  }

  /** Since when the oldest update that may have arrived is unresolved. */
  oldestUnknownSinceMs(): number | null {
    return this.#oldest(
      `select min((select max(h.at_ms) from update_history h
         where h.update_id = u.id and h.to_state = 'unknown' and h.from_state is not 'unknown'))
       from updates u where ${openIn('unknown')}`,
    );
  }

  #oldest(text: string): number | null {
    return sql<number | null>(this.#db, text).pluck().get() ?? null;
  }

  /**
   * Whether another update of this customer must be sent first or is in flight. After a merge of two customers, that
   * can also be one that was saved later.
   */
  isBehindAnother(update: Update): boolean {
    const { customerId, place, seq } = update;
    const text = `select count(*) as n from updates where customer_id = ? and state in ${openList} and put_off_at_ms is null
       and ((place, seq) < (?, ?) or (state in ('sending', 'unknown') and seq <> ?))`;
    return count(this.#db, text, customerId, place, seq, seq) > 0;
  }
}
