import { copyFromRegion } from '../customers/region.ts';
import { readRecord } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { inTransaction, sql } from '../db/statements.ts';
import type { Clock, Random } from '../machine/clock.ts';
import { type FieldChanges, type FieldValues, fieldKeys } from '../model/customer.ts';
import type { Answer, UnknownReason } from '../model/outcome.ts';
import type { AttentionReason, UpdateResult, UpdateState } from '../model/update-view.ts';
import { beforeSendingOf } from './before-sending.ts';
import { lookForDoubleAwards, markAwardSeen, watchForDoubleAward } from './double-awards.ts';
import { refreshEffective } from './effective.ts';
import { type HistoryNote, writeHistory } from './history.ts';
import { joinable, joinedChanges, type SaveInput } from './joining.ts';
import { movedOutEvent, OutboxReader, openIn } from './outbox-reader.ts';
import type { BeforeSending } from './row-json.ts';
import {
  findUpdate,
  insertUpdate,
  isSentBefore,
  isUnreadable,
  openUpdatesOf,
  type Staff,
  selectUpdates,
  type Update,
  writeUpdate,
} from './rows.ts';
import { beforeAtOther, insertRow, type MovingUpdate, overwriteRow, replaceHistory } from './transfer-rows.ts';
import { type Change, isUntouched, moveUpdate } from './update-states.ts';

/**
 * The outbox: every state of an update and every transition between them.
 *
 * | state | entered by | left by |
 * | --- | --- | --- |
 * | queued | `save` and `replace`; `notSent` and `held` (it certainly did not reach the server); `resend` (reading back found that it did not arrive); `broughtIn`, if the other till never sent it | `claim` → sending; `edit`, and a `save` that joins it → queued, or cancelled if that undoes all of it; `cancel` → cancelled; after a look before sending `needsPerson` → attention and `applied` (the server has it already) → applied; `restored` → unknown; `movedOut` → discarded |
 * | sending | `claim`, which commits the attempt id before the first byte (F02) | `applied` → applied; `needsPerson` (refused) → attention; `uncertain` → unknown; `notSent` and `held` → queued |
 * | unknown | `uncertain`; `recoverInterrupted`, at every start, if it was in sending; `restored`, because its backup does not know what came after it; `takenBack`; `broughtIn`, if the other till may have sent it | `applied` (reading back shows it) → applied; `resend` → queued, once; `needsPerson` → attention; `restored` → unknown; `movedOut` → discarded |
 * | attention | `needsPerson`; `takenBack` and `broughtIn`, if it was there before | `putOff` → attention, to be asked at the customer's next visit; `replace` (a corrected update in its place), `discard` and `movedOut` → discarded; nothing else, however old (F12) |
 * | applied | `applied` | never |
 * | cancelled | `cancel`; a `save` that undoes all of it | never |
 * | discarded | `discard`, `replace`; `movedOut`: a rescue file or another till has it now | only by `takenBack` (the rescue file came back to its own till) → unknown, or attention; `confirmedElsewhere` (another till is known to have it) → discarded |
 *
 * `overtaken` gives an update from a restored backup the state that a newer file of this till has for it.
 *
 * A conflict that was put off stays in attention, because the server still lacks the edit and a person has to decide.
 * So nothing that counts, lists or moves unsent updates can miss it. But it must not bother staff who cannot answer it:
 * the status counts it separately as "Waiting", and the customer's later updates are sent before it. Their fields are
 * compared again before the answer is sent.
 *
 * Each method is one transaction: the row, one append-only history row, and the customer's effective view. Methods that
 * record the result of an exchange return null and change nothing if the update has changed since it was read. Nothing
 * here knows about HTTP or waiting.
 */
export class Outbox extends OutboxReader {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(db: Db, clock: Clock, random: Random) {
    super(db);
    this.#db = db;
    this.#clock = clock;
    this.#random = random;
  }

  /** Queues a change, or joins it to the same staff member's last update of the customer if that was never sent. */
  save(input: SaveInput): string {
    return inTransaction(this.#db, () => {
      const last = joinable(this.#db, input);
      if (last !== null) {
        this.#join(last, input);
        this.#keepToken(input, last.id);
        return last.id;
      }
      return this.#insert(input, null, null);
    });
  }

  /** Replaces the changes of an update that was never sent. */
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

