/**
 * Updates that leave one till and go on at another. Rows travel as they lie in the table, unreadable ones too, with their
 * history and what the till knew of the customer.
 */
import { z } from 'zod';
import { decodeRecord } from '../customers/record-json.ts';
import { makeOwn } from '../customers/region.ts';
import {
  customerRow,
  findByIdentifier,
  findTold,
  insertToldCustomer,
  insertUnknownCustomer,
  readRecord,
  writeRecord,
} from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import { mergeRecord } from '../model/customer.ts';
import { openStates } from '../model/update-view.ts';
import { refreshEffective } from './effective.ts';
import { nextHistoryId, writeHistory } from './history.ts';
import type { Outbox } from './outbox.ts';
import { findUpdate, openList } from './rows.ts';

const cell = z.union([z.string(), z.number(), z.null()]);
const tableRow = z.record(z.string().regex(/^[a-z_]+$/), cell);
export type TableRow = z.output<typeof tableRow>;

/** The part of a row that every version has and that says what it is. */
const outboxRow = z.looseObject({
  id: z.uuid(),
  state: z.enum(openStates),
  identifier_type: z.enum(['mobile', 'email', 'externalId', 'userId']),
  identifier_value: z.string(),
  saved_at_ms: z.number(),
});

export const movingUpdates = z
  .array(
    z.strictObject({
      row: tableRow.refine((row) => outboxRow.safeParse(row).success),
      history: z.array(tableRow),
      customer: z.strictObject({ record: z.string().nullable(), asOfMs: z.number().nullable() }),
    }),
  )
  .readonly();
export type MovingUpdate = z.output<typeof movingUpdates>[number];

/** Everything unsent, in sending order. */
export function readMoving(db: Db): MovingUpdate[] {
  return sql<TableRow>(db, `select * from updates where state in ${openList} order by place, seq`)
    .all()
    .map((row) => withCompany(db, row));
}

function withCompany(db: Db, row: TableRow): MovingUpdate {
  const customer = sql<{ record: string | null; as_of_ms: number | null }>(
    db,
    `select record, as_of_ms from main.customers left join main.customer_records on customer_id = id where id = ?`,
  ).get(row.customer_id);
  return {
    row,
    history: sql<TableRow>(db, 'select * from update_history where update_id = ? order by id').all(row.id),
    customer: { record: customer?.record ?? null, asOfMs: customer?.as_of_ms ?? null },
  };
}

/** The longest stretch of numbers without a row that is walked through where a damaged table does not tell its last. */
const longestStretch = 10_000;

export type Salvaged = {
  readonly updates: readonly MovingUpdate[];
  /** Rows that could not be read; null: the table does not tell how many there were. */
  readonly lost: number | null;
};

/**
 * As `readMoving`, from a damaged file: row by row, and whatever cannot be read of a row's company is left out.
 */
export function salvageMoving(db: Db): Salvaged {
  const updates: MovingUpdate[] = [];
  let lost = 0;
  const told = attempt(() => ({
    last: db.prepare<[], number | null>('select max(seq) from updates').pluck().get() ?? 0,
  }));
  const one = attempt(() => db.prepare<[number], TableRow>('select * from updates where seq = ?'));
  if (one === null) return { updates, lost: null };
  let stretch = 0;
  for (let seq = 1; told === null ? stretch <= longestStretch : seq <= told.last; seq += 1) {
    const row = attempt(() => one.get(seq) ?? 'none');
    stretch = row === null || row === 'none' ? stretch + 1 : 0;
    if (row === null) lost += 1;
    if (row === null || row === 'none' || !outboxRow.safeParse(row).success) continue;
    updates.push(attempt(() => withCompany(db, row)) ?? { row, history: [], customer: { record: null, asOfMs: null } });
  }
  return { updates, lost: told === null ? null : lost };
}

/** @returns null where the file did not give it */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

export type TakenIn = {
  readonly added: number;
  /** Here already, by their ids: nothing was changed. */
  readonly already: number;
  /** Were moved out of this very till, and are its own again. */
  readonly takenBack: number;
  /** Those that were added or taken back. */
  readonly touched: readonly Touched[];
};

/** For telling the screen. */
export type Touched = { readonly updateId: string; readonly customerId: number };

export type TakeIn = {
  readonly updates: readonly MovingUpdate[];
  /** Said in the history, such as the till that they come from. */
  readonly from: string;
  /** False: the till that they come from may have sent them, or may send them yet. They are read back first. */
  readonly surelyUnsent: boolean;
  readonly nowMs: number;
};

