/**
 * The one door for what the server tells of a customer, whoever brings it: an answer, a region's file, another till.
 *
 * - The person is known by the server's id, or by an identifier that the server told; never by one that is only pending
 *   on them (F36). Another user id is another person, unless the server said that the two were merged (F38).
 * - An older `updated_on` never replaces a newer one, and a file is never fresh (F46).
 * - A person who was erased stays erased until the server itself tells of them again (F48).
 * - What was not told stays as it was; loyalty values are merged one by one (F41).
 * - What else follows (open updates, questions, drafts, the search row) is done in the same transaction by the follower.
 */
import type { Db } from '../db/open.ts';
import { inTransaction } from '../db/statements.ts';
import { type CustomerRecord, type Identifier, mergeRecord } from '../model/customer.ts';
import { isErased, unmarkErased } from './erased.ts';
import { forgetCustomer, makeOwn } from './region.ts';
import {
  customerRow,
  findByUserId,
  findTold,
  insertEmptyCustomer,
  insertUnknownCustomer,
  readRecord,
  writeRecord,
} from './store.ts';

export type Told = {
  readonly record: CustomerRecord;
  /**
   * `read`: by `customer/get`, which tells all it knows. `answer`: by the answer to an update, which repeats a part.
   * `till`: by another till that was told earlier. `file`: by a region's file, written some time before.
   */
  readonly by: 'read' | 'answer' | 'till' | 'file';
  /** When the server told it, wall time in milliseconds; null where nobody knows. */
  readonly asOfMs: number | null;
  /** The server said that the customer who was asked about was merged into this one (91009). */
  readonly merged?: boolean;
};

/** Whom the server was asked about; absent where it was not asked. */
export type Asked = { readonly customerId: number } | { readonly identifier: Identifier };

export type Kept =
  /** `before`: the customer's id on this till before two turned out to be one; the same id where nothing was joined. */
  | { readonly kind: 'kept'; readonly customerId: number; readonly before: number }
  /** It is about another person than the one who was asked about, and was kept as theirs. */
  | { readonly kind: 'somebody-else'; readonly customerId: number }
  | { readonly kind: 'erased' };

/** What follows in the same transaction from what the server told. */
export type Follower = {
  /** Two customers of this till are one: everything of `customerId` goes on with `into`. Before the old row is gone. */
  readonly joined: (customerId: number, into: number) => void;
  /** The record of this customer was written. */
  readonly told: (customerId: number) => void;
};

export class ToldDoor {
  readonly #db: Db;
  readonly #follower: Follower;

  constructor(db: Db, follower: Follower) {
    this.#db = db;
    this.#follower = follower;
  }

  /** One transaction. */
  keep(told: Told, asked: Asked | null = null): Kept {
    return inTransaction(this.#db, () => {
      const isFromServer = told.by === 'read' || told.by === 'answer';
      if (isFromServer) unmarkErased(this.#db, told.record);
      else if (isErased(this.#db, told.record)) return { kind: 'erased' };
      const { customerId, before, isAsked } = this.#personOf(told, asked);
      this.#write(customerId, told);
      this.#follower.told(customerId);
      return isAsked ? { kind: 'kept', customerId, before } : { kind: 'somebody-else', customerId };
    });
  }

  /** Who on this till the record is about. `isAsked`: the one who was asked about, or nobody was. */
  #personOf({ record, merged = false }: Told, asked: Asked | null) {
    const known = record.userId === null ? null : findByUserId(this.#db, record.userId);
    const askedId = this.#askedId(asked, record);
    if (askedId === null) {
      const customerId = known ?? this.#newCustomer(asked);
      return { customerId, before: customerId, isAsked: true };
    }
    const userId = customerRow(this.#db, askedId)?.user_id ?? null;
    const isSame = userId === null || record.userId === null || userId === record.userId || merged;
    if (!isSame) return { customerId: known ?? insertEmptyCustomer(this.#db), before: askedId, isAsked: false };
    if (known === null || known === askedId) return { customerId: askedId, before: askedId, isAsked: true };
    this.#join(askedId, known);
    return { customerId: known, before: askedId, isAsked: true };
  }

  #askedId(asked: Asked | null, record: CustomerRecord): number | null {
    if (asked === null) return null;
    if ('customerId' in asked) return customerRow(this.#db, asked.customerId) === null ? null : asked.customerId;
    const byIdentifier = findTold(this.#db, asked.identifier);
    if (byIdentifier === null) return null;
    // Whom the server calls by another id is somebody else who had this identifier once.
    const userId = customerRow(this.#db, byIdentifier)?.user_id ?? null;
    return userId === null || userId === record.userId ? byIdentifier : null;
  }

  #newCustomer(asked: Asked | null): number {
    return asked !== null && 'identifier' in asked
      ? insertUnknownCustomer(this.#db, asked.identifier)
      : insertEmptyCustomer(this.#db);
  }

  #join(customerId: number, into: number): void {
    makeOwn(this.#db, into);
    this.#follower.joined(customerId, into);
    forgetCustomer(this.#db, customerId);
  }

  #write(customerId: number, told: Told): void {
    const known = readRecord(this.#db, customerId);
    const knownAsOfMs = customerRow(this.#db, customerId)?.as_of_ms ?? null;
    const isMerged = told.merged === true && known?.userId !== told.record.userId;
    const base = isMerged ? null : known;
    const { record, asOfMs } = laidOver(base, knownAsOfMs, told);
    if (record === known && asOfMs === knownAsOfMs) return;
    writeRecord(this.#db, customerId, record, asOfMs);
  }
}

/** What holds of the customer from now on, and when the server told it. */
function laidOver(
  known: CustomerRecord | null,
  knownAsOfMs: number | null,
  { record, by, asOfMs }: Told,
): { readonly record: CustomerRecord; readonly asOfMs: number | null } {
  const isTold = known !== null && knownAsOfMs !== null;
  switch (by) {
    case 'answer':
      return { record: mergeRecord(known, record), asOfMs };
    case 'read':
      // A server that lags behind itself: what it told before is newer.
      if (isTold && isOlder(record.updatedOn, known.updatedOn)) return { record: known, asOfMs: knownAsOfMs };
      return { record: mergeRecord(known, record, 'whole'), asOfMs };
    case 'till': {
      const isNewer = asOfMs !== null && (knownAsOfMs === null || knownAsOfMs < asOfMs);
      if (isNewer && !isOlder(record.updatedOn, known?.updatedOn ?? null)) {
        return { record: mergeRecord(known, record), asOfMs };
      }
      return { record: known === null ? record : mergeRecord(record, known), asOfMs: knownAsOfMs };
    }
    case 'file':
      // Whatever the server told counts more, unless the file is surely newer; and nobody knows how fresh that is.
      if (isTold && !isOlder(known.updatedOn, record.updatedOn)) {
        return { record: mergeRecord(record, known), asOfMs: knownAsOfMs };
      }
      if (isOlder(record.updatedOn, known?.updatedOn ?? null)) {
        return { record: known === null ? record : mergeRecord(record, known), asOfMs: null };
      }
      return { record: mergeRecord(known, record), asOfMs: null };
  }
}

/** Whether the first `updated_on` is surely before the second. Times in two forms cannot be compared, and prove nothing. */
function isOlder(one: string | null, other: string | null): boolean {
  if (one === null || other === null || hasZone(one) !== hasZone(other)) return false;
  return hasZone(one) ? Date.parse(one) < Date.parse(other) : one.replace('T', ' ') < other.replace('T', ' ');
}

function hasZone(time: string): boolean {
  return /(?:z|[+-]\d{2}:?\d{2})$/i.test(time);
}
