/**
 * Moves updates from one till to another. Rows are copied unchanged, including unreadable ones, with their history and
 * the till's record of the customer.
 */
import { decodeRecord } from '../customers/record-json.ts';
import { findByConfirmedIdentifier, insertUnknownCustomer } from '../customers/store.ts';
import type { RecordKeeper } from '../customers/told.ts';
import type { Db } from '../db/open.ts';
import { count, inTransaction, sql } from '../db/statements.ts';
import type { openStates } from '../model/update-view.ts';
import type { Outbox } from './outbox.ts';
import { findUpdate, openList } from './rows.ts';
import { type MovingUpdate, outboxRow, rowOwner, type TableRow } from './transfer-rows.ts';

/** Reads one update. @throws SqliteError if the file is damaged there */
export function readOne(db: Db, updateId: string): MovingUpdate | null {
  const row = sql<TableRow>(db, 'select * from updates where id = ?').get(updateId);
  return row === undefined ? null : withHistoryAndCustomer(db, row);
}

/** Everything unsent, in sending order. @param upToSeq the last that is wanted */
export function readMoving(db: Db, upToSeq = Number.MAX_SAFE_INTEGER): MovingUpdate[] {
  return sql<TableRow>(db, `select * from updates where state in ${openList} and +seq <= ? order by place, seq`)
    .all(upToSeq)
    .map((row) => withHistoryAndCustomer(db, row));
}

function withHistoryAndCustomer(db: Db, row: TableRow): MovingUpdate {
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

/** If a damaged table does not reveal its last row, reading stops after this many missing numbers. */
const longestStretch = 10_000;

export type Salvaged = {
  readonly updates: readonly MovingUpdate[];
  /** Rows that could not be read; null: not known how many. */
  readonly lost: number | null;
};

/**
 * Like `readMoving` for a damaged file: reads row by row, and leaves out unreadable history and customer records.
 */
export function salvageMoving(db: Db): Salvaged {
  const updates: MovingUpdate[] = [];
  let lost = 0;
  const last = ifReadable(() => count(db, 'select coalesce(max(seq), 0) as n from updates'));
  const one = ifReadable(() => db.prepare<[number], TableRow>('select * from updates where seq = ?'));
  if (one === null) return { updates, lost: null };
  let stretch = 0;
  for (let seq = 1; last === null ? stretch <= longestStretch : seq <= last; seq += 1) {
    const row = ifReadable(() => one.get(seq) ?? 'none');
    stretch = row === null || row === 'none' ? stretch + 1 : 0;
    if (row === null) lost += 1;
    if (row === null || row === 'none' || !outboxRow.safeParse(row).success) continue;
    updates.push(
      ifReadable(() => withHistoryAndCustomer(db, row)) ?? {
        row,
        history: [],
        customer: { record: null, asOfMs: null },
      },
    );
  }
  return { updates, lost: last === null ? null : lost };
}

/** @returns null if the file is unreadable there */
export function ifReadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

export type TakenIn = {
  readonly added: number;
  /** Already here, recognised by id; not changed. */
  readonly already: number;
  /** Had been moved out of this till and belong to it again. */
  readonly takenBack: number;
  /** The updates that were added or taken back. */
  readonly touched: readonly Touched[];
};

/** For notifying the screen. */
export type Touched = { readonly updateId: string; readonly customerId: number };

export type TakeIn = {
  readonly updates: readonly MovingUpdate[];
  /** The origin for the history, such as the other till's code. */
  readonly from: string;
  /** False: the other till may have sent them, or may still do so, so they are read back first. */
  readonly surelyUnsent: boolean;
};

/** Imports all updates in one transaction. Duplicates are recognised by id, so repeating it is safe. */
export function takeIn(
  db: Db,
  outbox: Outbox,
  records: RecordKeeper,
  { updates, from, surelyUnsent }: TakeIn,
): TakenIn {
  return inTransaction(db, () => {
    const counts = { added: 0, already: 0, takenBack: 0 };
    const touched: Touched[] = [];
    const inOrder = updates.toSorted(bySending);
    const places = placesBeforeOthers(db, inOrder);
    for (const moving of inOrder) {
      const { id, state } = outboxRow.parse(moving.row);
      const here = findUpdate(db, id);
      if (here === null) {
        const customerId = customerFor(db, records, moving);
        const to = isUncertain(state, surelyUnsent) ? 'unknown' : state;
        const place = places.get(id) ?? null;
        outbox.broughtIn(moving, { customerId, state: to, place, from });
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

/** For a restored database: keeps the updates that are only in rescue files, although this till does not send them. */
export function carryInFilesOver(from: Db, to: Db, outbox: Outbox, records: RecordKeeper): void {
  for (const row of sql<TableRow>(from, 'select * from updates where in_file is not null order by seq').all()) {
    if (findUpdate(to, String(row.id)) !== null) continue;
    const moving = withHistoryAndCustomer(from, row);
    const customerId = customerFor(to, records, moving);
    outbox.broughtIn(moving, { customerId, state: 'discarded', place: null, from: 'the database before the restore' });
  }
}

/** Finds the update's customer on this till, and takes over the other till's record if it is newer. */
function customerFor(db: Db, records: RecordKeeper, { row, customer }: MovingUpdate): number {
  const { identifier_type: type, identifier_value: value } = rowOwner.parse(row);
  const identifier = { type, value };
  const record = customer.record === null || customer.asOfMs === null ? null : decodeRecord(customer.record);
  const kept = record === null ? null : records.keep({ record, by: 'till', asOfMs: customer.asOfMs }, { identifier });
  if (kept !== null && kept.kind !== 'erased') return kept.customerId;
  return findByConfirmedIdentifier(db, identifier) ?? insertUnknownCustomer(db, identifier);
}

/** The other till's sending order; a damaged file returns updates in table order. */
function bySending({ row: a }: MovingUpdate, { row: b }: MovingUpdate): number {
  return Number(a.place) - Number(b.place) || Number(a.seq) - Number(b.seq);
}

/**
 * Places for updates that must be sent before one of the same customer that is already here: a correction takes the
 * place of what it corrects. All others come after everything saved here.
 */
function placesBeforeOthers(db: Db, inOrder: readonly MovingUpdate[]): ReadonlyMap<string, number> {
  /** By the customer's id at the other till. */
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