/** One transaction: all of them are here, or none. Duplicates are known by their ids, so that it may be done again. */
export function takeIn(db: Db, outbox: Outbox, { updates, from, surelyUnsent, nowMs }: TakeIn): TakenIn {
  return inTransaction(db, () => {
    const counts = { added: 0, already: 0, takenBack: 0 };
    const touched: Touched[] = [];
    const inOrder = updates.toSorted(bySending);
    const places = placesBeforeOthers(db, inOrder);
    for (const moving of inOrder) {
      const { id, state } = outboxRow.parse(moving.row);
      const here = findUpdate(db, id);
      if (here === null) {
        const customerId = customerFor(db, moving);
        const to = isUncertain(state, surelyUnsent) ? 'unknown' : state;
        makeOwn(db, customerId);
        insertRow(db, moving.row, { customer_id: customerId, state: to, place: places.get(id) ?? null });
        for (const row of moving.history) insertHistory(db, id, row);
        writeHistory(db, {
          updateId: id,
          atMs: nowMs,
          by: 'till',
          event: 'brought from another till',
          from: state,
          to,
          attemptId: null,
          requestId: null,
          before: null,
          after: null,
          detail: from,
        });
        refreshEffective(db, customerId);
        touched.push({ updateId: id, customerId });
        counts.added += 1;
      } else if (here.state === 'discarded' && here.discardReason === 'moved') {
        outbox.takenBack(here);
        touched.push({ updateId: id, customerId: here.customerId });
        counts.takenBack += 1;
      } else counts.already += 1;
    }
    outbox.surfaceUnreadable();
    return { ...counts, touched };
  });
}

/** In the order of sending at the till that they come from; a damaged file gives them in the order of the table. */
function bySending({ row: a }: MovingUpdate, { row: b }: MovingUpdate): number {
  return Number(a.place) - Number(b.place) || Number(a.seq) - Number(b.seq);
}

/**
 * Who goes before an update of the same customer that is here already: a correction stands where what it corrects stood.
 * Everybody else comes behind all that was saved here.
 */
function placesBeforeOthers(db: Db, inOrder: readonly MovingUpdate[]): ReadonlyMap<string, number> {
  /** By the customer's id at the till that they come from. */
  const nextHere = new Map<unknown, number>();
  const places = new Map<string, number>();
  for (const { row } of inOrder.toReversed()) {
    const { id } = outboxRow.parse(row);
    const next = nextHere.get(row.customer_id);
    const here = findUpdate(db, id);
    if (here !== null) nextHere.set(row.customer_id, Math.min(here.place, next ?? here.place));
    else if (next !== undefined) places.set(id, next - 1);
  }
  return places;
}

function isUncertain(state: (typeof openStates)[number], surelyUnsent: boolean): boolean {
  return state === 'sending' || (state === 'queued' && !surelyUnsent);
}

/** The customer of this till whom the update is about, with what the other till knew where it knew more. */
function customerFor(db: Db, { row, customer }: MovingUpdate): number {
  const { identifier_type: type, identifier_value: value } = outboxRow.parse(row);
  const identifier = { type, value };
  const told = customer.record === null || customer.asOfMs === null ? null : decodeRecord(customer.record);
  const byServerId = told?.userId == null ? null : findByIdentifier(db, { type: 'userId', value: told.userId });
  const known = byServerId ?? findTold(db, identifier);
  if (told === null || customer.asOfMs === null) return known ?? insertUnknownCustomer(db, identifier);
  if (known === null) return insertToldCustomer(db, told, customer.asOfMs);
  const asOfMs = customerRow(db, known)?.as_of_ms ?? null;
  const isSame = customerRow(db, known)?.user_id === null || byServerId !== null;
  if (isSame && (asOfMs === null || asOfMs < customer.asOfMs)) {
    writeRecord(db, known, mergeRecord(readRecord(db, known), told), customer.asOfMs);
  }
  return known;
}

/** Only columns that this version has; a newer file was refused before. @param own `place` null: behind everything */
function insertRow(db: Db, row: TableRow, own: TableRow): void {
  const known = columnsOf(db, 'updates');
  const given = { ...row, ...own };
  const columns = Object.keys(given).filter((name) => known.has(name) && name !== 'seq' && name !== 'place');
  db.prepare(
    `insert into updates (${columns.join(', ')}, place)
     values (${columns.map(() => '?').join(', ')}, coalesce(?, (select coalesce(max(seq), 0) + 1 from updates)))`,
  ).run(...columns.map((name) => given[name]), own.place);
  if (own.state === 'unknown' && row.uncertain_after == null) {
    sql(db, "update updates set uncertain_after = 'till-stopped' where id = ?").run(row.id);
  }
}

/** Writes over a row with what another file of the same till holds of it, by its id. */
export function overwriteRow(db: Db, row: TableRow, customerId: number): void {
  const own = new Set(['seq', 'id', 'customer_id', 'place']);
  const known = columnsOf(db, 'updates');
  const columns = Object.keys(row).filter((name) => known.has(name) && !own.has(name));
  db.prepare(`update updates set ${columns.map((name) => `${name} = ?`).join(', ')} where id = ?`).run(
    ...columns.map((name) => row[name]),
    row.id,
  );
  refreshEffective(db, customerId);
}

function insertHistory(db: Db, updateId: string, row: TableRow): void {
  const known = columnsOf(db, 'update_history');
  const columns = Object.keys(row).filter((name) => known.has(name) && name !== 'update_id' && name !== 'id');
  db.prepare(
    `insert into update_history (update_id, id${columns.map((name) => `, ${name}`).join('')})
     values (?, ?${', ?'.repeat(columns.length)})`,
  ).run(updateId, nextHistoryId(db, updateId), ...columns.map((name) => row[name]));
}

function columnsOf(db: Db, table: 'updates' | 'update_history'): ReadonlySet<string> {
  const rows = sql<{ name: string }>(db, 'select name from pragma_table_info(?)').all(table);
  return new Set(rows.map(({ name }) => name));
}