  /** Replaces an update that needs attention with a corrected one, linked to it. */
  replace(update: Update, input: SaveInput): string {
    return inTransaction(this.#db, () => {
      const newId = this.#insert(input, update.place, update.id);
      this.#mustMove(
        update,
        'discarded',
        { by: who(input.staff), event: 'fixed by a newer update' },
        { discardReason: 'fixed', replacedBy: newId },
      );
      return newId;
    });
  }

  cancel(update: Update, staff: Staff | null): void {
    this.#mustBeUntouched(update);
    this.#mustMove(update, 'cancelled', { by: who(staff), event: 'cancelled' }, {});
  }

  /** @param token of the request, so that repeating it gives the same result (F05) */
  discard(update: Update, reason: string, staff: Staff | null, token: string | null = null): void {
    inTransaction(this.#db, () => {
      this.#mustMove(update, 'discarded', { by: who(staff), event: 'discarded' }, { discardReason: reason });
      if (token !== null) this.#keepToken({ token, customerId: update.customerId }, update.id);
    });
  }

  /** Puts a conflict off until the customer's next visit, because staff cannot decide it without them. */
  putOff(update: Update, staff: Staff | null): void {
    const note = { by: who(staff), event: 'put off until the next visit' };
    this.#mustMove(update, 'attention', note, { putOffAtMs: this.#clock.wallMs() });
  }

  /**
   * Claims an update for sending, and commits the attempt id before the first byte leaves.
   * @param before the server's known values; stored for the first attempt only
   * @returns null if the update has changed since it was read (edited, cancelled, already claimed), or another update
   * of the customer now goes first
   */
  claim(updateId: string, revision: number, before: BeforeSending | null = null): Update | null {
    return inTransaction(this.#db, () => {
      const update = findUpdate(this.#db, updateId);
      if (update === null || update.state !== 'queued' || update.revision !== revision) return null;
      if (this.isBehindAnother(update)) return null;
      return this.#move(
        update,
        'sending',
        { event: 'sending' },
        {
          attemptId: this.#random.id(),
          attempts: update.attempts + 1,
          answer: null,
          before: update.attempts === 0 ? before : update.before,
        },
      );
    });
  }

  /** It certainly did not reach the server, so it does not count as an attempt. */
  notSent(update: Update, detail: string, answer: Answer | null): Update | null {
    return this.#requeue(update, 'not sent', detail, answer);
  }

  /** The server refused the till, not the update (401, 403), so the update waits. */
  held(update: Update, why: string, answer: Answer): Update | null {
    return this.#requeue(update, 'held', why, answer);
  }

  uncertain(update: Update, after: UnknownReason, answer: Answer | null): Update | null {
    const note = { event: 'not known whether it arrived', detail: after, requestId: answer?.requestId ?? null };
    return this.#move(update, 'unknown', note, { uncertainAfter: after, answer });
  }

  /** Call inside the transaction that also writes the customer's record, after writing it. */
  applied(update: Update, result: UpdateResult): Update | null {
    const { answer, confirmedBy } = result;
    const note = { event: `applied, told by ${confirmedBy}`, requestId: answer?.requestId ?? null };
    const award = watchForDoubleAward(update, this.#clock.wallMs());
    return inTransaction(this.#db, () => {
      const moved = this.#move(update, 'applied', note, { result, answer, reason: null, award });
      if (moved !== null) {
        this.#rebase(moved);
        lookForDoubleAwards(this.#db, moved.customerId, this.#clock.wallMs());
      }
      return moved;
    });
  }

  /** A person has to decide: it was rejected, is in conflict, or we can't tell whether it arrived. */
  needsPerson(update: Update, reason: AttentionReason, answer: Answer | null): Update | null {
    const detail = reason.kind === 'refused' ? String(reason.rejection.code ?? 'refused') : reason.kind;
    const note = { event: 'needs attention', detail, requestId: answer?.requestId ?? null };
    const award = watchForDoubleAward(update, this.#clock.wallMs());
    return this.#move(update, 'attention', note, { reason, ...(answer === null ? {} : { answer }), award });
  }

  /** A manager or IT has checked a possible double award. */
  awardSeen(update: Update, staff: Staff | null): void {
    inTransaction(this.#db, () => markAwardSeen(this.#db, update, who(staff), this.#clock.wallMs()));
  }

  /** Reading back proved that it did not arrive, so it may be sent once more. */
  resend(update: Update): Update | null {
    return this.#move(update, 'queued', { event: 'did not arrive, goes once more' }, { resent: true, attemptId: null });
  }

  /** It is unsent in a backup, and we don't know what happened since, so it is never sent automatically (F44). */
  restored(update: Update): void {
    this.#mustMove(update, 'unknown', { event: 'restored from a backup' }, { uncertainAfter: 'restored' });
  }

  /**
   * Another till sends it from now on, by a rescue file or the second copy, and this one never does. Not for an update
   * in flight. @param to `till`: another till has proved that it has it
   */
  movedOut(update: Update, exportId: string, to: 'file' | 'till'): void {
    this.#mustMove(
      update,
      'discarded',
      { event: movedOutEvent, detail: exportId },
      { discardReason: 'moved', inFile: to === 'file' ? exportId : null },
    );
  }

  /**
   * Another till has imported the updates of this till's rescue files, or of one of them. @param by who says so
   * @returns the updates
   */
  confirmedElsewhere(by: string, exportId: string | null = null): Update[] {
    return inTransaction(this.#db, () => {
      const updates = selectUpdates(
        this.#db,
        'where u.in_file is not null and u.in_file = coalesce(?, u.in_file) order by u.seq',
        exportId,
      );
      for (const update of updates) {
        this.#mustMove(update, 'discarded', { by, event: 'confirmed as imported by another till' }, { inFile: null });
      }
      return updates;
    });
  }

  /** Its rescue file was imported by the till that made it. Another till may have sent it, so it is read back. */
  takenBack(update: Update): void {
    if (update.discardReason !== 'moved') throw new Error(`Update ${update.id} was not moved out of this till.`);
    this.#mustMove(
      update,
      update.reason === null ? 'unknown' : 'attention',
      { event: 'taken back from a rescue file' },
      {
        discardReason: null,
        inFile: null,
        uncertainAfter: update.uncertainAfter ?? 'till-stopped',
        before: update.before ?? this.#knownBeforeIt(update),
      },
    );
  }

  /**
   * Imports another till's update with its history. This till sends it, or reads it back if the other may have sent it.
   */
  broughtIn(
    { row, history, customer }: MovingUpdate,
    { customerId, state, place, from }: { customerId: number; state: UpdateState; place: number | null; from: string },
  ): void {
    const id = String(row.id);
    inTransaction(this.#db, () => {
      copyFromRegion(this.#db, customerId);
      insertRow(this.#db, row, { customer_id: customerId, state, place, before_sending: beforeAtOther(row, customer) });
      replaceHistory(this.#db, id, history);
      this.#note(id, { event: 'brought from another till', detail: from });
      refreshEffective(this.#db, customerId);
    });
  }

  /** Takes over the state from a newer file of this till than the restored backup. */
  overtaken(update: Update, { row, history }: MovingUpdate): void {
    inTransaction(this.#db, () => {
      overwriteRow(this.#db, row);
      replaceHistory(this.#db, update.id, history);
      this.#note(update.id, { event: 'taken from the database before the restore' });
      refreshEffective(this.#db, update.customerId);
    });
  }

  /** Sets the baseline of an update for an unknown customer, once the server's values are known. */
  learnBaseline(update: Update, learned: FieldValues): void {
    inTransaction(this.#db, () => this.#changeBaseline(update, learned, 'baseline told by the server'));
  }

  /**
   * Updates that were being sent when the till stopped may have arrived (F02).
   * @param isUnderWay true for updates that really are being sent
   */
  recoverInterrupted(isUnderWay: (update: Update) => boolean = () => false): number {
    return inTransaction(this.#db, () => {
      const interrupted = selectUpdates(this.#db, `where ${openIn('sending')}`).filter((update) => !isUnderWay(update));
      for (const update of interrupted) this.uncertain(update, 'till-stopped', null);
      return interrupted.length;
    });
  }

  /**
   * Moves unreadable rows of another version to attention (F29).
   * @param seqs the rows to check
   */
  surfaceUnreadable(seqs: readonly number[] = this.waitingSeqs()): number {
    // Reads first: this checks a long outbox at each start, and rarely finds anything to write.
    const unreadable = seqs.filter((seq) => isUnreadable(this.#db, seq));
    if (unreadable.length === 0) return 0;
    return inTransaction(this.#db, () => {
      const waiting = unreadable
        .flatMap((seq) => selectUpdates(this.#db, 'where u.seq = ?', seq))
        .filter(({ state }) => state === 'queued' || state === 'unknown');
      for (const update of waiting) this.needsPerson(update, { kind: 'unreadable' }, null);
      return waiting.length;
    });
  }

  /** The known values before the update left this till; null if newer data has replaced them, so they prove nothing. */
  #knownBeforeIt({ customerId, settledAtMs }: Update): BeforeSending | null {
    const known = beforeSendingOf(this.#db, customerId, null);
    const isOfBefore = known.asOfMs !== null && settledAtMs !== null && known.asOfMs <= settledAtMs;
    return isOfBefore ? known : null;
  }

  #requeue(update: Update, event: string, detail: string, answer: Answer | null): Update | null {
    const note = { event, detail, requestId: answer?.requestId ?? null };
    return this.#move(update, 'queued', note, { attemptId: null, attempts: update.attempts - 1, answer });
  }

  /** Uses the save's token as the update's id, so that the same save cannot create a second update (F05). */
  #insert(input: SaveInput, place: number | null, replaces: string | null): string {
    const id = input.token;
    const savedAtMs = this.#clock.wallMs();
    insertUpdate(this.#db, { ...input, id, savedAtMs, place, replaces });
    const note = { by: who(input.staff), event: 'saved', after: input.changes };
    writeHistory(this.#db, { id, attemptId: null, state: 'queued' }, null, savedAtMs, note);
    refreshEffective(this.#db, input.customerId);
    return id;
  }

  /** Remembers the token of a save that did not create an update of its own. */
  #keepToken({ token, customerId }: Pick<SaveInput, 'token' | 'customerId'>, updateId: string): void {
    sql(this.#db, 'insert into save_tokens (token, update_id, customer_id) values (?, ?, ?)').run(
      token,
      updateId,
      customerId,
    );
  }

  #join(last: Update, input: SaveInput): void {
    const { changes, baseline } = joinedChanges(this.#db, last, input);
    const revision = last.revision + 1;
    const note = { by: who(input.staff), before: last.changes, after: changes };
    if (fieldKeys(changes).length > 0) {
      this.#mustMove(last, 'queued', { ...note, event: 'joined by a later save' }, { changes, baseline, revision });
    } else {
      this.#mustMove(last, 'cancelled', { ...note, event: 'put back' }, { baseline, revision });
    }
  }

  /**
   * Moves the baselines of the customer's later updates, which were saved on top of this one. Not of earlier ones: one
   * that was put off must not silently undo what was saved after it.
   */
  #rebase(update: Update): void {
    const known = readRecord(this.#db, update.customerId)?.fields ?? {};
    for (const other of openUpdatesOf(this.#db, update.customerId)) {
      if (other.kind !== 'fields' || !isSentBefore(update, other)) continue;
      const changed = fieldKeys(update.changes).filter(
        (key) => other.changes[key] !== undefined && known[key] !== undefined,
      );
      if (changed.length === 0) continue;
      const baseline = Object.fromEntries(changed.map((key) => [key, known[key] ?? null]));
      this.#changeBaseline(other, baseline, 'baseline moved by an earlier update');
    }
  }

  /** Changes the baseline. Not a state change, but it gets a history row because later decisions depend on it. */
  #changeBaseline(update: Update, values: FieldValues, event: string): void {
    writeUpdate(this.#db, { ...update, baseline: { ...update.baseline, ...values } });
    const texts = (from: FieldValues): FieldChanges =>
      Object.fromEntries(fieldKeys(values).flatMap((key) => (from[key] === undefined ? [] : [[key, from[key] ?? '']])));
    const note = { event, before: texts(update.baseline), after: texts(values) };
    writeHistory(this.#db, update, update.state, this.#clock.wallMs(), note);
  }

  /** Adds a history row without a state change. */
  #note(updateId: string, note: HistoryNote): void {
    const update = findUpdate(this.#db, updateId);
    if (update !== null) writeHistory(this.#db, update, null, this.#clock.wallMs(), note);
  }

  #mustBeUntouched(update: Update): void {
    if (!isUntouched(update))
      throw new Error(`Update ${update.id} is ${update.state}; only an update that was never sent may change.`);
  }

  #move(seen: Update, to: UpdateState, note: HistoryNote, change: Change): Update | null {
    return inTransaction(this.#db, () => moveUpdate(this.#db, this.#clock, seen, to, note, change));
  }

  #mustMove(seen: Update, to: UpdateState, note: HistoryNote, change: Change): void {
    if (this.#move(seen, to, note, change) === null)
      throw new Error(`Update ${seen.id} has changed since it was read.`);
  }
}

function who(staff: Staff | null): string {
  return staff?.code ?? 'staff';
}
