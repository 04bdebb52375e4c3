import type { Clock, Random } from '../clock/clock.ts';
import type { FieldChanges, FieldKey, FieldValues, FillableIdentifier, Identifier } from '../customers/customer.ts';
import { fieldKeys } from '../customers/customer.ts';
import { refreshEffective } from '../customers/effective.ts';
import { readRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { count, inTransaction, sql } from '../db/statements.ts';
import type { Answer, UnknownReason } from '../loyalty-api/outcome.ts';
import { writeHistory } from './history.ts';
import { findUpdate, insertUpdate, type Staff, selectUpdates, type Update, writeUpdate } from './rows.ts';
import type { AttentionReason, UpdateKind, UpdateResult, UpdateState } from './update-view.ts';

const openList = "('queued','sending','unknown','attention')";

/** Every arrow there is. A move that is not here is a bug and rolls its transaction back. */
const arrows: { readonly [From in UpdateState]: readonly UpdateState[] } = {
  queued: ['queued', 'sending', 'unknown', 'attention', 'applied', 'cancelled', 'discarded'],
  sending: ['queued', 'applied', 'attention', 'unknown'],
  unknown: ['queued', 'applied', 'attention', 'discarded'],
  attention: ['discarded'],
  applied: [],
  cancelled: [],
  discarded: ['unknown', 'attention'],
};

/** Changes that never join another update: history and consent must show each step (F20). */
function standsAlone(changes: FieldChanges): boolean {
  return fieldKeys(changes).some(
    (key) =>
      key === 'mobile' ||
      key === 'email' ||
      key === 'externalId' ||
      key === 'type' ||
      key === 'fraudStatus' ||
      key.startsWith('subscription.'),
  );
}

export type SaveInput = {
  readonly token: string;
  readonly customerId: number;
  readonly kind: UpdateKind;
  readonly identifier: Identifier;
  readonly changes: FieldChanges;
  /** What the server holds of the changed fields as far as it is known here; absent where it is not. */
  readonly baseline: FieldValues;
  readonly confirmedFills: readonly FillableIdentifier[];
  readonly staff: Staff | null;
  readonly till: string;
};

type Mark = {
  readonly by: string;
  readonly event: string;
  readonly requestId?: string | null;
  readonly before?: FieldChanges;
  readonly after?: FieldChanges;
  readonly detail?: string | null;
};

type Change = Partial<Omit<Update, 'id' | 'seq' | 'customerId' | 'state'>>;

const byTill = 'till';
const movedOutEvent = 'moved to a rescue file';

/**
 * The outbox: every state of an update and every way between them.
 *
 * | state | entered by | left by |
 * | --- | --- | --- |
 * | queued | `save`; `notSent` and `held` (it certainly did not reach the server); `resend` after a read back found the baseline | `claim` → sending; `edit` and joining a later save → queued; `cancel` → cancelled; `needsPerson` → attention and `alreadyThere` → applied after a check before sending |
 * | sending | `claim`, which commits the attempt id before the first byte (F02) | `applied`, `refused` → attention, `uncertain` → unknown, `notSent` and `held` → queued |
 * | unknown | `uncertain`; at every start whatever stood in sending; `restored` from a backup that does not know what came after it | `confirmedByRead` → applied, `resend` → queued (once), `needsPerson` → attention |
 * | attention | `refused`, `needsPerson` | `replace` (a corrected update in its place) and `discard` → discarded; nothing else, however old (F12) |
 * | applied, cancelled, discarded | see above; `movedOut` of queued, unknown and attention: a rescue file has it now | never, but for `takenBack`: the rescue file came back to its own till → unknown, or attention where it was there |
 *
 * Each method is one transaction: the row, one append-only history row, and the customer's effective view. Those that
 * follow an exchange give null, and change nothing, where the update has moved on since it was looked at. Nothing here
 * knows of HTTP or of waiting.
 */
export class Outbox {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(db: Db, clock: Clock, random: Random) {
    this.#db = db;
    this.#clock = clock;
    this.#random = random;
  }

  /** What an earlier save with this token made, if there was one (F05). */
  savedBy(token: string): { readonly updateId: string; readonly customerId: number } | null {
    const row = sql<{ update_id: string; customer_id: number }>(
      this.#db,
      'select update_id, customer_id from save_tokens where token = ?',
    ).get(token);
    return row === undefined ? null : { updateId: row.update_id, customerId: row.customer_id };
  }

  /** Queues a change, or lets it join this person's last update of the customer while that was never sent. */
  save(input: SaveInput): string {
    return inTransaction(this.#db, () => {
      const last = this.#joinable(input);
      if (last !== null) {
        this.#join(last, input);
        this.#keepToken(input, last.id);
        return last.id;
      }
      return this.#insert(input, null, null);
    });
  }

  /** Gives an update that was never sent other changes, in its place. */
  edit(update: Update, input: SaveInput): string {
    return inTransaction(this.#db, () => {
      this.#mustBeUntouched(update);
      this.#mustMove(
        update,
        'queued',
        { by: who(input.staff), event: 'edited', before: update.changes, after: input.changes },
        {
          changes: input.changes,
          baseline: input.baseline,
          confirmedFills: input.confirmedFills,
          revision: update.revision + 1,
        },
      );
      this.#keepToken(input, update.id);
      return update.id;
    });
  }

  /** Puts a corrected update in the place of one that needs attention, linked to it. */
  replace(update: Update, input: SaveInput): string {
    return inTransaction(this.#db, () => {
      const newId = this.#insert(input, update.place, update.id);
      this.#mustMove(
        update,
        'discarded',
        { by: who(input.staff), event: 'fixed by a newer update' },
        { settledAtMs: this.#clock.wallMs(), discardReason: 'fixed', replacedBy: newId },
      );
      return newId;
    });
  }

  cancel(update: Update, staff: Staff | null): void {
    inTransaction(this.#db, () => {
      this.#mustBeUntouched(update);
      this.#mustMove(
        update,
        'cancelled',
        { by: who(staff), event: 'cancelled' },
        { settledAtMs: this.#clock.wallMs() },
      );
    });
  }

  discard(update: Update, reason: string, staff: Staff | null): void {
    inTransaction(this.#db, () =>
      this.#mustMove(
        update,
        'discarded',
        { by: who(staff), event: 'discarded' },
        { settledAtMs: this.#clock.wallMs(), discardReason: reason },
      ),
    );
  }

  /**
   * Takes an update for sending, and commits the attempt id before the first byte leaves.
   * @returns null where it is no longer the update that was looked at (edited, cancelled, already claimed), or where
   * another of its customer goes first by now
   */
  claim(updateId: string, revision: number): Update | null {
    return inTransaction(this.#db, () => {
      const update = findUpdate(this.#db, updateId);
      if (update === null || update.state !== 'queued' || update.revision !== revision) return null;
      if (this.isBehindAnother(update)) return null;
      return this.#move(
        update,
        'sending',
        { by: byTill, event: 'sending' },
        { attemptId: this.#random.id(), attempts: update.attempts + 1, answer: null },
      );
    });
  }

  /** It certainly did not reach the server: no attempt is charged. */
  notSent(update: Update, detail: string, answer: Answer | null): Update | null {
    return this.#back(update, 'not sent', detail, answer);
  }

  /** The server refused the till, not the update (401, 403): it waits. */
  held(update: Update, why: string, answer: Answer): Update | null {
    return this.#back(update, 'held', why, answer);
  }

  uncertain(update: Update, after: UnknownReason, answer: Answer | null): Update | null {
    return inTransaction(this.#db, () =>
      this.#move(
        update,
        'unknown',
        {
          by: byTill,
          event: 'not known whether it arrived',
          detail: after,
          requestId: answer?.requestId ?? null,
        },
        { uncertainAfter: after, answer },
      ),
    );
  }

  /** Call inside the transaction that also writes the customer's record, after it. */
  applied(update: Update, result: UpdateResult): Update | null {
    return inTransaction(this.#db, () => {
      const moved = this.#move(
        update,
        'applied',
        { by: byTill, event: `applied, told by ${result.confirmedBy}`, requestId: result.answer?.requestId ?? null },
        { result, answer: result.answer, reason: null, settledAtMs: this.#clock.wallMs() },
      );
      if (moved !== null) this.#rebase(moved);
      return moved;
    });
  }

  /** A person has to look: refused, in conflict, or not to be told. */
  needsPerson(update: Update, reason: AttentionReason, answer: Answer | null): Update | null {
    return inTransaction(this.#db, () =>
      this.#move(
        update,
        'attention',
        {
          by: byTill,
          event: 'needs attention',
          detail: reason.kind === 'refused' ? String(reason.rejection.code ?? 'refused') : reason.kind,
          requestId: answer?.requestId ?? null,
        },
        { reason, ...(answer === null ? {} : { answer }) },
      ),
    );
  }

  /** Reading back found the server as it was before: it did not arrive, and may go once more. */
  resend(update: Update): Update | null {
    return inTransaction(this.#db, () =>
      this.#move(
        update,
        'queued',
        { by: byTill, event: 'did not arrive, goes once more' },
        { resent: true, uncertainAfter: null, attemptId: null },
      ),
    );
  }

  /** A backup has it as unsent, and nothing tells what became of it since: it is read back before it is sent. */
  restored(update: Update): void {
    inTransaction(this.#db, () =>
      this.#mustMove(
        update,
        'unknown',
        { by: byTill, event: 'restored from a backup' },
        { uncertainAfter: 'till-stopped' },
      ),
    );
  }

  /** A rescue file has it now: another till sends it, this one never again. Only for what is not on its way. */
  movedOut(update: Update, exportId: string): void {
    inTransaction(this.#db, () =>
      this.#mustMove(
        update,
        'discarded',
        { by: byTill, event: movedOutEvent, detail: exportId },
        { settledAtMs: this.#clock.wallMs(), discardReason: 'moved' },
      ),
    );
  }

  /** Whether the export with this id was committed here. */
  hasMovedOut(exportId: string): boolean {
    return (
      count(
        this.#db,
        'select count(*) as n from update_history where event = ? and detail = ?',
        movedOutEvent,
        exportId,
      ) > 0
    );
  }

  /** Its rescue file came back to the till that made it. Another till may have sent it meanwhile: it is read back. */
  takenBack(update: Update): void {
    if (update.discardReason !== 'moved') throw new Error(`Update ${update.id} was not moved out of this till.`);
    inTransaction(this.#db, () =>
      this.#mustMove(
        update,
        update.reason === null ? 'unknown' : 'attention',
        { by: byTill, event: 'taken back from a rescue file' },
        { settledAtMs: null, discardReason: null, uncertainAfter: update.uncertainAfter ?? 'till-stopped' },
      ),
    );
  }

  /** What the server was found to hold before an update of somebody unknown was sent: its baseline from now on. */
  learnBaseline(update: Update, baseline: FieldValues): Update {
    const learned = { ...update, baseline };
    inTransaction(this.#db, () => writeUpdate(this.#db, learned));
    return learned;
  }

  /**
   * Whatever stood in sending when the till stopped may have arrived (F02).
   * @param isUnderWay true of those that somebody does send
   */
  recoverInterrupted(isUnderWay: (update: Update) => boolean = () => false): number {
    return inTransaction(this.#db, () => {
      const interrupted = selectUpdates(this.#db, "where u.state = 'sending'").filter((update) => !isUnderWay(update));
      for (const update of interrupted) this.uncertain(update, 'till-stopped', null);
      return interrupted.length;
    });
  }

  /** Rows of another version that cannot be read are put in front of a person (F29). */
  surfaceUnreadable(): number {
    return inTransaction(this.#db, () => {
      const unreadable = selectUpdates(this.#db, "where u.state in ('queued', 'unknown')").filter(
        (update) => update.reason?.kind === 'unreadable',
      );
      for (const update of unreadable) this.needsPerson(update, { kind: 'unreadable' }, null);
      return unreadable.length;
    });
  }

  /** The first update of each customer that is ready to go, in sending order. */
  ready(limit: number): Update[] {
    return selectUpdates(
      this.#db,
      `where u.state = 'queued' and not exists (
         select 1 from updates e where e.customer_id = u.customer_id and e.state in ${openList}
           and ((e.place, e.seq) < (u.place, u.seq) or e.state in ('sending', 'unknown')))
       order by u.place, u.seq limit ?`,
      limit,
    );
  }

  /** Updates that wait to be read back, in the order of saving. */
  unknown(limit: number): Update[] {
    return selectUpdates(this.#db, "where u.state = 'unknown' order by u.place, u.seq limit ?", limit);
  }

  counts(): { queued: number; sending: number; unknown: number; attention: number } {
    const counts = { queued: 0, sending: 0, unknown: 0, attention: 0 };
    const rows = sql<{ state: keyof typeof counts; n: number }>(
      this.#db,
      `select state, count(*) as n from updates where state in ${openList} group by state`,
    ).all();
    for (const { state, n } of rows) counts[state] = n;
    return counts;
  }

  oldestOpenSavedAtMs(): number | null {
    const row = sql<{ oldest: number | null }>(
      this.#db,
      `select min(saved_at_ms) as oldest from updates where state in ${openList}`,
    ).get();
    return row?.oldest ?? null;
  }

  /**
   * Something of this customer goes before this update, or is on its way: also one that was saved later, where two
   * customers of this till turned out to be one.
   */
  isBehindAnother(update: Update): boolean {
    return (
      count(
        this.#db,
        `select count(*) as n from updates where customer_id = ? and state in ${openList}
           and ((place, seq) < (?, ?) or (state in ('sending', 'unknown') and seq <> ?))`,
        update.customerId,
        update.place,
        update.seq,
        update.seq,
      ) > 0
    );
  }

  #back(update: Update, event: string, detail: string, answer: Answer | null): Update | null {
    return inTransaction(this.#db, () =>
      this.#move(
        update,
        'queued',
        { by: byTill, event, detail, requestId: answer?.requestId ?? null },
        { attemptId: null, attempts: update.attempts - 1, answer },
      ),
    );
  }

  #insert(input: SaveInput, place: number | null, replaces: string | null): string {
    const id = this.#random.id();
    const savedAtMs = this.#clock.wallMs();
    insertUpdate(this.#db, { ...input, id, savedAtMs, place, replaces });
    writeHistory(this.#db, {
      updateId: id,
      atMs: savedAtMs,
      by: who(input.staff),
      event: 'saved',
      from: null,
      to: 'queued',
      attemptId: null,
      requestId: null,
      before: null,
      after: input.changes,
      detail: null,
    });
    this.#keepToken(input, id);
    refreshEffective(this.#db, input.customerId);
    return id;
  }

  #keepToken(input: SaveInput, updateId: string): void {
    sql(this.#db, 'insert into save_tokens (token, update_id, customer_id) values (?, ?, ?)').run(
      input.token,
      updateId,
      input.customerId,
    );
  }

  #joinable(input: SaveInput): Update | null {
    if (input.kind !== 'fields' || standsAlone(input.changes)) return null;
    const last = selectUpdates(
      this.#db,
      `where u.customer_id = ? and u.state in ${openList} order by u.place desc, u.seq desc limit 1`,
      input.customerId,
    )[0];
    if (last === undefined || last.kind !== 'fields' || !isUntouched(last) || standsAlone(last.changes)) return null;
    return last.staff?.code === input.staff?.code ? last : null;
  }

  #join(last: Update, input: SaveInput): void {
    const earlier = selectUpdates(
      this.#db,
      `where u.customer_id = ? and u.state in ${openList} and (u.place, u.seq) < (?, ?)`,
      last.customerId,
      last.place,
      last.seq,
    );
    const baseline: FieldValues = { ...input.baseline, ...last.baseline };
    const all: FieldChanges = { ...last.changes, ...input.changes };
    // A field that is put back to what the server holds needs no sending, unless an earlier edit moves it meanwhile.
    const isBack = (key: FieldKey) =>
      baseline[key] !== undefined &&
      (baseline[key] ?? '') === all[key] &&
      !earlier.some((update) => update.changes[key] !== undefined);
    const changes: FieldChanges = Object.fromEntries(
      fieldKeys(all)
        .filter((key) => !isBack(key))
        .map((key) => [key, all[key] ?? '']),
    );
    const revision = last.revision + 1;
    const mark = { by: who(input.staff), before: last.changes, after: changes };
    if (fieldKeys(changes).length > 0) {
      this.#mustMove(last, 'queued', { ...mark, event: 'joined by a later save' }, { changes, baseline, revision });
    } else {
      const settledAtMs = this.#clock.wallMs();
      this.#mustMove(last, 'cancelled', { ...mark, event: 'put back' }, { baseline, revision, settledAtMs });
    }
  }

  /** Later updates of the customer were written against the values that this one has now moved. */
  #rebase(update: Update): void {
    const told = readRecord(this.#db, update.customerId)?.fields ?? {};
    const later = selectUpdates(
      this.#db,
      `where u.customer_id = ? and u.kind = 'fields' and u.state in ${openList}`,
      update.customerId,
    );
    for (const other of later) {
      const moved = fieldKeys(update.changes).filter((key) => other.changes[key] !== undefined);
      if (moved.length === 0) continue;
      const baseline = Object.fromEntries(moved.map((key) => [key, told[key] ?? null]));
      writeUpdate(this.#db, { ...other, baseline: { ...other.baseline, ...baseline } });
    }
  }

  #mustBeUntouched(update: Update): void {
    if (!isUntouched(update))
      throw new Error(`Update ${update.id} is ${update.state}; only one never sent may change.`);
  }

  #mustMove(seen: Update, to: UpdateState, mark: Mark, change: Change): Update {
    const moved = this.#move(seen, to, mark, change);
    if (moved === null) throw new Error(`Update ${seen.id} is not the update that was looked at.`);
    return moved;
  }

  /**
   * One arrow: the row, its history, the effective view. The row is read again, since whoever asked the server has seen
   * an older one: staff may have edited or cancelled it, and its customer may have become another of this till.
   * @returns null where it is no longer what was seen
   */
  #move(seen: Update, to: UpdateState, mark: Mark, change: Change): Update | null {
    const from = seen.state;
    if (!arrows[from].includes(to)) throw new Error(`An update does not go from ${from} to ${to}.`);
    const current = findUpdate(this.#db, seen.id);
    if (current === null || current.state !== from || current.revision !== seen.revision) return null;
    const moved = { ...current, ...change, state: to };
    writeUpdate(this.#db, moved);
    writeHistory(this.#db, {
      updateId: current.id,
      atMs: this.#clock.wallMs(),
      by: mark.by,
      event: mark.event,
      from,
      to,
      attemptId: moved.attemptId ?? current.attemptId,
      requestId: mark.requestId ?? null,
      before: mark.before ?? null,
      after: mark.after ?? null,
      detail: mark.detail ?? null,
    });
    refreshEffective(this.#db, current.customerId);
    return moved;
  }
}

/** Never sent, or certainly never arrived: staff may still change it or take it back. */
export function isUntouched(update: Update): boolean {
  return update.state === 'queued' && update.attempts === 0;
}

function who(staff: Staff | null): string {
  return staff?.code ?? 'staff';
}
